"""Facts that arrive by themselves: another alarm, a hotline's note, a new calendar edition."""

from __future__ import annotations

from domain.base import Model
from domain.case.capacity import abridged, admits, admits_incident, count_in, keeps_incident, parties_kept, shortened
from domain.case.case import Case
from domain.case.diverting import comes_back
from domain.case.ladder import no_table
from domain.case.protection import open_protection
from domain.case.records import Applied, Incident, Party
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions import message_keys
from domain.transitions.actions import ended, interrupt
from domain.transitions.colours import recolour
from domain.transitions.supervision import held
from domain.transitions.timekeeping import end_table
from domain.transitions.triage.desks import ask_together, rush

FOREIGN_TOLD = 5
"""Foreign messages that are put on a case's timeline one by one."""


class Note(Model):
    """Something heard about the dispute elsewhere."""

    key: str
    source: str
    text: str
    actor: Actor | None = None
    """who heard it"""


def add_incident(case: Case, incident: Incident) -> None:
    """A repeat alarm joins: counted once, its callers and demands kept, the colour raised where it calls for it.

    One that comes behind the end of the case, while its run is not over yet, waits to start the case again.
    """
    s = case.state
    if any(i.incident_id == incident.incident_id for i in s.incidents) or incident.incident_id in _only_counted(s):
        return
    if any(split.incident_id == incident.incident_id for split in s.split_off):
        return  # brought once more, and not of this case
    if s.closed or ended(s):
        if all(i.incident_id != incident.incident_id for i in s.late):
            s.late.append(incident)
            s.touch()
        return
    times = len(s.incidents) + len(_only_counted(s)) + 1
    if keeps_incident(s):
        if not admits_incident(s, incident):
            incident = abridged(incident)
            count_in(s, incident)
        s.incidents.append(incident)
        known = {party.name for party in s.parties}
        s.parties += parties_kept(s, [party for party in incident.parties if party.name not in known])
    case.log("incident_added", f"重复警情并入（第{times}次）", incident_id=incident.incident_id,
             source=incident.source, source_no=incident.source_no)  # fmt: skip
    log_source_conflict(case, incident)
    comes_back(case, incident)
    for task in s.pending():
        s.touch(task)
    raising = s.process.raising  # G2: the same matter so often within so long raises the colour by one
    recent = [i for i in s.incidents if incident.reported_at <= s.calendar.after(i.reported_at, raising.alarms_within)]
    s.harm, s.urgency = max(s.harm, incident.harm), max(s.urgency, incident.urgency)
    told = s.process.colours[s.process.colour_for(incident.harm or incident.rank, incident.urgency)].rank
    rank = max(told, s.process.colours[s.colour].rank + (len(recent) == raising.after_alarms))
    colour = s.process.colour_of_rank(rank)
    if s.process.colours[colour].rank > s.process.colours[s.colour].rank:
        recolour(case, colour, "重复警情")
        ask_together(case)
    _risks(case, incident)
    if incident.police:  # a graver alarm than the first one
        s.police = s.police_heard = True
    s.unsure = list(dict.fromkeys([*s.unsure, *incident.unsure]))
    s.doubtful = s.doubtful or incident.doubtful
    rush(case, incident.source)
    if s.stage is Stage.FOLLOW_UP:
        interrupt(case, "repeat_alarm", goto=Stage.TRIAGE)


def _risks(case: Case, incident: Incident) -> None:
    """What a later alarm tells of is a risk of the case as if the first had told it: of violence at home the protection
    order is asked about, and nobody sits at a table with it (Q-097).
    """
    s = case.state
    new = [kind for kind in dict.fromkeys(incident.risk_kinds) if kind not in s.risk_kinds]
    if not new:
        return
    s.risk_kinds = [*s.risk_kinds, *new]
    case.log("risks_added", "重复警情带来新的风险类型", incident_id=incident.incident_id, risk_kinds=new)
    if s.stage is Stage.MEDIATION and (why := no_table(s)):
        end_table(case, why)
    if s.stage is not Stage.TRIAGE:  # there the desks' last word opens it
        open_protection(case)


def _only_counted(state: DisputeState) -> set[str]:
    """The alarms that a full case keeps on its timeline alone; one that let a report go has been full before."""
    if keeps_incident(state) and not state.split_off:
        return set()
    joined = {e.detail["incident_id"] for e in state.timeline if e.kind == "incident_added"}
    gone = {split.incident_id for split in state.split_off}
    return joined - gone - {incident.incident_id for incident in state.incidents}


def log_source_conflict(case: Case, incident: Incident) -> None:
    """Logs that a report's source number is another report's too: one of the two may be mistaken."""
    if incident.conflicts_with:
        other = "本纠纷" if incident.conflicts_with == case.state.dispute_no else incident.conflicts_with
        case.log("source_no_conflict", f"来源编号重复：与{other}的警情同号而内容不同，请核实",
                 incident_id=incident.incident_id, source=incident.source, source_no=incident.source_no,
                 dispute_no=incident.conflicts_with)  # fmt: skip


ENDED = {
    "terminated": "被外部终止",
    "canceled": "被外部取消",
    "failed": "异常结束",
    "timed_out": "超时结束",
}
"""How a run may be ended other than by the case's own end."""


def restart_stage(case: Case) -> None:
    """After a run that was ended from outside: the stage it stood in asks its questions anew.

    The asides go on, and so do the clocks of the case: nobody gains time by it.
    """
    case.void([task for task in case.state.tasks if not _beside(task)], "流程恢复，重新交办")


def _beside(task: Task) -> bool:
    """Whether the story does not wait for the task; of approvals it waits for those that approve no change."""
    return task.aside and (task.kind != "approve_change" or "change" in task.about)


class Merged(Model):
    """Another dispute that was merged into this one, with what it knew."""

    dispute_no: str
    incidents: list[Incident]
    parties: list[Party]


def merge_in(case: Case, merged: Merged) -> None:
    """A merged dispute brings its alarms, callers and demands; the same merger twice changes nothing."""
    s = case.state
    known = {incident.incident_id for incident in s.incidents}
    new = [incident for incident in merged.incidents if incident.incident_id not in known]
    if not new:
        return
    back = {incident.incident_id for incident in new}  # taken out once, and found to be of the same matter after all
    s.split_off = [split for split in s.split_off if split.incident_id not in back]
    case.log("merged_in", f"{merged.dispute_no}并入本纠纷", dispute_no=merged.dispute_no, incidents=len(new))
    for incident in new:
        add_incident(case, incident)
    names = {party.name for party in s.parties}
    others = [party for party in merged.parties if party.name not in names]
    s.parties += parties_kept(s, [party for party in others if admits(s, party)])
    s.touch()


def hotline_note(case: Case, note: Note) -> None:
    """A note goes on the timeline, once for its key, and whoever holds the case is told."""
    s = case.state
    if message_keys.applied(s, note.key):
        return
    text = note.text if admits(s, note) else shortened(note.text)
    asked = held(s)
    hands = next((task.assignee for task in asked if task.assignee), None)
    told = [[post.role, post.path] for task in asked for post in task.addressees] if not hands else []
    case.log("hotline_note", "热线转来情况", by=note.actor, source=note.source, text=text, person=hands,
             told=told or None, note_id=message_keys.write(note.key) if note.actor else None)  # fmt: skip
    s.applied.append(Applied(key=note.key, revision=s.revision))
    for task in asked:
        s.touch(task)


def foreign_message(case: Case, name: str, why: str) -> None:
    """Something came through the engine that santui did not send [DESIGN]. The first few are told, all are counted:
    whoever can send one can send thousands. `name` and `why` are codes.
    """
    s = case.state
    s.foreign += 1
    if s.foreign <= FOREIGN_TOLD:
        told = "，此后的只计数" if s.foreign == FOREIGN_TOLD else ""
        case.log("foreign_message", f"流程引擎收到来源不明的消息，未予处理{told}", signal=name[:60], why=why)


def calendar_edition(case: Case, calendar: Calendar) -> None:
    """Working days are counted by the new edition from now on; deadlines already set stay."""
    if calendar.edition != case.state.calendar.edition:
        case.state.calendar = calendar
        case.log("calendar_edition", f"工作日历更新为{calendar.edition}", edition=calendar.edition)

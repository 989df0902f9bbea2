"""A report taken out of the dispute that it had joined by mistake: it begins one of its own, under a number given to it
before (`infra.records.repeats.apart`); one that came with a merged dispute is that one's again.

The dispute counts it no more, and knows nobody by it alone. What was decided and done meanwhile stays, with a line that
says so; nothing lowers a colour, an axis or a risk by itself: what a wrong report has raised, a person lowers by the
actions that there are. Whoever was a party by it alone and has a part in what was done stays a party.

That something joined can't be helped by any report of the five; that the wrong is put right so is [DESIGN].
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from domain.base import Strict
from domain.case.capacity import keeps_incident
from domain.case.case import REPORTED_AGAIN, Case
from domain.case.records import Incident, SplitFrom, SplitOff
from domain.case.state import DisputeState, Entry
from domain.people.organisation import Actor
from domain.policy.action_catalogue import ACTIONS, SPLIT
from domain.policy.forms.actions import SplitReport

CLOSED = "本纠纷已办结，不能分案：请先“重新启动”本纠纷再移出该警情，或将该事项另行登记受理"
NONE_LEFT = "本案没有可移出的警情：只有后来并入、尚未移出的警情可以分案"
"""What whoever asks is told, where there is no report to be taken out."""


def joined(state: DisputeState) -> dict[str, str]:
    """The reports that may be taken out, by id, each with its source's number: all that joined, but for the one that
    the dispute began with.
    """
    if state.batch:
        return {}
    kept = {incident.incident_id: incident for incident in state.incidents[1:]}
    been_full = not keeps_incident(state) or state.split_off
    told = state.timeline if been_full else []
    lines = {e.detail["incident_id"]: e for e in told if e.kind == "incident_added"}
    gone = {split.incident_id for split in state.split_off}
    only_counted = [which for which in lines if which not in kept and which not in gone]
    called = {which: incident.source_no for which, incident in kept.items()}
    return called | {which: str(lines[which].detail["source_no"]) for which in only_counted}


def may_split(state: DisputeState) -> bool:
    """Whether there is a report to be taken out."""
    return bool(joined(state))


def splitters(state: DisputeState) -> dict[str, list[str]]:
    """The roles that may take a report out, by the action, where there is one to be taken out: whoever may merge, and
    whoever judges what comes in, in this mechanism.
    """
    if not joined(state):
        return {}
    source = state.process.sources.get(state.source)
    policy = state.process.tasks.get("confirm_triage")
    desks = [*(policy.by if policy else []), *(source.desks if source else [])]
    return {SPLIT: sorted({*ACTIONS[SPLIT].roles, *(desk.role for desk in desks)})}


def report_called(state: DisputeState, form: Strict) -> dict[str, str]:
    """How the report that a form names is called, for who reads of it."""
    called = joined(state).get(form.incident_id) if isinstance(form, SplitReport) else None
    return {"incident_id_name": called} if called else {}


def split_errors(state: DisputeState, form: SplitReport, into: str) -> list[dict[str, str]]:
    """What is wrong with taking out a report as dispute `into`, as field errors."""
    if form.incident_id in joined(state):
        return [] if into else [{"field": "incident_id", "message": "尚未取得新案编号，请刷新后重试"}]
    wrong = "本案没有这条警情"
    if state.incidents[0].incident_id == form.incident_id:
        wrong = "本案由该警情立案，不能移出；与它无关的其他警情可以移出"
    elif split := next((x for x in state.split_off if x.incident_id == form.incident_id), None):
        wrong = f"该警情已移出，由{split.dispute_no}单独办理"
    return [{"field": "incident_id", "message": wrong}]


def split_off(case: Case, form: SplitReport, into: str, by: Actor) -> None:
    """Lets a report go, which begins dispute `into`."""
    s = case.state
    stays = "；".join(_stays(s, form.incident_id))
    incident = next((each for each in s.incidents if each.incident_id == form.incident_id), None)
    s.incidents = [each for each in s.incidents if each is not incident]
    if incident:
        _forget_people(s, incident)
        _flowed_not_back(s, incident)
    text = "本案报警次数、反弹和回流按移出后的警情计；已作出的决定和已开展的工作照常在案。"
    if stays:
        text += f"因它而来、不自动撤销的：{stays}；不当的，由有权人员按调整颜色、研判纠正或办结程序处理。"
    case.log(
        "split_off", f"警情移出本案，由{into}单独办理", by=by, incident_id=form.incident_id, dispute_no=into, text=text
    )
    s.split_off.append(
        SplitOff(
            incident_id=form.incident_id,
            dispute_no=into,
            at=case.now(),
            by=by.person_id,
            by_name=by.name,
            reason=form.reason,
            revision=s.revision,
        )
    )
    for task in s.pending():
        s.touch(task)


def begin_apart(case: Case, origin: SplitFrom) -> None:
    """The first line of a dispute whose report was taken out of another."""
    case.log("split_from", f"自{origin.dispute_no}移出的警情，另立本案", dispute_no=origin.dispute_no,
             reason=origin.reason, person_name=origin.by_name)  # fmt: skip


def lines_in_error(state: DisputeState) -> frozenset[int]:
    """The lines, by number, that tell of something which was another matter's: that a report joined which was taken out
    again, and that a round began for it.
    """
    gone = {split.incident_id for split in state.split_off}
    if not gone:
        return frozenset()
    added = [e for e in state.timeline if e.kind == "incident_added" and e.detail["incident_id"] in gone]
    rounds = (_round_for(state, entry) for entry in added)
    return frozenset(entry.seq for entry in (*added, *rounds) if entry)


def _stays(state: DisputeState, incident_id: str) -> Iterator[str]:
    """What came of a report and is not taken back by itself, in words."""
    lines = state.timeline
    place = next((n for n, e in enumerate(lines) if e.kind == "incident_added"
                  and e.detail["incident_id"] == incident_id), None)  # fmt: skip
    if place is None:
        return
    for entry in lines[place + 1 :]:
        if entry.kind == "incident_added" or entry.at != lines[place].at:
            break
        if entry.kind == "recoloured":
            yield entry.title
        if entry.kind == "risks_added":
            yield "新增的风险类型"
    if began := _round_for(state, lines[place]):
        yield f"第{began.detail['round']}轮因它启动，是否继续办理须由研判岗位认定"


def _round_for(state: DisputeState, added: Entry) -> Entry | None:
    """The line of the round that began because a report joined: of a closed dispute just before it, of one in its
    follow-up soon after.
    """
    before = next((a for a, b in pairwise(state.timeline) if b is added), None)
    if before and before.kind == "round":
        return before
    for entry in state.timeline[added.seq :]:
        if entry.kind in ("incident_added", "decision") or entry.at != added.at:
            return None
        if entry.kind == "round" and entry.title.endswith(REPORTED_AGAIN):
            return entry
    return None


def _forget_people(state: DisputeState, incident: Incident) -> None:
    """Parties known by this report alone leave, unless they have a part in what was done."""
    known = {party.name for each in state.incidents for party in each.parties}
    known |= {each.detail[of] for each in state.timeline if each.kind == "party_changed" for of in ("party", "was")
              if of in each.detail}  # fmt: skip
    known |= {task.about["party"] for task in state.tasks if task.about.get("party") and task.begun}
    known |= {each.party for agreement in state.agreements for each in agreement.obligations}
    known |= {who["name"] for sitting in state.sittings for who in sitting.participants if "name" in who}
    known |= {session.refused_by for session in state.sessions}
    alone = {party.name for party in incident.parties} - known
    state.parties = [party for party in state.parties if party.name not in alone]


def _flowed_not_back(state: DisputeState, incident: Incident) -> None:
    """It was no alarm on what had been diverted (回流)."""
    for record in state.diversions:
        lines = (e for e in state.timeline if e.kind == "came_back" and e.detail["incident_id"] == incident.incident_id)
        if next(lines, None) and incident.reported_at in record.came_back:
            record.came_back.remove(incident.reported_at)
            return

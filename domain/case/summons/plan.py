"""联合会商 and what it plans: each thing is somebody's, with a limit of its own, measured from the whistle (H-042 to
H-044 “5小时达成共识、3天消除安全隐患、4天拆除通道”). What cannot be carried out goes back to the table.
"""

from __future__ import annotations

from datetime import datetime

from domain.base import wall_time
from domain.case.case import Case
from domain.case.state import Decision, DisputeState, Task
from domain.case.summons.records import Conference, Planned
from domain.case.summons.whistle import convene, lasted, retime, times_of, whistle_of
from domain.people.organisation import Post
from domain.policy.forms.summons import Conferred
from domain.policy.spans import Span

CARRY_OUT = "carry_out"
LATEST = Span(calendar_months=12)
"""[DESIGN] So late at most something planned may be due: the case stays open until it is carried out."""


def plan_errors(state: DisputeState, form: Conferred, at: datetime) -> list[dict[str, str]]:
    """What a plan may be by itself and still not in this case, as field errors."""
    errors, last = [], state.calendar.after(at, LATEST)
    for n, item in enumerate(form.items):
        if unfit := state.process.words.unfit_role(item.role):
            errors.append({"field": f"items.{n}.role", "message": unfit})
        if not at < item.due <= last:
            allowed = f"须在现在（{wall_time(at)}）之后、{wall_time(last)}之前"
            errors.append({"field": f"items.{n}.due", "message": f"完成期限{wall_time(item.due)}不成立：{allowed}"})
    return errors


def conferred(case: Case, task: Task, decision: Decision) -> None:
    """The joint session is over: what it agreed is asked of whom it named."""
    whistle, fields = whistle_of(case.state, task), decision.fields
    sitting = Conference(
        round=case.state.round, at=decision.at, task_id=task.task_id, result=decision.name,
        participants=fields.get("participants", []), minutes=fields.get("minutes") or fields.get("reason", ""),
    )  # fmt: skip
    whistle.conferences.append(sitting)
    case.state.touch()
    if decision.name != "agreed":
        return
    said = f"联席会议形成决议：召集后{lasted(whistle, decision.at)}" if whistle.cause == "conference" else ""
    case.log("consensus", said or f"联合会商达成共识：吹哨后{lasted(whistle, decision.at)}", by=decision,
             summons=whistle.number)  # fmt: skip
    by_code = {ref.code: ref for ref in case.state.organisations.values()}
    rungs = times_of(case.state, whistle).rungs
    for item in fields["items"]:
        unit, number, due = by_code[item["organisation"]], len(whistle.items) + 1, datetime.fromisoformat(item["due"])
        about = {"summons": whistle.number, "item": number, "title": f"方案第{number}项",
                 "instructions": item["what"]}  # fmt: skip
        asked = case.open(
            CARRY_OUT, to=[Post(role=item["role"], path=unit.path)], about=about,
            limit=Span(hours=1), rungs=rungs,
        )  # fmt: skip
        retime(case.state.clock(f"task:{asked.task_id}"), whistle.at, due)
        whistle.items.append(
            Planned(number=number, what=item["what"], path=unit.path, due_at=due, task_id=asked.task_id)
        )


def carried(case: Case, task: Task, decision: Decision) -> None:
    """Something planned is done, which is a milestone; or can't be done, and they confer again."""
    whistle = whistle_of(case.state, task)
    number: int = task.about["item"]
    what = whistle.items[number - 1].what
    if decision.name == "done":
        since = "召集" if whistle.cause == "conference" else "吹哨"
        case.log("milestone", f"{what[:40]}：{since}后{lasted(whistle, decision.at)}完成", by=decision,
                 summons=whistle.number, item=number)  # fmt: skip
    elif decision.name == "unable":
        convene(case, whistle, f"方案第{number}项无法落实", what)

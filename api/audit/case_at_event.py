"""The case as it stood after an event of its history, derived again by replay."""

from __future__ import annotations

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from api.audit.schemas import CaseAtEvent
from api.disputes.presenters import present_case, present_entry
from api.histories.replay import replay, up_to
from domain.case.state import Entry
from domain.errors import FieldsInvalid
from domain.image.projection import project
from domain.people.organisation import Actor
from infra.database.tables.read_model import DisputeRow, TaskRow, TimelineRow
from infra.read_model.writer import rows_shown

NOBODY = Actor(person_id="", name="", posts=[])


async def case_at(history: WorkflowHistory, event: int | None, converter: DataConverter) -> CaseAtEvent:
    """The case as it stood after an event of a history, the last unless one is given, with its timeline so far.

    Raises:
        FieldsInvalid: the history has no such event, or can't be replayed with this code.
    """
    last = history.events[-1].event_id
    event = last if event is None else event
    if not 1 <= event <= last:
        raise FieldsInvalid(errors=[{"field": "event", "message": f"事件编号须在1到{last}之间"}])
    replayed = await replay(up_to(history, event), converter)
    if replayed.state is None:
        raise FieldsInvalid("该历史无法用当前程序重放", errors=[{"field": "run", "message": str(replayed.error)}])
    rows = rows_shown(project(replayed.state))
    tasks = sorted((TaskRow(**row) for row in rows[TaskRow]), key=lambda row: int(row.sealed["opened_revision"]))
    return CaseAtEvent(
        **dict(present_case(DisputeRow(**rows[DisputeRow][0]), tasks, NOBODY)),
        timeline=[present_entry(Entry.model_validate(row["sealed"])) for row in rows[TimelineRow]],
        event=event,
        events=last,
        run=history.run_id,
    )

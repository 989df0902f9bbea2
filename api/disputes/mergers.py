"""Whether a dispute may be merged into another: a workflow knows only its own dispute, so it is checked here."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from api.core.context import Services
from api.core.schemas import JsonObject
from domain.errors import DecisionNotAllowed, FieldsInvalid
from domain.people.organisation import Actor
from domain.policy.action_catalogue import MERGER
from domain.policy.fields import DisputeNo
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import find_dispute

_NUMBER: TypeAdapter[str] = TypeAdapter(DisputeNo)


async def check_target(services: Services, session: Session, actor: Actor, dispute_no: str, fields: JsonObject) -> None:
    """Whether the dispute that a form names (`duplicate_of`, `merge_into`) may be merged into: the person sees it, it
    is open, and not about to be merged into this very dispute, directly or by way of others.

    Raises:
        FieldsInvalid: a dispute the person may not see is reported like one that does not exist.
    """
    written = fields.get("dispute_no")
    if not isinstance(written, str):
        return  # none, or no text: the form reports it
    try:
        number = _NUMBER.validate_python(written.strip())  # as the form reads it
    except ValidationError as error:  # what can't be read is never unchecked
        raise FieldsInvalid(errors=[{"field": "dispute_no", "message": f"“{written[:40]}”不是纠纷编号"}]) from error
    row = await find_dispute(session, actor, number)
    wrong = f"没有编号为“{number}”的纠纷" if row is None else _closed(row)
    passed: set[str] = set()
    while row is not None and not wrong and (into := _pending_target(row)) and into not in passed:
        passed.add(into)
        if into == dispute_no:
            wrong = f"{number}正申请并入本纠纷，不能互相并入"
        row = await session.get(DisputeRow, into)
    if row is None and not passed:
        services.access.note(actor.person_id, number, f"act:{MERGER}", "not_found")
    if wrong:
        raise FieldsInvalid(errors=[{"field": "dispute_no", "message": wrong}])


async def check_still_open(session: Session, number: str) -> None:
    """Whether the target of a merger that waits for approval is still open.

    Raises:
        DecisionNotAllowed
    """
    row = await session.get(DisputeRow, number)
    wrong = _closed(row) if row else f"没有编号为“{number}”的纠纷"
    if wrong:
        raise DecisionNotAllowed(f"{wrong}，请不予批准")


def _closed(row: DisputeRow) -> str:
    if row.closed_at is None:
        return ""
    into = row.sealed["merged_into"]
    return f"{row.dispute_no}已并入{into}，不能再并入其中" if into else f"{row.dispute_no}已办结，不能并入"


def _pending_target(row: DisputeRow) -> str | None:
    """The target of this dispute's own merger, where one waits for approval."""
    waiting = (c for c in row.sealed["changes"] if c["action"] == MERGER and c["result"] == "pending")
    return next((c["fields"]["dispute_no"] for c in waiting), None)

"""Items of batches of hazards, read: lists, one of them, and how they stand (动态清零)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from api.core.context import Services
from api.core.schemas import Listed
from api.hazards.schemas import KINDS, Answered, Disowned, HazardItem, Outstanding, Standing
from api.indicators.presenters import present_meanings
from domain.base import china
from domain.case.hazards.batch import STATE_NAMES, Item
from domain.errors import NotFound
from domain.indicators.formulas import rate
from domain.indicators.mechanism.hazards import HAZARD_FIGURES
from domain.people.organisation import Actor
from domain.triage.places import Directory
from infra.database.engine import Session
from infra.database.tables.notices import HazardBatchRow
from infra.database.tables.read_model import HazardItemRow
from infra.read_model.disputes import find_dispute
from infra.read_model.hazards.items import (
    Ahead,
    By,
    Group,
    ItemFilter,
    by_day,
    find_item,
    hazard_items,
    moved_ahead,
    standing,
)
from infra.records.notices.batches import batches_numbered


async def listed_items(
    services: Services, session: Session, actor: Actor, f: ItemFilter, *, limit: int, cursor: str | None
) -> Listed[HazardItem]:
    """The items the person sees; the filter's `path` is an organisation's code here.

    Raises:
        FieldsInvalid: no organisation has this code.
    """
    directory, ahead = await services.directory.read(session), await _ahead(services, session)
    page = await hazard_items(session, actor, _with_path(directory, f), limit=limit, cursor=cursor, ahead=ahead)
    numbers = await batches_numbered(session, [row.dispute_no for row in page.rows])
    items = [_shown(row, directory, numbers, ahead) for row in page.rows]
    return Listed[HazardItem](items=items, next_cursor=page.next_cursor)


async def _ahead(services: Services, session: Session) -> Ahead:
    """Which batches a drill has moved: none where there are no drills."""
    return await moved_ahead(session) if services.settings.drill else {}


async def one_item(services: Services, session: Session, actor: Actor, dispute_no: str, no: int) -> HazardItem:
    """One item of a batch; the reading is noted.

    Raises:
        NotFound: there is none, or not for this person.
    """
    row = await find_item(session, dispute_no, no) if await find_dispute(session, actor, dispute_no) else None
    if row is None:
        services.access.note(actor.person_id, dispute_no, "hazard", NotFound.code)
        raise NotFound("没有这项隐患")
    services.access.note(actor.person_id, dispute_no, "hazard")
    numbers = await batches_numbered(session, [dispute_no])
    return _shown(row, await services.directory.read(session), numbers, await _ahead(services, session))


async def outstanding(
    services: Services, session: Session, actor: Actor, f: ItemFilter, by: By = "aspect", days: int = 0
) -> Outstanding:
    """How the items the person sees stand, those with most outstanding first, and how it was on the last days.

    Raises:
        FieldsInvalid: no organisation has this code.
    """
    directory = await services.directory.read(session)
    f, ahead = _with_path(directory, f), await _ahead(services, session)
    [total] = await standing(session, actor, f, None, ahead)
    found = await standing(session, actor, f, by, ahead)
    numbers = await batches_numbered(session, [group.key for group in found]) if by == "batch" else {}
    groups = [_standing(group, by, directory, numbers) for group in found]
    groups.sort(key=lambda group: (group.cancelled - group.sent, group.name))
    told = Outstanding(total=_standing(total, None, directory, {}), groups=groups,
                       definitions=present_meanings(HAZARD_FIGURES))  # fmt: skip
    if days:
        told.days = await by_day(session, actor, f, days)
    return told


def _with_path(directory: Directory, f: ItemFilter) -> ItemFilter:
    if f.path is None:
        return f
    return f.model_copy(update={"path": directory.named(f.path).path})


Numbers = Mapping[str, HazardBatchRow]
"""Batches with their numbers, by the number of the case."""


def batch_name(row: HazardBatchRow | None) -> str:
    """What a batch is called: `风险隐患提示函 2026年第3批`."""
    if row is None:
        return "风险隐患函（批次号待生成）"
    series, _, count = row.number.rpartition("-")
    return f"风险隐患{KINDS[row.kind]} {series.rpartition('-')[2]}年第{int(count)}批"


def _standing(group: Group, by: By | None, directory: Directory, numbers: Numbers) -> Standing:
    batch = batch_name(numbers.get(group.key))
    named = {"organisation": _called(directory, group.key), "batch": batch}.get(by or "", group.name)
    key = group.key.rpartition("/")[2] if by == "organisation" else group.key
    return Standing(
        **{**group.model_dump(), "key": key, "name": named},
        rate=_percent(group.cancelled, group.sent),
        in_time_rate=_percent(group.in_time, group.sent),
    )


def _percent(part: int, whole: int) -> float | None:
    found = rate(part, whole)
    return None if found is None else float(found)


def _called(directory: Directory, path: str) -> str:
    organisation = directory.at(path)
    return organisation.name if organisation else path.rpartition("/")[2]


def _shown(row: HazardItemRow, directory: Directory, numbers: Numbers, ahead: Ahead) -> HazardItem:
    item, moved = Item.model_validate(row.sealed), ahead.get(row.dispute_no, 0)
    return HazardItem(
        dispute_no=row.dispute_no,
        batch=numbers[row.dispute_no].number if row.dispute_no in numbers else None,
        no=row.no,
        aspect=row.aspect,
        aspect_name=row.aspect_name,
        organisation=row.path.rpartition("/")[2],
        organisation_name=_called(directory, row.path),
        text=item.text,
        state=item.state,
        state_name=STATE_NAMES[item.state],
        sent_at=china(row.sent_at),
        due_at=china(row.due_at),
        overdue=item.state == "open" and row.due_at < datetime.now(UTC) + timedelta(seconds=moved),
        rectified_at=china(row.rectified_at) if row.rectified_at else None,
        cancelled_at=china(row.cancelled_at) if row.cancelled_at else None,
        returned=row.returned,
        answers=[
            Answered(
                at=china(answer.at), by=answer.by_name, text=answer.text,
                attachments=[file.attachment_id for file in answer.evidence],
                verified_at=china(answer.verified_at) if answer.verified_at else None,
                verified_by=answer.verified_by, returned=answer.returned,
            )
            for answer in item.answers
        ],
        disowned=[
            Disowned(
                at=china(said.at), by=said.by_name, organisation=said.path.rpartition("/")[2],
                organisation_name=_called(directory, said.path), ground=said.ground, suggested=said.suggested,
                ruled_at=china(said.ruled_at) if said.ruled_at else None, ruled_by=said.ruled_by,
                moved_to=said.moved_to.rpartition("/")[2], overruled=said.overruled,
            )
            for said in item.disowned
        ],
        ahead=moved,
    )  # fmt: skip

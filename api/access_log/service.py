"""The access log's readers: who audits reads all of it, who supervises what one of his people did, who answers for a
case who read it, and everybody what was done in his name. Codes, names and instants; nothing of a case.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta

from api.access_log.labels import noted, outcome
from api.access_log.schemas import AccessItem, CaseReader, Export, OwnEntry, PostThen, UnusualReader
from api.core.context import Services
from api.core.permissions import holds_at_root
from api.core.schemas import Listed
from api.disputes.access import visible_dispute
from domain.base import CHINA, china
from domain.errors import NotEntitled
from domain.people.organisation import Actor
from domain.people.permissions import ACCESS_LOG_READERS, PERSONAL_LOG_READERS, may_see_readers, own_places
from domain.people.unusual_reading import SPAN, unusual
from domain.storable_text import plain_cell
from domain.triage.places import Directory
from infra.database.engine import Session
from infra.database.pagination import cursor_of, read_cursor
from infra.read_model.tasks import tasks_of
from infra.records.access_log import reading
from infra.records.access_log.counting import cases_read, people_with_roles
from infra.records.access_log.reading import Found, Wanted
from infra.records.people import person_by_username
from infra.runtime.policy_files import role_name

EXPORTED = 10_000
"""Lines that are taken out at once at most. [DESIGN] (E.2: a cap of rows)"""
LATELY = timedelta(days=7)
SIGN_INS = ("sign_in", "sign_ins:end", "password:change")
"""Codes of what somebody did about his own account."""


async def accesses(
    services: Services, session: Session, actor: Actor, *, person: str | None = None, dispute_no: str | None = None,
    refused: bool = False, day: date | None = None, limit: int, cursor: str | None,
) -> Listed[AccessItem]:  # fmt: skip
    """A page of the access log, the latest first; `person` is a username or a person id, `day` one of China. Noted.

    The auditors of the county read everything; who supervises or audits a part of it reads of one person what he did by
    a post there, without addresses and what was searched for.

    Raises:
        NotEntitled: not a reader of that; the try is noted.
    """
    audits = await _reader(services, session, actor, person)
    found = await person_by_username(session, person) if person else None
    whom = found.person_id if found else None
    services.access.note(actor.person_id, dispute_no, "access", concerns=whom, about=_asked(person, day, refused))
    await session.close()
    await services.access.written()
    wanted = Wanted(
        person_id=whom or person, dispute_no=dispute_no, refused=refused, between=_of_day(day),
        below=None if audits else own_places(actor, PERSONAL_LOG_READERS),
    )  # fmt: skip
    async with services.database.resume(session):
        rows, more = await _page(session, wanted, limit, cursor)
        directory = await services.directory.read(session)
    return Listed[AccessItem](items=[_item(each, directory, whole=audits) for each in rows], next_cursor=more)


async def export(
    services: Services, session: Session, actor: Actor, *, person: str | None, dispute_no: str | None, refused: bool,
    day: date | None, reason: str,
) -> Export:  # fmt: skip
    """The same entries as a table (CSV), for the auditors of the county; by whom and why stands in it and in the log.

    Raises:
        NotEntitled: no auditor of the county; the try is noted.
        QuotaReached: he has taken out as much as one may in an hour; noted.
        StoreUnavailable: it can't be noted now.
    """
    if not await holds_at_root(services, session, actor, ACCESS_LOG_READERS):
        services.access.note(actor.person_id, None, "access:export", NotEntitled.code)
        raise NotEntitled
    found = await person_by_username(session, person) if person else None
    await session.close()
    await services.exports.count(actor.person_id, "access:export")
    about = {**_asked(person, day, refused), "reason": reason}
    services.access.note(actor.person_id, dispute_no, "access:export", about=about)
    await services.access.written()
    wanted = Wanted(
        person_id=found.person_id if found else person, dispute_no=dispute_no, refused=refused, between=_of_day(day)
    )
    async with services.database.resume(session):
        rows = await reading.accesses(session, wanted, limit=EXPORTED)
        directory = await services.directory.read(session)
    now = datetime.now(CHINA)
    lines = [_line(_item(each, directory, whole=True)) for each in rows]
    mark = f"导出人 {actor.name} · {now:%Y-%m-%d %H:%M:%S} · 事由 {reason} · 共 {len(lines)} 条"
    return Export(f"访问日志_{now:%Y%m%d%H%M%S}.csv", _table([[mark], COLUMNS, *lines]))


async def taken_out(services: Services, session: Session, actor: Actor, limit: int) -> list[AccessItem]:
    """Who took what out as a file in the last days, the latest first, for the auditors of the county. Noted.

    Raises:
        NotEntitled: no auditor of the county; the try is noted.
    """
    if not await holds_at_root(services, session, actor, ACCESS_LOG_READERS):
        services.access.note(actor.person_id, None, "access", NotEntitled.code)
        raise NotEntitled
    services.access.note_once(actor.person_id, None, "access", {"asked": {"taken_out": True}})
    await session.close()
    await services.access.written()
    now = datetime.now(CHINA)
    wanted = Wanted(taken_out=True, between=(now - LATELY, now))
    async with services.database.resume(session):
        rows, _ = await _page(session, wanted, limit, None)
        directory = await services.directory.read(session)
    return [_item(each, directory, whole=False) for each in rows]


async def unusual_reading(services: Services, session: Session, actor: Actor) -> Listed[UnusualReader]:
    """Who read far more cases than others at the same post in the last days, for the auditors of the county. Noted.

    Raises:
        NotEntitled: no auditor of the county; the try is noted.
    """
    if not await holds_at_root(services, session, actor, ACCESS_LOG_READERS):
        services.access.note(actor.person_id, None, "access:unusual", NotEntitled.code)
        raise NotEntitled
    services.access.note_once(actor.person_id, None, "access:unusual", {})
    await session.close()
    await services.access.written()
    async with services.database.resume(session):
        read = await cases_read(session, datetime.now(CHINA) - SPAN)
        held = await people_with_roles(session, list(read))
    found = unusual(read, {person_id: roles for person_id, (_, _, roles) in held.items()})
    items = [
        UnusualReader(
            person_id=one.person_id, username=username, name=name, roles=[role_name(role) for role in roles],
            read=one.read, usual=one.usual, most=one.most,
        )
        for one in found for username, name, roles in [held[one.person_id]]
    ]  # fmt: skip
    return Listed[UnusualReader](items=items, next_cursor=None)


async def readers(
    services: Services, session: Session, actor: Actor, dispute_no: str, *, limit: int, cursor: str | None
) -> Listed[CaseReader]:
    """Who read a case, or tried to, or did something in it, the latest first: for who answers for it. Noted.

    Raises:
        NotFound: there is no such dispute for this person.
        NotEntitled: he sees it, but it is not his to answer for; the try is noted.
    """
    await visible_dispute(services, session, actor, dispute_no)
    hands = {person for row in await tasks_of(session, dispute_no) for person in (row.assignee, row.delegate) if person}
    if not may_see_readers(actor, hands):
        services.access.note(actor.person_id, dispute_no, "access:case", NotEntitled.code)
        raise NotEntitled("只有办理本案的人员及其领导可以查看谁看过本案")
    services.access.note(actor.person_id, dispute_no, "access:case")
    await session.close()
    await services.access.written()
    async with services.database.resume(session):
        rows, more = await _page(session, Wanted(dispute_no=dispute_no), limit, cursor)
        directory = await services.directory.read(session)
    items = [
        CaseReader(
            at=china(each.row.at), name=each.name or "", on_behalf_name=each.on_behalf_name,
            posts=_posts(each.row.posts, directory), what=each.row.what, outcome=each.row.outcome,
        )
        for each in rows
    ]  # fmt: skip
    return Listed[CaseReader](items=items, next_cursor=more)


async def own_entries(
    services: Services, session: Session, actor: Actor, *, limit: int, cursor: str | None
) -> Listed[OwnEntry]:
    """What a person did about his own account, and what others did in his name or about it, the latest first."""
    await session.close()
    await services.access.written()
    async with services.database.resume(session):
        rows, more = await _page(session, Wanted(own=actor.person_id, own_codes=SIGN_INS), limit, cursor)
    items = [
        OwnEntry(
            at=china(each.row.at), name=each.name or "", mine=each.row.person_id == actor.person_id,
            in_my_name=each.row.on_behalf_of == actor.person_id, dispute_no=each.row.dispute_no, what=each.row.what,
            outcome=each.row.outcome, address=_address(each, actor),
        )
        for each in rows
    ]  # fmt: skip
    return Listed[OwnEntry](items=items, next_cursor=more)


async def _reader(services: Services, session: Session, actor: Actor, person: str | None) -> bool:
    """Whether somebody reads the whole log; who reads of one person only must name him.

    Raises:
        NotEntitled: he reads none of it, or names nobody; the try is noted.
    """
    if await holds_at_root(services, session, actor, ACCESS_LOG_READERS):
        return True
    if person and own_places(actor, PERSONAL_LOG_READERS):
        return False
    services.access.note(actor.person_id, None, "access", NotEntitled.code)
    raise NotEntitled


def _asked(person: str | None, day: date | None, refused: bool) -> dict[str, object]:
    return {"asked": {"person": person, "day": day.isoformat() if day else None, "refused": refused}}


def _of_day(day: date | None) -> tuple[datetime, datetime] | None:
    since = datetime.combine(day, time(), CHINA) if day else None
    return (since, since + timedelta(days=1)) if since else None


async def _page(session: Session, wanted: Wanted, limit: int, cursor: str | None) -> tuple[list[Found], str | None]:
    before = read_cursor(cursor, str)[0] if cursor else None
    rows = await reading.accesses(session, wanted, limit=limit + 1, before=before)
    return rows[:limit], cursor_of(rows[limit - 1].row.access_id) if len(rows) > limit else None


def _item(found: Found, directory: Directory, *, whole: bool) -> AccessItem:
    row = found.row
    item = AccessItem(
        access_id=row.access_id, at=china(row.at), person_id=row.person_id, name=found.name, username=found.username,
        on_behalf_of=row.on_behalf_of, on_behalf_name=found.on_behalf_name, posts=_posts(row.posts, directory),
        dispute_no=row.dispute_no, what=row.what, outcome=row.outcome,
    )  # fmt: skip
    if not whole:
        return item
    sealed = row.sealed
    more = {"address": sealed.get("address", ""), "session_id": row.session_id, "concerns": row.concerns,
            "program": sealed.get("program")}  # fmt: skip
    return item.model_copy(update={**more, "count": sealed.get("count"), "shown": sealed.get("shown")})


def _posts(posts: str, directory: Directory) -> list[PostThen]:
    """Posts as they were noted, in the words of now; of a place that is no more, its code."""
    found = []
    for each in posts.split():
        role, _, path = each.partition("@")
        place = directory.at(path)
        name = place.name if place else path.rpartition("/")[2]
        found.append(PostThen(role=role, path=path, role_name=role_name(role), organisation=name))
    return found


def _address(found: Found, actor: Actor) -> str:
    """From where: of what was done about his own account; from where a deputy works is not his to know."""
    row = found.row
    return str(row.sealed.get("address", "")) if row.what in SIGN_INS and row.on_behalf_of != actor.person_id else ""


COLUMNS = ["时间", "姓名", "用户名", "代表", "岗位", "事项", "纠纷编号", "结果", "来源地址", "登录", "程序令牌", "代码"]


def _line(item: AccessItem) -> list[str]:
    posts = "、".join(f"{post.organisation}{post.role_name}" for post in item.posts)
    return [
        f"{item.at:%Y-%m-%d %H:%M:%S}", item.name or "", item.username or "", item.on_behalf_name or "", posts,
        noted(item.what), item.dispute_no or "", outcome(item.outcome), item.address or "", item.session_id or "",
        item.program or "", item.what,
    ]  # fmt: skip


def _table(rows: list[list[str]]) -> bytes:
    """CSV as office programs open it: with the mark of UTF-8; nothing in it is a formula."""
    text = io.StringIO()
    csv.writer(text).writerows([plain_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")

"""Leaving (离任交接): what somebody would leave behind, and putting it on record that he has left."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import NoReturn

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.leaving.beats import beats_of
from api.leaving.looking import Look, look, posts_left, whom
from api.leaving.schemas import LeavingPreview, Left, PostLeft, WorkLeft
from api.leaving.sweeping import tell_leavings
from api.leaving.telling import Telling, heir
from api.people.schemas import FormerPost, PostHeld, Who
from api.people.service import post_held
from domain.base import china
from domain.errors import Conflict, FieldsInvalid, NotEntitled, SantuiError
from domain.people.duties import Duty, fits
from domain.people.organisation import Actor, Post
from domain.people.permissions import may_appoint, may_record_leaving
from domain.people.separation import APART, joined_wrongly
from domain.transitions.leaving.handing_on import (
    WHAT_NAMES,
    How,
    Leaving,
    Said,
    What,
    Work,
    found_of,
    said_of,
)
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.people import DutyRow, LeavingRow
from infra.read_model.people.manning import disputes_of
from infra.records import duties as registers
from infra.records import leaving as records
from infra.records.people import people_by, posts_of
from infra.records.signing_in.sessions import end_sessions
from infra.runtime.policy_files import roles
from infra.wakeups.wakeups import Topic

_ANSWER = TypeAdapter(Left)
_PATIENCE = 5.0
"""Seconds that an answer waits for cases to be told; the sweep tells the others."""


def operation(person: str) -> str:
    """Operation of a leaving, of which an idempotency key holds."""
    return f"leave:{person}"


async def preview(
    services: Services,
    session: Session,
    actor: Actor,
    named: str,
    post_ids: list[str] | None,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> LeavingPreview:
    """What somebody would leave behind who left these posts, or all: for himself, and for whoever may record it.

    Raises:
        NotFound, NotEntitled
        FieldsInvalid: an id is none of his posts.
    """
    left = await posts_left(session, await whom(session, named), post_ids or None)
    if actor.person_id != left.person_id and not _may_record(actor, left):
        _refuse(services, actor, "leaving:read")
    _known(left)
    services.access.note(actor.person_id, None, "leaving:read")
    await look(services, session, left)
    begin = read_cursor(cursor, int)[0] if cursor else 0
    page = left.works[begin : begin + limit]
    must = [work for work in left.works if work.ways]
    return LeavingPreview(
        person=_who(left),
        posts=_posts(left),
        former=[
            FormerPost(**dict(post_held(row, organisation)), until=china(row.until))
            for row, organisation in await records.former_posts(session, left.person_id)
        ],
        must=len(must),
        nobody=sum(work.ways == [How.UP] and work.what != What.VACANCY for work in must),
        counts={what: n for what in What if (n := sum(work.what == what for work in left.works))},
        items=[_work(left, work) for work in page],
        next_cursor=cursor_of(begin + limit) if len(left.works) > begin + limit else None,
    )


async def leave(
    services: Services, session: Session, actor: Actor, named: str, order: Leaving, key: str | None
) -> Answer[Left]:
    """Puts it on record that somebody leaves posts, once for a key: they end, his work goes where it was said to go.

    Raises:
        NotFound, NotEntitled
        FieldsInvalid: something can't go where it was said to.
        WorkLeftOpen: of some work nothing was said.
        Conflict: he has no post, or his posts have just changed.
    """
    leaving_id = new_id()

    async def do(_: str) -> Effect[Left]:
        left, people, heirs = await _checked(services, session, actor, named, order)
        able = await _able(session, left, people, heirs)
        said = said_of(left.works, order, people, able)
        now = datetime.now(UTC)
        told = await _told(services, session, actor, left, said, order.reason)
        await session.close()

        async def apply(writing: Session) -> Answer[Left]:
            await records.end_posts(writing, leaving_id, [row.post_id for row, _ in left.leaving], now)
            for row, _ in left.leaving:
                for person in heirs.get(row.post_id, []):
                    await records.give_post(writing, person, row.role, row.path, row.organisation_code, now)
            for post, code in left.takes:
                await records.give_post(writing, left.person_id, post.role, post.path, code, now)
            await _pass_duties_on(writing, actor, left, said, now)
            if not left.stays:
                await records.end_deputyships(writing, left.person_id, actor.person_id, now)
            words = {"reason": order.reason, "said": {item: each.model_dump() for item, each in said.items()}}
            recorded = LeavingRow(
                leaving_id=leaving_id, person_id=left.person_id, by=actor.person_id, at=now, sealed=words
            )
            handings = [records.HandingOn(leaving_id, each.dispute_no, each.model_dump(mode="json")) for each in told]
            await records.put_on_record(writing, recorded, handings)
            closed = await records.close_account(writing, left.person_id)
            await end_sessions(writing, left.person_id, now, "left", actor.person_id)
            services.access.note(actor.person_id, None, "leaving:record")
            return Answer(200, _left(leaving_id, left, said, len(told), now, closed=closed))

        return Effect(apply, operation(left.person_id))

    content = order.model_dump(mode="json")
    answer = await once(services, session, actor, operation(named), key, content, _ANSWER, do)
    services.database.wakeups.changed(Topic.PEOPLE)
    with contextlib.suppress(TimeoutError, SantuiError):
        async with asyncio.timeout(_PATIENCE):
            await tell_leavings(services, answer.body.leaving_id)
    return answer


async def _checked(
    services: Services, session: Session, actor: Actor, named: str, order: Leaving
) -> tuple[Look, dict[str, str], dict[str, list[str]]]:
    """The leaver and his work, the people whom the order names by what was typed, and who succeeds to which post."""
    left = await posts_left(session, await whom(session, named), order.posts)
    if not _may_record(actor, left):
        _refuse(services, actor, "leaving:record")
    _known(left)
    if not left.leaving:
        raise Conflict("该人员现在没有岗位")
    rows = await people_by(session, order.named())
    people = {word: row.person_id for word, row in rows.items() if row.active and row.person_id != left.person_id}
    heirs: dict[str, list[str]] = {}
    wrong = []
    by_id = {row.post_id: Post(role=row.role, path=row.path) for row, _ in left.leaving}
    for n, each in enumerate(order.successors):
        post, person = by_id.get(each.post_id), people.get(each.to)
        if post is None:
            wrong.append({"field": f"successors.{n}.post_id", "message": "不是本次离任的岗位"})
        elif person is None:
            wrong.append({"field": f"successors.{n}.to", "message": f"没有用户名或编号为“{each.to}”的在岗人员"})
        elif not may_appoint(actor, post):
            _refuse(services, actor, "leaving:appoint", "接任人由安全管理员授予岗位")
        elif problem := await _mixed(services, person, post):
            wrong.append({"field": f"successors.{n}.to", "message": problem})
        else:
            heirs.setdefault(each.post_id, []).append(person)
    left.takes = await _taken(services, session, actor, left, order, wrong)
    if wrong:
        raise FieldsInvalid(errors=wrong)
    await look(services, session, left, [(by_id[post_id], p) for post_id, ps in heirs.items() for p in ps])
    return left, people, heirs


def _may_record(actor: Actor, left: Look) -> bool:
    posts = left.ends or [Post(role=row.role, path=row.path) for row, _ in left.held]
    return may_record_leaving(actor, left.person_id, posts)


def _known(left: Look) -> None:
    if left.unknown:
        raise FieldsInvalid(errors=[{"field": "posts", "message": f"该人员没有编号为“{left.unknown[0]}”的岗位"}])


async def _taken(
    services: Services, session: Session, actor: Actor, left: Look, order: Leaving, wrong: list[dict[str, str]]
) -> list[tuple[Post, str]]:
    """The posts that he takes instead, with their organisations' codes; what is wrong of them is added to `wrong`."""
    directory = await services.directory.read(session)
    held, found = left.stays, list[tuple[Post, str]]()
    for n, each in enumerate(order.takes):
        listed = directory.named(each.organisation, f"takes.{n}.organisation")
        post = Post(role=each.role, path=listed.path)
        if each.role not in roles():
            wrong.append({"field": f"takes.{n}.role", "message": f"没有“{each.role}”这个岗位"})
        elif not may_appoint(actor, post):
            _refuse(services, actor, "leaving:appoint", "新任岗位由安全管理员授予")
        elif post in held:
            wrong.append({"field": f"takes.{n}.role", "message": "已任此岗位"})
        elif joined_wrongly([post.role, *(one.role for one in held)]):
            wrong.append({"field": f"takes.{n}.role", "message": APART})
        else:
            held = [*held, post]
            found.append((post, listed.code))
    return found


async def _mixed(services: Services, person: str, post: Post) -> str:
    """Why somebody may not succeed to a post; empty where he may. Administration and audit stay apart (三员分立)."""
    holds = await services.actors.acting(person, datetime.now(UTC))
    if holds and post in holds.posts:
        return f"{holds.name}已任此岗位"
    return APART if joined_wrongly([post.role, *(each.role for each in (holds.posts if holds else []))]) else ""


async def _able(
    session: Session, left: Look, people: dict[str, str], heirs: dict[str, list[str]]
) -> dict[str, set[str]]:
    """Of each piece of work those whom the order names who may take it, expected or not."""
    posts = {row.post_id: Post(role=row.role, path=row.path) for row, _ in left.leaving}
    found: dict[str, set[str]] = {}
    for person in set(people.values()):
        held = [Post(role=row.role, path=row.path) for row, _ in await posts_of(session, person)]
        held += [posts[post_id] for post_id, them in heirs.items() if person in them]
        one = Actor(person_id=person, name="", posts=held)
        for work in left.works:
            if work.item in left.tasks:
                task = left.tasks[work.item][1]
                if person not in task.excluded and left.after.entitled(person, task.addressees):
                    found.setdefault(work.item, set()).add(person)
            elif work.item in left.duties and fits(Duty(left.duties[work.item].kind), left.subjects[work.item], one):
                found.setdefault(work.item, set()).add(person)
    return found


async def _told(
    services: Services, session: Session, actor: Actor, left: Look, said: dict[str, Said], reason: str
) -> list[Telling]:
    """What each case is told."""
    of_case: dict[str, Telling] = {}
    own = actor.model_copy(update={"deputises": []})

    def of(number: str) -> Telling:
        if number not in of_case:
            of_case[number] = Telling(dispute_no=number, by=own, reason=reason)
        return of_case[number]

    what = {work.item: work.what for work in left.works}
    for item, (row, task) in left.tasks.items():
        telling, word = of(row.dispute_no), said.get(item)
        telling.tasks.append(found_of(task, left.person_id, what[item], word, left.after))
        if word and word.to:
            telling.to[task.task_id] = word.to
        elif word and word.how == How.COLLEAGUES and (part := heir(task)):
            telling.heirs[task.task_id] = part
    for number in left.disputes:
        of(number).left.append(left.person_id)
    disputes = left.disputes | await disputes_of(session, set(of_case) - set(left.disputes))
    for number, codes in (await beats_of(services, session, list(disputes.values()))).items():
        of_case[number].beats = codes
    return list(of_case.values())


async def _pass_duties_on(writing: Session, actor: Actor, left: Look, said: dict[str, Said], now: datetime) -> None:
    """What was entrusted to him is another's from now on, or ends."""
    for item, row in left.duties.items():
        to = said[item].to if item in said else None
        has = to and await registers.duties(
            writing, kinds=[Duty(row.kind)], subjects=[row.subject], person_id=to, at=now
        )
        if to is None or has:
            await registers.end_duty(writing, row.duty_id, actor.person_id, now)
            continue
        new = DutyRow(duty_id=new_id(), kind=row.kind, subject=row.subject, person_id=to, detail=row.detail,
                      scope=row.scope, since=now, until=row.until, named_by=actor.person_id, named_at=now)  # fmt: skip
        await registers.add_duty(writing, new, row.duty_id)


def _refuse(services: Services, actor: Actor, what: str, words: str = "") -> NoReturn:
    services.access.note(actor.person_id, None, what, NotEntitled.code)
    raise NotEntitled(words or "离任由上级的督查员或安全管理员办理，本人只能查看本人的交接清单")


def _who(left: Look) -> Who:
    return Who(person_id=left.person_id, username=left.person.username, name=left.person.name)


def _posts(left: Look) -> list[PostLeft]:
    gone = {row.post_id for row, _ in left.leaving}
    return [
        PostLeft(**dict(post_held(row, organisation)), leaves=row.post_id in gone) for row, organisation in left.held
    ]


def _work(left: Look, work: Work) -> WorkLeft:
    row = left.tasks[work.item][0] if work.item in left.tasks else None
    number = row.dispute_no if row else work.item.removeprefix("case:") if work.what == What.NAMED else None
    return WorkLeft(
        item=work.item,
        what=work.what,
        what_name=WHAT_NAMES[work.what],
        title=work.title,
        dispute_no=number,
        task_id=row.task_id if row else None,
        kind=row.kind if row else None,
        colour=row.colour if row else None,
        due_at=china(row.due_at) if row and row.due_at else None,
        ways=work.ways,
        candidates=[
            Who(person_id=person, username=left.names[person][0], name=left.names[person][1])
            for person in work.candidates
            if person in left.names
        ],
    )


def _left(leaving_id: str, left: Look, said: dict[str, Said], cases: int, now: datetime, *, closed: bool) -> Left:
    posts: list[PostHeld] = [post_held(row, organisation) for row, organisation in left.leaving]
    return Left(
        leaving_id=leaving_id,
        person=_who(left),
        at=china(now),
        posts=posts,
        to_people=sum(each.how == How.PERSON for each in said.values()),
        to_colleagues=sum(each.how == How.COLLEAGUES for each in said.values()),
        up=sum(each.how == How.UP for each in said.values()),
        cases=cases,
        account_closed=closed,
    )

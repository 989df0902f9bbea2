"""People from a file: accounts opened and posts given for a whole list, all of it or nothing, by the same rules as one
by one (`api.people.account_service`). A line is a person with a post; who has several has several lines.

The username is what a person is known by: the same file again changes nothing. An import takes nothing away, and
renames nobody: who is on record under another name is an error.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.importing.reading import HEADS, Row, read_rows, unsafe
from api.importing.schemas import Imported, RowError
from api.people.schemas import AccountIn, PostIn
from domain.errors import NotEntitled
from domain.people.organisation import Actor, Post
from domain.people.permissions import may_appoint
from domain.people.separation import APART, joined_wrongly
from domain.triage.places import Directory
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.records.organisations import hand_down
from infra.records.people import accounts_by_username, posts_by_person, take_in
from infra.runtime.policy_files import roles
from infra.wakeups.wakeups import Topic

IMPORT = "people:import"
"""Operation of an import, of which an idempotency key holds."""
SHOWN = 200
"""Errors that are told one by one; all are counted."""
_USERNAME, _NAME, _ROLE, _ORGANISATION = HEADS
_COLUMNS = {"username": _USERNAME, "name": _NAME}
_ANSWER = TypeAdapter(Imported)


@dataclass
class _Plan:
    """What a file comes to."""

    errors: list[RowError] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    """names of those who are new, by username"""
    posts: dict[str, list[tuple[Post, str]]] = field(default_factory=lambda: defaultdict(list))
    """new posts with their organisations' codes, by username"""
    unchanged: int = 0

    def wrong(self, row: Row, column: str, message: str) -> None:
        self.errors.append(RowError(row=row.number, column=column, message=message))


async def import_people(
    services: Services, session: Session, actor: Actor, content: bytes, key: str | None, *, dry_run: bool
) -> Answer[Imported]:
    """Takes a list of people in, once for a key; with `dry_run`, or where a line is wrong, it only reports. Noted.

    Raises:
        NotEntitled: the actor gives nobody a post.
        TooLarge, MediaRefused, FieldsInvalid: the file can't be read as such a list.
    """
    if not actor.has_role("admin_security"):
        services.access.note(actor.person_id, None, "accounts:import", NotEntitled.code)
        raise NotEntitled("人员由安全管理员导入")
    rows = await asyncio.to_thread(read_rows, content)
    directory = await services.directory.read(session)
    if dry_run:
        return Answer(200, _report(rows, await _plan(session, actor, directory, rows), taken=False))

    async def do(_: str) -> Effect[Imported]:
        async def take(writing: Session) -> Answer[Imported]:
            plan = await _plan(writing, actor, directory, rows)
            if not plan.errors:
                ids = await take_in(writing, plan.people, plan.posts, datetime.now(UTC))
                await hand_down(writing, ids)
                services.access.note(actor.person_id, None, "accounts:import")
            return Answer(200, _report(rows, plan, taken=not plan.errors))

        return Effect(take, IMPORT)

    digest = hashlib.sha256(content).hexdigest()
    answer = await once(services, session, actor, IMPORT, key, {"sha256": digest}, _ANSWER, do)
    services.database.wakeups.changed(Topic.PEOPLE)
    return answer


async def _plan(session: Session, actor: Actor, directory: Directory, rows: list[Row]) -> _Plan:
    """What the lines come to, beside what is on record."""
    plan = _Plan()
    known = await accounts_by_username(session, {row.cells[_USERNAME] for row in rows})
    held = await posts_by_person(session, [person.person_id for person in known.values()])
    role_codes = {role.name: code for code, role in roles().items()} | {code: code for code in roles()}
    often = Counter(listed.name for listed in directory.organisations)
    codes = {o.name: o.code for o in directory.organisations if often[o.name] == 1}
    have: dict[str, list[Post]] = {name: list(held[person.person_id]) for name, person in known.items()}
    for row in rows:
        if not _legible(plan, row):
            continue
        username, name = row.cells[_USERNAME], row.cells[_NAME]
        person, role = known.get(username), role_codes.get(row.cells[_ROLE])
        place = directory.get(codes.get(row.cells[_ORGANISATION], row.cells[_ORGANISATION]))
        on_record = person.name if person else plan.people.get(username)
        if role is None:
            plan.wrong(row, _ROLE, f"没有“{row.cells[_ROLE]}”这个岗位")
        if place is None:
            several = often[row.cells[_ORGANISATION]] > 1
            plan.wrong(row, _ORGANISATION, "有多个同名单位，请填写单位代码" if several else
                       f"没有“{row.cells[_ORGANISATION]}”这个单位")  # fmt: skip
        if on_record is not None and on_record != name:
            plan.wrong(row, _NAME, f"与该用户名已有的姓名“{on_record}”不一致")
        if person and person.person_id == actor.person_id:
            plan.wrong(row, _USERNAME, "不能为本人授予岗位")
        if role is None or place is None:
            continue
        post, his = Post(role=role, path=place.path), have.setdefault(username, [])
        if not may_appoint(actor, post):
            plan.wrong(row, _ORGANISATION, "您无权授予该单位的岗位")
        elif post in his:
            plan.unchanged += 1
        elif joined_wrongly([post.role, *(each.role for each in his)]):
            plan.wrong(row, _ROLE, APART)
        else:
            his.append(post)
            plan.posts[username].append((post, place.code))
            if person is None:
                plan.people.setdefault(username, name)
    return plan


def _legible(plan: _Plan, row: Row) -> bool:
    """Whether the cells of a line are what they must be, by themselves."""
    before = len(plan.errors)
    for column, cell in row.cells.items():
        if problem := "必填" if not cell else unsafe(cell):
            plan.wrong(row, column, problem)
    if len(plan.errors) == before:
        try:
            AccountIn(username=row.cells[_USERNAME], name=row.cells[_NAME], posts=[_ANY])
        except ValidationError as error:
            for each in field_errors(error):
                plan.wrong(row, _COLUMNS.get(each["field"], each["field"]), each["message"])
    return len(plan.errors) == before


_ANY = PostIn(role="leader", organisation="county")


def _report(rows: list[Row], plan: _Plan, *, taken: bool) -> Imported:
    return Imported(
        taken=taken, rows=len(rows), new_people=len(plan.people),
        new_posts=sum(len(posts) for posts in plan.posts.values()), unchanged=plan.unchanged, wrong=len(plan.errors),
        errors=plan.errors[:SHOWN],
    )  # fmt: skip

"""What somebody leaves behind who leaves posts, as the read model and the registers have it now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.core.context import Services
from api.registers.duty_service import find_subject
from domain.case.state import Task
from domain.errors import NotFound
from domain.people.duties import RULES, Duty, Subject, fits
from domain.people.entitlement import Holder
from domain.people.manning import Roster
from domain.people.organisation import Actor, Post, is_root
from domain.transitions.leaving.handing_on import ORDER, How, What, Work, work_on_tasks
from infra.database.engine import Session
from infra.database.tables.people import DeputyRow, DutyRow, OrganisationRow, PersonRow, PostRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.people.manning import holders_of_roles, naming, work_of
from infra.records import duties as registers
from infra.records.leaving import deputyships_of
from infra.records.organisations import inherited_by
from infra.records.people import names_of, people_by, posts_of
from infra.runtime.policy_files import role_name

Held = tuple[PostRow, OrganisationRow]


@dataclass
class Look:
    """A leaver, his posts, his work, and who is there to take it."""

    person: PersonRow
    held: list[Held]
    leaving: list[Held]
    takes: list[tuple[Post, str]] = field(default_factory=list)
    """the posts that he gets instead, with the codes of their organisations"""
    inherited: list[PostRow] = field(default_factory=list)
    """what follows from his posts, at paths that their organisations had before"""
    unknown: list[str] = field(default_factory=list)
    """ids that were asked for and are none of his posts"""
    works: list[Work] = field(default_factory=list)
    tasks: dict[str, tuple[TaskRow, Task]] = field(default_factory=dict)
    """by item"""
    duties: dict[str, DutyRow] = field(default_factory=dict)
    """by item"""
    subjects: dict[str, Subject] = field(default_factory=dict)
    disputes: dict[str, DisputeRow] = field(default_factory=dict)
    """open ones that name him, by number"""
    deputyships: list[DeputyRow] = field(default_factory=list)
    after: Roster = field(default_factory=lambda: Roster([]))
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """username and name by person id, of whoever may take something"""

    @property
    def person_id(self) -> str:
        """The leaver's."""
        return self.person.person_id

    @property
    def ends(self) -> list[Post]:
        """The posts that he leaves, with what follows from them."""
        gone = {(row.role, row.organisation_code) for row, _ in self.leaving}
        follow = [_post(row) for row in self.inherited if (row.role, row.organisation_code) in gone]
        return [*(_post(row) for row, _ in self.leaving), *follow]

    @property
    def stays(self) -> list[Post]:
        """The posts that he goes on holding, and those that he takes."""
        gone = {row.post_id for row, _ in self.leaving}
        return [
            *(_post(row) for row, _ in self.held if row.post_id not in gone),
            *(post for post, _ in self.takes),
        ]


async def whom(session: Session, named: str) -> PersonRow:
    """A person by username or id, active or not.

    Raises:
        NotFound
    """
    row = (await people_by(session, [named])).get(named)
    if row is None:
        raise NotFound("没有这个人员")
    return row


async def posts_left(session: Session, person: PersonRow, post_ids: Collection[str] | None) -> Look:
    """The person and which of his posts are meant: those of these ids, or all."""
    held = await posts_of(session, person.person_id)
    leaving = [each for each in held if post_ids is None or each[0].post_id in post_ids]
    unknown = sorted(set(post_ids or ()) - {row.post_id for row, _ in leaving})
    return Look(person, held, leaving, inherited=await inherited_by(session, person.person_id), unknown=unknown)


async def look(services: Services, session: Session, left: Look, successors: Sequence[tuple[Post, str]] = ()) -> Look:
    """Fills in what he leaves behind; `successors` are who hold which of his posts from then on."""
    actor = Actor(
        person_id=left.person_id,
        name=left.person.name,
        posts=[*(_post(row) for row, _ in left.held), *map(_post, left.inherited)],
    )
    rows = [(row, Task.model_validate(row.sealed)) for row in await work_of(session, actor)] if left.held else []
    roles = {post.role for _, task in rows for post in task.addressees} | {post.role for post in left.ends}
    listed = await holders_of_roles(session, roles)
    before = Roster(holder for holder, _, _ in listed)
    new = [Holder(person_id=person, post=post) for post, person in successors]
    new += [Holder(person_id=left.person_id, post=post) for post, _ in left.takes]
    left.after = before.without(left.person_id, left.ends).joined_by(new)
    left.names = {holder.person_id: (username, name) for holder, username, name in listed}
    left.works = work_on_tasks(left.person_id, [task for _, task in rows], before, left.after)
    mine = {work.item for work in left.works}
    left.tasks = {item: (row, task) for row, task in rows if (item := f"task:{row.task_id}") in mine}
    for work in left.works:
        work.title = f"{work.title} · {left.tasks[work.item][0].dispute_no}"
    await _duties(services, session, left)
    left.works += _vacancies(left)
    await _names(session, left)
    left.works.sort(key=lambda work: ORDER.index(work.what))  # within: tasks as they came, duties by subject
    return left


async def _duties(services: Services, session: Session, left: Look) -> None:
    """What is entrusted to him by a post that he leaves."""
    now, stays = datetime.now(UTC), Actor(person_id=left.person_id, name="", posts=left.stays)
    holders: dict[Duty, list[tuple[Holder, str, str]]] = {}
    for entrusted in await registers.duties(session, person_id=left.person_id):
        kind, state = Duty(entrusted.row.kind), entrusted.state(now)
        if state == "over" or kind == Duty.QUALIFICATION:  # what somebody can do goes with him
            continue
        subject = await find_subject(services, session, kind, entrusted.row.subject)
        if subject is None or fits(kind, subject, stays):
            continue
        item, rule = f"duty:{entrusted.row.duty_id}", RULES[kind]
        left.duties[item], left.subjects[item] = entrusted.row, subject
        if kind not in holders:
            holders[kind] = await holders_of_roles(session, rule.roles)
        able = []
        for holder, username, name in holders[kind]:
            one = Actor(person_id=holder.person_id, name=name, posts=[holder.post])
            if holder.person_id != left.person_id and fits(kind, subject, one) and holder.person_id not in able:
                able.append(holder.person_id)
                left.names[holder.person_id] = (username, name)
        ways = [How.PERSON, How.UP] if state == "current" else []
        title = f"{rule.name} · {subject.name}"
        left.works.append(Work(item=item, what=What.DUTY, title=title, ways=ways, candidates=able))


def _vacancies(left: Look) -> list[Work]:
    """The posts that nobody would hold any more. Above the county is nobody: there a successor is named."""
    return [
        Work(item=f"post:{row.post_id}", what=What.VACANCY, ways=[How.PERSON] if is_root(row.path) else [How.UP],
             title=f"{organisation.name} · {role_name(row.role)}")
        for row, organisation in left.leaving
        if all(holder.post.path != row.path for holder in left.after.of([_post(row)]))
    ]  # fmt: skip


async def _names(session: Session, left: Look) -> None:
    """Cases that name him, and deputyships that end with him: they are told, and follow by themselves."""
    left.disputes = {row.dispute_no: row for row in await naming(session, left.person_id)}
    left.works += [
        Work(item=f"case:{number}", what=What.NAMED, title=number)  # what it is about is not everybody's to read
        for number in left.disputes
    ]
    if left.stays:
        return
    left.deputyships = await deputyships_of(session, left.person_id, datetime.now(UTC))
    people = await names_of(session, sorted({p for d in left.deputyships for p in (d.person_id, d.deputy_id)}))
    left.works += [
        Work(item=f"deputyship:{d.deputyship_id}", what=What.DEPUTYSHIP,
             title=f"{people.get(d.deputy_id, '')} 代 {people.get(d.person_id, '')}")
        for d in left.deputyships
    ]  # fmt: skip


def _post(row: PostRow) -> Post:
    return Post(role=row.role, path=row.path)

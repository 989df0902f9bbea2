"""What the database says of rows is what `domain.people.entitlement` says: of small counties made by chance, each below
a root of its own, on SQLite and PostgreSQL.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlmodel import SQLModel, col

from domain.people.deputies import lent
from domain.people.entitlement import Holder, Offer, Parts, candidates, is_asked, may_see, may_take
from domain.people.need_to_know import Stakes, may_open
from domain.people.organisation import Actor, Post, Role, Sight
from domain.people.permissions import SEPARATE_ROLES
from infra.database.engine import Database, Session
from infra.database.tables.audit import GlassRow
from infra.database.tables.messages import MessageRow
from infra.database.tables.people import DeputyRow, OrganisationRow, PersonRow, PostRow
from infra.database.tables.read_model import AddresseeRow, BarredRow, InvolvementRow, TaskRow
from infra.read_model import tasks as reading
from infra.read_model.digests import send_digests
from infra.read_model.disputes import closed_to, find_dispute, visible, within_sight
from infra.read_model.tasks import InboxFilter, find_task, find_task_at, inbox
from infra.records.deputies import acting
from infra.runtime.settings import Settings
from tests.infra.stores import dispute, incident, opened

COUNTIES = 12
PLACES = ("", "/a", "/a/x", "/a/x/y", "/a-b", "/a/z")
"""Below a county's root; `/a-b` begins like `/a` and lies beside it."""
ROLES = ("duty_leader", "duty_leader", "department_handler", "mediator", "command_room", "admin_system", "scout")
"""Of each sight, one that may report, one that no deputy fills, and one that a playbook adds; one of them oftener, so
that posts stand above each other."""
SCOUT = {"scout": Role(code="scout", name="探访员", sight=Sight.ORGANISATION, like="command_room")}
POSTS = (0, 1, 1, 2)
"""How many a person holds."""
NOW = datetime.now(UTC)


@dataclass
class Asking:
    """A task with its dispute, as the domain sees them."""

    row: TaskRow
    offer: Offer
    watchers: list[Post]
    parts: Parts
    sensitivity: int
    glass: list[str]


@dataclass
class County:
    """People, posts, deputyships and one task each of some disputes."""

    root: str
    roles: Sequence[str]
    people: list[str] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    deputies: list[tuple[str, str]] = field(default_factory=list)
    """(represented, deputy)"""
    tasks: list[Asking] = field(default_factory=list)
    rows: list[SQLModel] = field(default_factory=list)


def county(seed: int, roles: Sequence[str] = ROLES, posts: Sequence[int] = POSTS) -> County:
    """A county made by chance."""
    chance = random.Random(seed)
    made = County(root=f"/c{seed}", roles=roles)
    for n, place in enumerate(PLACES):
        made.rows.append(
            OrganisationRow(code=f"o{seed}-{n}", name="某", kind="", level="", line="", path=made.root + place)
        )
    for n in range(7):
        person = f"p{seed}-{n}"
        made.people.append(person)
        made.rows.append(PersonRow(person_id=person, username=person, name="某", password_hash="-"))
        for k in range(chance.choice(posts)):
            at = chance.randrange(len(PLACES))
            post = Post(role=chance.choice(roles), path=made.root + PLACES[at])
            made.holders.append(Holder(person_id=person, post=post))
            made.rows.append(
                PostRow(post_id=f"{person}-{k}", person_id=person, organisation_code=f"o{seed}-{at}", **dict(post))
            )
    for n in range(3):
        represented, deputy = chance.sample(made.people, 2)
        made.deputies.append((represented, deputy))
        made.rows.append(
            DeputyRow(deputyship_id=f"d{seed}-{n}", person_id=represented, deputy_id=deputy, named_by=represented,
                      named_at=NOW, since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
        )  # fmt: skip
    for n in range(8):
        made.tasks.append(_task(chance, made, f"D{seed:04}-{n:06}"))
    return made


def _task(chance: random.Random, made: County, number: str) -> Asking:
    def posts(most: int) -> list[Post]:
        held = [holder.post for holder in made.holders]
        free = [Post(role=chance.choice(made.roles), path=made.root + chance.choice(PLACES)) for _ in range(3)]
        chosen = chance.sample([*held, *free], chance.randint(0, most))
        return [post for n, post in enumerate(chosen) if post not in chosen[:n]]

    def somebody() -> str | None:
        return chance.choice((None, None, chance.choice(made.people)))

    addressees, watchers = posts(2), posts(1)
    barred = {holder.person_id for holder in made.holders if holder.post in addressees and chance.random() < 0.6}
    excluded = sorted(barred | set(chance.sample(made.people, chance.choice((0, 0, 1))))) * chance.choice((0, 1))
    offered, helper, reporter = somebody(), somebody(), chance.choice(made.people)
    held = chance.random() < 0.3
    sealed = {"addressees": [dict(post) for post in addressees], "watchers": [dict(post) for post in watchers],
              "about": {}}  # fmt: skip
    row = TaskRow(
        task_id=f"t-{number}", dispute_no=number, kind="visit", state="claimed" if held else "open", round=1,
        colour="blue", title="停车纠纷", opened_at=NOW, due_at=NOW - timedelta(hours=1), overdue=True, urgency=100,
        offered_to=offered, assignee=chance.choice(made.people) if held else None, delegate=helper if held else None,
        sealed=sealed,
    )  # fmt: skip
    involved = [*addressees, *watchers, Post(role="", path=made.root + chance.choice(PLACES))]
    joined = chance.random() < 0.5
    apart = random.Random(number)  # what else is drawn stays as it was
    level, broke = apart.choice((1, 2, 3, 3)), apart.sample(made.people, 2)
    made.rows += [dispute(number, sensitivity=level), row.model_copy()]
    made.rows += [
        GlassRow(dispute_no=number, person_id=person, at=NOW, until=NOW + timedelta(hours=hours), sealed={})
        for person, hours in zip(broke, (1, -1), strict=True)
    ]
    made.rows += [
        AddresseeRow(task_id=row.task_id, watches=watches, state=row.state, **dict(post))
        for watches, group in ((False, addressees), (True, watchers))
        for post in group
    ]
    made.rows += [BarredRow(task_id=row.task_id, person_id=person) for person in excluded]
    made.rows += [InvolvementRow(dispute_no=number, role=r, path=p) for r, p in {(x.role, x.path) for x in involved}]
    report = incident(f"n-{number}", number)
    report.received_by, report.dispute_no, report.joined = reporter, number, joined
    made.rows.append(report)
    parts = Parts(posts=involved, helpers=[helper] if held and helper else [], offered_to=[offered] if offered else [],
                  opened_by=[] if joined else [reporter])  # fmt: skip
    offer = Offer(addressees=addressees, excluded=excluded, offered_to=offered)
    return Asking(row, offer, watchers, parts, level, broke[:1])


async def filled(database: Database, *, deputised: bool = False) -> list[County]:
    """The counties, written; tables in the order in which they refer to each other. With `deputised`, everybody holds a
    post, and only such as a deputy fills.
    """
    ours = ([role for role in ROLES if role not in SEPARATE_ROLES], (1, 1, 2)) if deputised else (ROLES, POSTS)
    made = [county(seed, *ours) for seed in range(COUNTIES)]
    by_table: dict[type[SQLModel], list[SQLModel]] = defaultdict(list)
    for one in made:
        for row in one.rows:
            by_table[type(row)].append(row)
    first: list[type[SQLModel]] = [OrganisationRow, PersonRow]
    for table in [*first, *(t for t in by_table if t not in first)]:
        async with database.write() as session:
            session.add_all(by_table[table])
    return made


async def everybody(session: Session, made: list[County]) -> list[tuple[County, Actor]]:
    """Everybody as the API vouches for him."""
    found = [(one, await acting(session, person, NOW)) for one in made for person in one.people]
    return [(one, actor.model_copy(update={"added": SCOUT})) for one, actor in found if actor is not None]


def open_to(one: County, actor: Actor) -> set[str]:
    """The tasks that a person may take, by the domain's rule; a claimed one only where it is offered to him."""
    return {
        asking.row.task_id
        for asking in one.tasks
        for capacity in actor.capacities
        for offer in [asking.offer if asking.row.state == "open" else _only_offered(asking.offer)]
        if may_take(capacity, offer, one.holders)
    }


def _only_offered(offer: Offer) -> Offer:
    return offer.model_copy(update={"addressees": []})


async def test_a_deputy_acts_with_the_posts_of_whom_he_represents(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        made = await filled(database)
        async with database.read() as session:
            for one, actor in await everybody(session, made):
                own = [h.post for h in one.holders if h.person_id == actor.person_id]
                separate = any(post.role == "admin_system" for post in own)
                whom = {a for a, b in one.deputies if b == actor.person_id and not separate}
                lendable = [h.post for h in one.holders if h.person_id in whom and lent(h.post, own, confirmed_to=None)]
                assert _keys(actor.posts) == _keys(own)
                assert _keys(actor.reach) == _keys([*own, *lendable])


def _keys(posts: list[Post]) -> set[tuple[str, str]]:
    return {(post.role, post.path) for post in posts}


async def test_a_dispute_is_seen_by_whom_the_rule_lets_see_it(anywhere: Settings) -> None:
    counts: dict[int, int] = defaultdict(int)
    kept = 0
    async with opened(anywhere) as database:
        made = await filled(database)
        async with database.read() as session:
            for one, actor in await everybody(session, made):
                numbers = [asking.row.dispute_no for asking in one.tasks]
                sight = {a.row.dispute_no for a in one.tasks if may_see(actor, a.parts)}
                rule = sight & {
                    a.row.dispute_no for a in one.tasks if may_open(actor, a.sensitivity, stakes(one, a, actor))
                }
                kept += len(sight - rule)
                assert await within_sight(session, actor, numbers) == sight, actor
                assert await closed_to(session, actor, sight) == sight - rule, actor
                assert await visible(session, actor, numbers) == rule, actor
                assert (await find_dispute(session, actor, numbers[0]) is not None) == (numbers[0] in rule)
                counts[len(rule)] += 1
    assert len(counts) > 3, counts
    assert kept > 20, kept


def stakes(one: County, asking: Asking, actor: Actor) -> Stakes:
    """Who has something to do in the dispute of a task, as far as it matters to somebody."""
    row, offer = asking.row, asking.offer
    hands = [hand for hand in (row.assignee, row.delegate, row.offered_to) if hand]
    asked = [
        post for post in actor.reach
        if any(is_asked(post, addressee, offer.excluded, one.holders) for addressee in offer.addressees)
    ]  # fmt: skip
    return Stakes(hands=hands, asked=asked if row.state == "open" else [], glass=asking.glass)


async def test_an_inbox_holds_what_the_rule_lets_its_person_take(anywhere: Settings) -> None:
    fallen = 0
    async with opened(anywhere) as database:
        made = await filled(database)
        async with database.read() as session:
            for one, actor in await everybody(session, made):
                page = await inbox(session, actor, "claimable", InboxFilter(), limit=50, cursor=None, now=NOW)
                rule = open_to(one, actor)
                assert {row.task_id for row in page.rows} == rule, actor
                asked = {a.row.task_id for a in one.tasks if any(post in a.offer.addressees for post in actor.reach)}
                offered = {a.row.task_id for a in one.tasks if a.offer.offered_to in _hands(actor)}
                fallen += len(rule - asked - offered)
    assert fallen > 5, fallen


async def test_a_task_is_shown_to_whom_it_concerns(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        made = await filled(database)
        async with database.read() as session:
            for one, actor in await everybody(session, made):
                for asking in one.tasks:
                    rule = (
                        may_see(actor, asking.parts)
                        or bool({asking.row.delegate, asking.offer.offered_to} & _hands(actor))
                        or any(post in asking.watchers for post in actor.reach)
                        or any(
                            is_asked(post, addressee, asking.offer.excluded, one.holders)
                            for post in actor.reach
                            for addressee in asking.offer.addressees
                        )
                    )
                    task_id = asking.row.task_id
                    assert (await find_task(session, actor, task_id) is not None) == rule, (actor, asking)
                    assert (await find_task_at(database, session, actor, task_id) is not None) == rule, (actor, asking)


async def test_the_candidates_of_a_task_are_those_of_the_rule(anywhere: Settings) -> None:
    above = 0
    async with opened(anywhere) as database:
        made = await filled(database)
        async with database.read() as session:
            for one, asking in _all(made):
                found = await reading.candidates(session, asking.row)
                rule = candidates(asking.offer.addressees, asking.offer.excluded, one.holders)
                assert [(c.person_id, c.role) for c in found] == [(h.person_id, h.post.role) for h in rule], asking
                above += any(holder.post not in asking.offer.addressees for holder in rule)
    assert above > 5, above


async def test_a_digest_lists_what_the_rule_lets_a_person_take_or_he_has_in_hand(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        made = await filled(database, deputised=True)
        async with database.read() as session:
            people = await everybody(session, made)
        await send_digests(database, NOW)
        async with database.read() as session:
            query = select(col(MessageRow.person_id), col(MessageRow.sealed))
            sent = (await session.execute(query)).all()
        listed = {person: {item["task_id"] for item in digest["items"]} for person, digest in sent}
        for one, actor in people:
            rule = open_to(one, actor) | set(_in_hand(one, actor))
            assert listed.get(actor.person_id, set()) == rule, actor


def _in_hand(one: County, actor: Actor) -> Iterator[str]:
    """What a person has in his hands, and of what those have whom he represents, all he is not barred from."""
    for asking in one.tasks:
        hands = {asking.row.assignee, asking.row.delegate, asking.offer.offered_to}
        for capacity in actor.capacities:
            barred = capacity.on_behalf_of and actor.person_id in asking.offer.excluded
            if capacity.holder in hands and not barred:
                yield asking.row.task_id


def _hands(actor: Actor) -> set[str]:
    return {capacity.holder for capacity in actor.capacities}


def _all(made: list[County]) -> Iterator[tuple[County, Asking]]:
    for one in made:
        yield from ((one, asking) for asking in one.tasks)

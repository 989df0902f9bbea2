"""On random organisations, after every single step, every open task has somebody who is entitled to answer it.

People leave, move, are gone without a word, name deputies who take tasks in their stead; organisations move and are
merged; cases hear of it late, or in between. A merger and a move are one transaction after which everything is
answered. What a leaving says of a case counts from its transaction on, told or not: it waits beside the posts that
ended (`handing_on`), is told, and what goes up to a post that is empty too goes on with the sweep. That the county is
overseen is given: a post at its root is left to a successor only (`api.leaving.looking`). `LIVES=500 STEPS=100`
searches deeper.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.case.case import Case
from domain.case.state import Task
from domain.errors import Conflict, FieldsInvalid, WorkLeftOpen
from domain.people.deputies import check_naming, deputised, lent, level, may_confirm, steps_up
from domain.people.entitlement import Holder, Offer
from domain.people.manning import Roster, unasked
from domain.people.organisation import Actor, Post, Represented, within
from domain.people.tree import inherited, merged, moved
from domain.transitions.leaving.handing_on import Leaving, found_of, said_of, work_on_tasks
from domain.transitions.leaving.unmanned import Sweep, finding, take_sweep
from tests.domain.support import MONDAY, PLACES, Desk

ROLES = ("on_scene_officer", "responsible_officer", "duty_leader", "station_chief", "township_leader")
OVERSEERS = [("boss", "supervisor", "c"), ("boss", "leader", "c")]
ANY = st.integers(0, 10**6)


@dataclass(frozen=True)
class Deputyship:
    """Who stands in for whom; `waits` for a second person where the deputy would stand higher than by any own post."""

    person: str
    deputy: str
    named_by: str
    waits: bool
    confirmed_by: str = ""
    confirmed_to: int | None = None


class Organisations(RuleBasedStateMachine):
    """A county, its people, and two cases."""

    @initialize(towns=st.integers(2, 4), villages=st.integers(0, 2), people=st.lists(ANY, min_size=3, max_size=12))
    def begin(self, towns: int, villages: int, people: list[int]) -> None:
        self.paths = {path.rpartition("/")[2]: path for path in PLACES.values()}
        for n in range(towns):
            self.paths[f"t{n}"] = f"/c/t{n}"
            self.paths |= {f"t{n}v{k}": f"/c/t{n}/t{n}v{k}" for k in range(villages)}
        self.was: dict[str, str] = {}
        """by former path the code of who answers for it now"""
        self.posts = {(person, role, code) for person, role, code in OVERSEERS}
        self.deputyships: list[Deputyship] = []
        self.names: Iterator[int] = count(1)
        self.desks = [Desk(), Desk()]
        self.waiting: list[tuple[Desk, Sweep]] = []
        for seed in people:
            self.appoint(seed)
        for seed in people[:3]:  # there is something to lose from the beginning
            self.name_deputy(seed, seed // 11, ordered=False)
            self.ask(seed, vacant=False)

    # --- what there is

    @property
    def roster(self) -> Roster:
        """Who holds what now, the posts that follow from others among it."""
        return Roster(self._holders(self.posts))

    def _holders(self, posts: set[tuple[str, str, str]]) -> list[Holder]:
        former: dict[str, list[str]] = {}
        for old, code in self.was.items():
            former.setdefault(self.paths[code], []).append(old)
        found = []
        for person, role, code in sorted(posts):
            post = Post(role=role, path=self.paths[code])
            found += [Holder(person_id=person, post=each) for each in (post, *inherited(post, former))]
        return found

    def _held(self, person: str) -> list[Post]:
        return [h.post for h in self._holders(self.posts) if h.person_id == person]

    def _people(self) -> list[str]:
        return sorted({person for person, _, _ in self.posts} - {"boss"})

    def _code(self, seed: int) -> str:
        return sorted(self.paths)[seed % len(self.paths)]

    def _asked_code(self, seed: int) -> str:
        """An organisation of which something waits for an answer, or one above it; any where nothing does."""
        asked = {post.path for _, task in self._pending() for post in task.addressees}
        near = sorted(code for code, path in self.paths.items() if code != "c" and any(within(a, path) for a in asked))
        return near[seed % len(near)] if near else self._code(seed)

    def _pending(self) -> list[tuple[Desk, Task]]:
        return [(desk, task) for desk in self.desks for task in desk.state.pending()]

    # --- steps

    @rule(seed=ANY)
    def appoint(self, seed: int) -> None:
        """Somebody new holds a post."""
        self.posts.add((f"p{next(self.names)}", ROLES[seed % len(ROLES)], self._code(seed // 7)))

    @rule(seed=ANY, vacant=st.booleans())
    def ask(self, seed: int, vacant: bool) -> None:
        """A task is opened, to a post that somebody holds or to any; what nobody answers goes up with the sweep."""
        desk = self.desks[seed % 2]
        held = sorted((role, self.paths[code]) for _, role, code in self.posts)
        role, path = held[seed % len(held)] if not vacant else (ROLES[seed % len(ROLES)], self.paths[self._code(seed)])
        task = desk.push()
        task.addressees = [Post(role=role, path=path)]
        self._sweep()

    @precondition(lambda self: self._pending())
    @rule(seed=ANY)
    def claim(self, seed: int) -> None:
        """One of those asked takes a task in hand."""
        desk, task = self._pending()[seed % len(self._pending())]
        asked = self.roster.asked(Offer(addressees=task.addressees, excluded=task.excluded))
        if task.assignee is None and asked and not self.waiting:
            holder = asked[seed % len(asked)]
            desk.claim(task, self._actor(holder.person_id))

    @precondition(lambda self: len(self._people()) > 1)
    @rule(seed=ANY, other=ANY, ordered=st.booleans())
    def name_deputy(self, seed: int, other: int, ordered: bool) -> None:
        """Somebody names who stands in for him, or his overseer orders it."""
        person, deputy = (self._people()[n % len(self._people())] for n in (seed, other))
        his, others = self._actor(person), self._actor(deputy)
        try:
            check_naming(his, others, MONDAY, MONDAY + timedelta(days=3), MONDAY)
        except FieldsInvalid:
            assert person == deputy, "nobody is his own deputy; all others may be"
            return
        by = "boss" if ordered else person
        self.deputyships.append(Deputyship(person, deputy, by, waits=steps_up(his, others)))

    @precondition(lambda self: any(each.waits for each in self.deputyships))
    @rule(seed=ANY, by=ANY)
    def confirm_deputy(self, seed: int, by: int) -> None:
        """Anybody gives a second person's word, and is heard where he is one."""
        waiting = [n for n, each in enumerate(self.deputyships) if each.waits]
        n = waiting[seed % len(waiting)]
        one, everybody = self.deputyships[n], ["boss", *self._people()]
        who = everybody[by % len(everybody)]
        if may_confirm(self._actor(who), self._actor(one.person), deputy_id=one.deputy, named_by=one.named_by):
            self.deputyships[n] = replace(
                one, waits=False, confirmed_by=who, confirmed_to=level(deputised(self._held(one.person)))
            )

    @precondition(lambda self: self.deputyships)
    @rule(seed=ANY)
    def end_deputy(self, seed: int) -> None:
        """A deputyship ends before its time; what he took for the represented stays in that one's hand."""
        del self.deputyships[seed % len(self.deputyships)]

    @precondition(lambda self: self._people())
    @rule(seed=ANY)
    def rise(self, seed: int) -> None:
        """Somebody who is represented, where anybody is, holds one more post, at the county."""
        represented = sorted({each.person for each in self.deputyships}) or self._people()
        self.posts.add((represented[seed % len(represented)], ROLES[seed % len(ROLES)], "c"))

    @precondition(lambda self: not self.waiting and self._for_another())
    @rule(seed=ANY)
    def claim_for_another(self, seed: int) -> None:
        """A deputy takes a task in hand for whom he represents."""
        able = self._for_another()
        desk, task, by = able[seed % len(able)]
        desk.claim(task, by)
        assert task.assignee == by.on_behalf_of

    def _for_another(self) -> list[tuple[Desk, Task, Actor]]:
        """What deputies may take now, and in whose name."""
        capacities = [by for one in self.deputyships for by in self._acting(one.deputy).capacities[1:]]
        return [
            (desk, task, by)
            for desk, task in self._pending()
            for by in capacities
            if task.assignee is None and not by.persons & set(task.excluded)
            and any(Roster([Holder(person_id=by.holder, post=post)]).asked(Offer(addressees=task.addressees))
                    for post in by.posts)
        ]  # fmt: skip

    @precondition(lambda self: self._people())
    @rule(seed=ANY, how=st.sampled_from(["up", "colleagues", "person"]), all_posts=st.booleans(), moves=st.booleans())
    def leave(self, seed: int, how: str, all_posts: bool, moves: bool) -> None:
        """Somebody leaves posts, or moves; his work goes where it was said to, or he does not go."""
        self._tell()
        person = self._people()[seed % len(self._people())]
        his = sorted(post for post in self.posts if post[0] == person)
        gone = set(his if all_posts else his[:1])
        takes = {(person, ROLES[seed % len(ROLES)], self._code(seed // 3))} - self.posts if moves else set()
        before, rest_of = self.roster, (self.posts - gone) | takes
        after, told = Roster(self._holders(rest_of)), []
        for desk in self.desks:
            tasks = desk.state.pending()
            works = work_on_tasks(person, tasks, before, after)
            to = next((c for work in works for c in work.candidates), None)
            order = Leaving.model_validate({"reason": "调离", "rest": {"how": how, **({"to": to} if to else {})}})
            able = {to: to} if to else {}
            try:
                said = said_of(works, order, able, {})
            except (FieldsInvalid, WorkLeftOpen):
                return  # the order is refused whole, and all stays
            about = {work.item: work.what for work in works}
            found = []
            for task in tasks:
                if (item := f"task:{task.task_id}") in about:
                    word = said.get(item)
                    one = found_of(task, person, about[item], word, after)
                    one.to = self._actor(word.to, rest_of) if word and word.to else None
                    found.append(one)
            told.append((desk, Sweep(tasks=found, reason="调离")))
        self.posts = rest_of
        self.waiting += told
        if not his or gone == set(his):  # who leaves all his posts ends what he gave and took, even where he moves
            self._no_deputy(person)

    @rule()
    def tell(self) -> None:
        """The cases hear what a leaving said."""
        self._tell()

    @precondition(lambda self: len(self.paths) > len(PLACES) - 5)
    @rule(seed=ANY, other=ANY)
    def merge(self, seed: int, other: int) -> None:
        """One organisation is merged into another."""
        self._sweep()
        source, into = self._asked_code(seed), self._code(other)
        try:
            new = merged(self.paths, [source], into)
        except Conflict:
            return
        self._stand_elsewhere(new)
        self.was[self.paths.pop(source)] = into
        self.was = {old: into if code == source else code for old, code in self.was.items()}
        self.posts = {(person, role, into if code == source else code) for person, role, code in self.posts}
        for desk in self.desks:
            self._answered(desk.case)

    @rule(seed=ANY, other=ANY)
    def move(self, seed: int, other: int) -> None:
        """One organisation stands under another from now on."""
        self._sweep()
        try:
            self._stand_elsewhere(moved(self.paths, self._asked_code(seed), self._code(other)))
        except Conflict:
            return
        for desk in self.desks:
            self._answered(desk.case)

    @precondition(lambda self: self._people())
    @rule(seed=ANY)
    def vanish(self, seed: int) -> None:
        """An absent chief: somebody is not there any more and nobody handed anything on; the sweep finds it."""
        person = self._people()[seed % len(self._people())]
        self.posts = {post for post in self.posts if post[0] != person}
        self._no_deputy(person)
        self._sweep()

    def _stand_elsewhere(self, new: dict[str, str]) -> None:
        self.was |= {self.paths[code]: code for code in new}
        self.paths |= new

    def _actor(self, person: str, posts: set[tuple[str, str, str]] | None = None) -> Actor:
        holders = self._holders(self.posts if posts is None else posts)
        return Actor(person_id=person, name=person, posts=[h.post for h in holders if h.person_id == person])

    def _acting(self, person: str) -> Actor:
        """The same with whom he deputises for now, as the API resolves him."""
        own = self._actor(person)
        found = []
        for one in self.deputyships:
            if one.deputy == person and not one.waits:
                posts = [p for p in self._held(one.person) if lent(p, own.posts, confirmed_to=one.confirmed_to)]
                until = MONDAY + timedelta(days=3)
                found += [Represented(person_id=one.person, name=one.person, until=until, posts=posts)] if posts else []
        return own.model_copy(update={"deputises": found})

    def _no_deputy(self, person: str) -> None:
        self.deputyships = [each for each in self.deputyships if person not in (each.person, each.deputy)]

    def _tell(self) -> None:
        for desk, sweep in self.waiting:
            take_sweep(desk.case, sweep)
        self.waiting = []

    def _sweep(self) -> None:
        """As the sweep does: what was said is told first, then what is found, until nothing is."""
        self._tell()
        for desk in self.desks:
            self._settle(desk.case)

    def _settle(self, case: Case) -> None:
        roster = self.roster
        for _ in range(12):  # more levels than there are
            if found := [f for task in case.state.pending() if (f := finding(task, roster, []))]:
                take_sweep(case, Sweep(tasks=found))

    # --- what holds

    @invariant()
    def every_task_has_somebody(self) -> None:
        """As soon as each case has heard what was said and found of it, whatever else it hears in between."""
        for desk in self.desks:
            case = Case(desk.state.model_copy(deep=True), lambda: MONDAY, desk.case.new_id)
            for other, sweep in self.waiting:
                if other is desk:
                    take_sweep(case, sweep.model_copy(deep=True))
            self._settle(case)
            self._answered(case)

    @invariant()
    def no_deputy_stands_higher_than_two_people_said(self) -> None:
        """Never oneself, never one who is gone, never up a level without a second person; what is lent is held."""
        for one in self.deputyships:
            assert one.person != one.deputy
            assert {one.person, one.deputy} <= set(self._people())
            assert one.confirmed_by not in (one.deputy, one.named_by)
            deputy = self._acting(one.deputy)
            for other in deputy.deputises:
                assert set(map(str, other.posts)) <= set(map(str, self._held(other.person_id)))
                said = [d for d in self.deputyships if (d.person, d.deputy) == (other.person_id, one.deputy)]
                to = [each.confirmed_to for each in said if each.confirmed_to is not None]
                assert level(other.posts) >= min([level(deputy.posts), *to])

    def _answered(self, case: Case) -> None:
        """Each task is in the inbox of somebody who holds a post by which he may answer, or in such a person's hand."""
        roster = self.roster
        for task in case.state.pending():
            if task.assignee:
                assert roster.entitled(task.assignee, task.addressees), (task.assignee, task.addressees)
            else:
                assert not unasked(Offer(addressees=task.addressees, excluded=task.excluded), roster), task


def test_every_open_task_has_somebody_entitled_to_answer_it_after_every_step() -> None:
    """“信息传递，责任传递” (Q-023): a case is somebody's at every moment."""
    run_state_machine_as_test(
        Organisations,
        settings=settings(
            max_examples=int(os.environ.get("LIVES", "30")), stateful_step_count=int(os.environ.get("STEPS", "20")),
            deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip

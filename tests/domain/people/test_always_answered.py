"""On random organisations, after every single step, every open task has somebody who is entitled to answer it.

People leave, move, are gone without a word; organisations move and are merged; cases hear of it late, or in between.
A merger and a move are one transaction after which everything is answered. What a leaving says of a case counts
from its transaction on, told or not: it waits beside the posts that ended (`handing_on`), is told, and what goes up to
a post that is empty too goes on with the sweep. That the county is overseen is given: a post at its root is left to a
successor only (`api.leaving.looking`). `LIVES=500 STEPS=100` searches deeper.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
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
from domain.people.entitlement import Holder, Offer
from domain.people.manning import Roster, unasked
from domain.people.organisation import Actor, Post, within
from domain.people.tree import inherited, merged, moved
from domain.transitions.leaving.handing_on import Leaving, found_of, said_of, work_on_tasks
from domain.transitions.leaving.unmanned import Sweep, finding, take_sweep
from tests.domain.support import MONDAY, PLACES, Desk

ROLES = ("on_scene_officer", "responsible_officer", "duty_leader", "station_chief", "township_leader")
OVERSEERS = [("boss", "supervisor", "c"), ("boss", "leader", "c")]
ANY = st.integers(0, 10**6)


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
        self.names: Iterator[int] = count(1)
        self.desks = [Desk(), Desk()]
        self.waiting: list[tuple[Desk, Sweep]] = []
        for seed in people:
            self.appoint(seed)

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
        self._sweep()

    def _stand_elsewhere(self, new: dict[str, str]) -> None:
        self.was |= {self.paths[code]: code for code in new}
        self.paths |= new

    def _actor(self, person: str, posts: set[tuple[str, str, str]] | None = None) -> Actor:
        holders = self._holders(self.posts if posts is None else posts)
        return Actor(person_id=person, name=person, posts=[h.post for h in holders if h.person_id == person])

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

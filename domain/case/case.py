"""The case in motion: the state together with a clock to read and ids to give out.

`Case` holds the few acts that everything else is made of: log, open, void, enter a stage, start the next round, close.
It asks `now` and `new_id` of whoever runs it (the workflow's own time and ids), so that the domain stays pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from domain.case.bells import ring
from domain.case.clocks import NOT_BEGUN, Clock, start_clock
from domain.case.letters.notice import serve, unlettered
from domain.case.records import Named, Push
from domain.case.responsibility import pass_on
from domain.case.state import DisputeState, Entry, Task
from domain.people.organisation import OrganisationRef, Post
from domain.policy.addressing import Addressing
from domain.policy.catalogue import KINDS, OUTCOMES
from domain.policy.rungs import Rungs
from domain.policy.spans import Span
from domain.policy.stages import PUSHES, Stage

COLOUR = "colour"
"""The clock that the colour sets for whoever holds the case; each other organisation of push 3 has `colour:<code>`."""
PROGRESS = "progress"
"""Continuing follow-up of the gravest colour, and `progress:<code>` likewise."""
REPORTED_AGAIN = "回访期间重复报警"
"""Why a round begins where an alarm came while the case was followed up; its line is known by it."""
PROTECTION = "protection_order"
"""The name of the clock a granted protection order runs by; it knows no rounds."""


def clock_of(name: str, code: str) -> str:
    """The colour's or the follow-up's clock of an organisation that has a part beside the holder; "" is the holder."""
    return f"{name}:{code}" if code else name


def is_of(clock: Clock, *names: str) -> bool:
    """Whether a clock is one of those names, the holder's or another organisation's."""
    return clock.task_id is None and clock.name.partition(":")[0] in names


class Case:
    """One dispute's state and the acts on it."""

    def __init__(self, state: DisputeState, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self.state = state
        self.now = now
        self.new_id = new_id

    # --- the record

    def log(self, kind: str, title: str, *, by: Any = None, **detail: Any) -> None:
        """Puts one line on the timeline; `by` is an `Actor` or a `Decision`, none where the clock acted."""
        s = self.state
        entry = Entry(seq=len(s.timeline) + 1, at=self.now(), kind=kind, title=title, detail=_plain(detail))
        if by is not None:
            entry.actor = getattr(by, "actor_name", None) or getattr(by, "name", None)
            entry.actor_id = getattr(by, "actor_id", None) or getattr(by, "person_id", None)
            entry.on_behalf_of, entry.on_behalf_name = by.on_behalf_of, by.on_behalf_name
        s.timeline.append(entry)
        s.touch(entry)

    # --- stages and rounds

    def enter(self, stage: Stage) -> None:
        """The case stands at `stage` now. A push starts the colour's clock where the playbook counts from it."""
        s = self.state
        if s.stage is not stage or not s.timeline:
            self.take_back(all_of_it=stage is not Stage.MEDIATION)
            s.stage = stage
            self.log("stage", f"进入{s.process.words.stage(stage)}", stage=stage, round=s.round)
        self.void([t for t in s.pending() if stage not in (KINDS[t.kind].within or Stage)], "已进入下一环节")
        if stage in (Stage.TRIAGE, *PUSHES):
            s.left_police = stage is Stage.PUSH_3
        if stage not in (Stage.TRIAGE, Stage.PUSH_1, Stage.PUSH_2):
            self.void([t for t in s.pending("approve_third_push") if t.beside], "已无需审批")
        if stage in PUSHES:
            s.pushes.append(Push(stage=stage, round=s.round, at=self.now(), to=[]))
        if self._starts_colour(stage):
            self.start_colour_clock()

    def _starts_colour(self, stage: Stage) -> bool:
        """Whether the colour's clock runs from the stage on; where it runs from receipt, the delivery starts it."""
        s = self.state
        if stage is Stage.MEDIATION:  # what a table had agreed was returned: no push starts the round's clock
            pushed = any(push.round == s.round for push in s.pushes)
            return not pushed and any(clock.name == COLOUR for clock in s.clocks)
        order = list(Stage)
        began = order.index(s.process.colour_clock_from) <= order.index(stage) < order.index(Stage.MEDIATION)
        return began and not s.process.from_receipt

    def take_back(self, *, of: str | None = None, all_of_it: bool = True) -> None:
        """What organisations were given, or one of that path, is theirs no more: the clocks that ran from the delivery
        stop. With `all_of_it` false the lead's runs on: the case is still its own.
        """
        for clock in self.state.clocks:
            theirs = clock.body and of in (None, clock.body) and (all_of_it or clock.name not in (COLOUR, PROGRESS))
            if theirs and clock.stopped_at is None:
                clock.stop(self.now())
                self.state.touch()

    def next_round(self, why: str) -> None:
        """Redo: the next round starts with a fresh clock of the current colour (Q-049); follow-up goes on (Q-033)."""
        s = self.state
        self.stop_clocks(beside=False)
        s.round += 1
        if follow_up := s.clock(PROGRESS):
            follow_up.round = s.round
        s.concluded_at = None
        s.position.sessions = 0
        self.log("round", f"第{s.round}轮：{why}", round=s.round)

    def conclude(self) -> None:
        """结案: the evaluation has accepted, or there is none; continuing follow-up ends."""
        self.state.concluded_at = self.now()
        self.stop_clock(PROGRESS)
        self.void(self.state.pending("keep_following"), "已通过评估")

    def close(self, outcome: str) -> None:
        """Ends the life: open tasks are voided, clocks stop, nothing stays behind."""
        s = self.state
        self.void(s.tasks, "纠纷已办结")
        self.stop_clocks()
        s.stage, s.outcome, s.closed_at = Stage.CLOSED, outcome, self.now()
        self.log("closed", f"办结：{OUTCOMES[outcome]}", outcome=outcome)

    # --- tasks

    def posts(self, addressings: Iterable[Addressing], assigned: str | None = None) -> list[Post]:
        """The posts a playbook means, in this dispute. `assigned` is the path of the organisation dispatched to."""
        places = {**self.state.places, **({"assigned": assigned} if assigned else {})}
        root = self.state.places["county"]
        return [Post(role=a.role, path=places.get(a.at, root)) for a in addressings]

    def open(
        self,
        kind: str,
        *,
        to: list[Post] | None = None,
        about: dict[str, Any] | None = None,
        limit: Span | None = None,
        rungs: Rungs | None = None,
        opens_at: datetime | None = None,
        beside: bool = False,
    ) -> Task:
        """Asks posts a question. Addressees, watchers, limit and rungs come from the playbook where not given.

        With `opens_at` in the future the task waits as `scheduled` and its clock starts when it opens.
        """
        s = self.state
        about, policy = about or {}, s.process.tasks.get(kind)
        before, assigned = self._before(kind, about), about.get("path")
        task = Task(
            task_id=self.new_id(),
            kind=kind,
            round=s.round,
            state="scheduled" if opens_at and opens_at > self.now() else "open",
            addressees=to or (before.addressees if before else self.posts(policy.by if policy else (), assigned)),
            watchers=self._watchers(kind, policy.watched_by if policy else [], assigned),
            opened_at=opens_at or self.now(),
            about=about,
            called=s.process.words.tasks.get(kind, ""),
            beside=beside,
            redo_of=before.task_id if before else None,
        )
        task.excluded = self._barred(task)
        timing = s.process.timing(kind)
        limit = limit or (timing.limit_for(s.colour) if timing else None)
        if limit and not KINDS[kind].items_timed:
            clock = self.start_clock(f"task:{task.task_id}", task.name, limit=limit, task_id=task.task_id,
                                     rungs=rungs or (timing.rungs if timing else None), starts_at=task.opened_at,
                                     decides=policy.decides_itself if policy else None)  # fmt: skip
            if task.state == "scheduled":
                clock.suspend(task.opened_at, NOT_BEGUN)
        if policy and policy.first_contact:
            self.start_clock(f"contact:{task.task_id}", KINDS[kind].first_contact, limit=policy.first_contact,
                             rungs=policy.rungs, task_id=task.task_id)  # fmt: skip
        s.tasks.append(task)
        s.touch(task)
        task.opened_revision = task.revision
        if task.state == "open":
            self.log("task_opened", task.name, task_id=task.task_id, task_kind=kind, about=unlettered(about))
        if policy and policy.names_one and task.addressees == self.posts(policy.by) and (one := self._whose(kind)):
            self.name(task, one)
        if s.pushes and s.pushes[-1].stage is s.stage and not task.aside:
            known = {(post.role, post.path) for post in s.pushes[-1].to}
            s.pushes[-1].to += [p for p in task.addressees if (p.role, p.path) not in known]
        serve(self, task)
        if task.state != "scheduled":
            ring(self, task)
        if KINDS[kind].leads:
            self.void(s.pending("keep_following"), "由承办人继续跟进")
        elif not task.aside:
            self.keep_following()
        pass_on(s, self.now())
        return task

    def _watchers(self, kind: str, watched_by: list[Addressing], assigned: str | None) -> list[Post]:
        """Who sees a task without answering it; the police see all that is asked of what they diverted (H-046),
        whoever took it when it moved up a level (R-081) all that is asked since; a hard case has its own (H-052).
        """
        s = self.state
        watchers = self.posts(watched_by, assigned)
        watchers += [post for each in s.promotions[-1:] for post in each.to if post not in watchers]
        also = [] if KINDS[kind].aside else s.also_watched_by
        return watchers + [post for post in self.posts(also) if post not in watchers]

    def keep_following(self) -> None:
        """While follow-up runs and no holder has the case in hand, the last one is asked to go on (Q-033).

        At a table, before the dispatcher, the court or the evaluators nobody else would report.
        """
        s = self.state
        held = [task for task in s.tasks if KINDS[task.kind].leads]
        in_hand = any(task.pending for task in held) or s.pending("keep_following")
        if s.clock(PROGRESS) and held and not in_hand:
            self.open("keep_following", to=held[-1].addressees, about={"name": s.process.colours[s.colour].name})

    def name(self, task: Task, person: Named, *, by: Any = None, why: str = "") -> None:
        """A task is one person's from now on, because others say so; on record, and he is told."""
        task.state, task.assignee, task.assignee_name, task.named = "claimed", person.person_id, person.name, True
        task.let_go()
        self.state.touch(task)
        self.log("named", f"{task.name}落实给{person.name}", by=by, task_id=task.task_id,
                 person=person.person_id, person_name=person.name, reason=why)  # fmt: skip

    def _whose(self, kind: str) -> Named | None:
        """The one person a kind of task is named to: of a push the officer it was named to, else who has the beat."""
        if not KINDS[kind].leads:
            asked = {addressing.role for addressing in self.state.process.tasks[kind].by}
            return self.state.beat.officer if "responsible_officer" in asked else self.state.beat.deputy
        self.state.responsible = self.state.responsible or self.state.beat.officer
        return self.state.responsible

    def _before(self, kind: str, about: dict[str, Any]) -> Task | None:
        """The task of an earlier round that this one redoes: the same question to the same organisation and tier."""
        if KINDS[kind].aside:
            return None
        keys = ("path", "tier", "seat", "party", "obligation", "level")
        same = tuple(about.get(key) for key in keys)
        return next(
            (
                t
                for t in reversed(self.state.tasks)
                if t.kind == kind and t.round < self.state.round and t.state == "done"
                if same == tuple(t.about.get(key) for key in keys)
            ),
            None,
        )

    def begin(self, task: Task) -> None:
        """A scheduled task's time has come."""
        task.state = "open"
        clock = self.state.clock(f"task:{task.task_id}")
        if clock and clock.suspended:
            clock.suspensions.pop()
        self.state.touch(task)
        task.opened_revision = task.revision
        self.log("task_opened", task.name, task_id=task.task_id, task_kind=task.kind, about=task.about)
        ring(self, task)

    def end(self, task: Task) -> None:
        """A task is done or void: its own clocks stop, and nobody holds it for somebody else."""
        task.ended_at = self.now()
        task.let_go()
        for clock in self.state.clocks:
            if clock.task_id == task.task_id:
                clock.stop(self.now())
        self.state.touch(task)

    def void(self, tasks: Iterable[Task], why: str) -> None:
        """Withdraws questions that nobody needs answered any more."""
        for task in tasks:
            if task.pending or task.state == "scheduled":
                shown = task.pending
                task.state, task.void_reason = "void", why
                if "change" in task.about:
                    self.state.changes[task.about["change"] - 1].result = "void"
                self.end(task)
                if shown:
                    self.log("task_void", f"{task.name}失效", task_id=task.task_id, reason=why)

    def _barred(self, task: Task) -> list[str]:
        """Who may not answer: of an evaluation, whoever handled the round; of a change, who proposed it; at a desk, who
        answered at another of the chain.

        Whoever was represented by a deputy in it counts as well, and so does a delegate who prepared it.
        """
        s = self.state
        if task.kind == "approve_change":
            return sorted({p for key in ("proposer", "proposed_for") if (p := task.about.get(key))})
        spec = KINDS[task.kind]
        if not (spec.judges or spec.by_levels):
            return []
        done = (
            person
            for other in s.tasks
            if other.round == s.round and (KINDS[other.kind].handles if spec.judges else another_desk(task, other))
            for decision in other.answers
            for person in (decision.actor_id, decision.on_behalf_of)
        )
        sat = (who.get("person") for t in s.sittings if spec.judges and t.round == s.round for who in t.participants)
        return sorted({person for person in (*done, *sat) if person})

    # --- clocks

    def start_clock(
        self,
        name: str,
        title: str,
        *,
        limit: Span,
        rungs: Rungs | None = None,
        decides: str | None = None,
        task_id: str | None = None,
        body: str | None = None,
        suspendable: bool = False,
        extendable: bool = False,
        starts_at: datetime | None = None,
    ) -> Clock:
        """Starts a deadline of this case."""
        clock = start_clock(
            name,
            title,
            now=starts_at or self.now(),
            limit=limit,
            calendar=self.state.calendar,
            round=self.state.round,
            rungs=rungs,
            task_id=task_id,
            body=body,
            decides=decides,
            suspendable=suspendable,
            extendable=extendable,
        )
        self.state.clocks.append(clock)
        self.state.touch()
        return clock

    def start_colour_clock(self, receiver: OrganisationRef | None = None, *, beside: bool = False) -> None:
        """Starts the colour's deadline for this round; a push that only takes the case on leaves it running.

        With a receiver it is that organisation's own, from the delivery to it (now): the lead's, or another's `beside`.
        """
        s = self.state
        name = clock_of(COLOUR, receiver.code if receiver and beside else "")
        begun = [c for c in s.clocks if receiver is None and c.name == name and c.round == s.round]
        taken_up = s.disposal and s.disposal.round == s.round and not (s.clock(name) or s.clock(PROGRESS))
        if begun and not taken_up:  # what was disposed of and is taken up again is due as it was
            return
        if (running := s.clock(name)) and receiver and running.body == receiver.path:
            return
        self.stop_clock(name)
        self.stop_clock(clock_of(PROGRESS, receiver.code if receiver and beside else ""))
        rule = s.process.colours[s.colour]
        clock = self.start_clock(name, rule.clock_title(receiver.name if receiver and beside else ""), limit=rule.limit,
                                 rungs=s.process.colour_rungs, body=receiver.path if receiver else None,
                                 suspendable=rule.suspendable, extendable=rule.extendable,
                                 starts_at=begun[-1].started_at if begun else None)  # fmt: skip
        self.log("clock_started", f"{clock.title}{rule.limit}", clock=name, due_at=clock.due_at, colour=s.colour,
                 path=clock.body)  # fmt: skip

    def stop_clock(self, name: str) -> None:
        """Stops a deadline, if it runs."""
        clock = self.state.clock(name)
        if clock:
            clock.stop(self.now())
            self.state.touch()

    def stop_clocks(self, *, beside: bool = True) -> None:
        """Stops every deadline; with `beside` false the tracks beside the stage (supervision, protection, follow-up)
        run on.
        """
        waiting = {task.task_id for task in self.state.pending()}
        for clock in self.state.clocks:
            if beside or not (clock.task_id in waiting or clock.name in (PROTECTION, PROGRESS)):
                clock.stop(self.now())
        self.state.touch()


def another_desk(task: Task, other: Task) -> bool:
    """Whether another task of the round is the question to another desk of the same chain."""
    if other.kind != task.kind or not KINDS[task.kind].by_levels:
        return False
    return bool(other.about.get("level") != task.about.get("level"))


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    """Detail as JSON values: instants as text, empty values left out."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in detail.items()
        if value is not None and value != "" and value != {}
    }

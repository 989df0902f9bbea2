"""The case in motion: the state together with a clock to read and ids to give out.

`Case` holds the few acts that everything else is made of: log, open, void, enter a stage, start the next round, close.
It asks `now` and `new_id` of whoever runs it (the workflow's own time and ids), so that the domain stays pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from domain.case.clocks import NOT_BEGUN, Clock, start_clock
from domain.case.records import Push
from domain.case.state import DisputeState, Entry, Task
from domain.people.organisation import Post
from domain.policy.addressing import Addressing
from domain.policy.catalogue import KINDS, OUTCOMES
from domain.policy.rungs import Rungs
from domain.policy.spans import Span
from domain.policy.stages import PUSHES, STAGE_NAMES, Stage

COLOUR = "colour"
"""The name of the clock the colour sets; at most one runs."""
PROTECTION = "protection_order"
"""The name of the clock a granted protection order runs by; it knows no rounds."""


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
            s.stage = stage
            self.log("stage", f"进入{STAGE_NAMES[stage]}", stage=stage, round=s.round)
        if stage in (Stage.TRIAGE, *PUSHES):
            s.left_police = stage is Stage.PUSH_3
        if stage in PUSHES:
            s.pushes.append(Push(stage=stage, round=s.round, at=self.now(), to=[]))
        order = list(Stage)
        if order.index(s.process.colour_clock_from) <= order.index(stage) < order.index(Stage.MEDIATION):
            self.start_colour_clock()

    def next_round(self, why: str) -> None:
        """Redo: the next round starts with a fresh clock of the current colour (Q-049)."""
        s = self.state
        self.stop_clocks(beside=False)
        s.round += 1
        s.concluded_at = None
        s.position.sessions = 0
        self.log("round", f"第{s.round}轮：{why}", round=s.round)

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
    ) -> Task:
        """Asks posts a question. Addressees, watchers, limit and rungs come from the playbook where not given.

        With `opens_at` in the future the task waits as `scheduled` and its clock starts when it opens.
        """
        s = self.state
        about = about or {}
        before = self._before(kind, about)
        policy = s.process.tasks.get(kind)
        assigned = about.get("path")
        task = Task(
            task_id=self.new_id(),
            kind=kind,
            round=s.round,
            state="scheduled" if opens_at and opens_at > self.now() else "open",
            addressees=to or (before.addressees if before else self.posts(policy.by if policy else (), assigned)),
            watchers=self._watchers(kind, policy.watched_by if policy else [], assigned),
            opened_at=opens_at or self.now(),
            about=about,
            redo_of=before.task_id if before else None,
        )
        task.excluded = self._barred(task)
        limit = limit or (policy.limit if policy else None)
        if limit:
            clock = self.start_clock(
                f"task:{task.task_id}",
                KINDS[kind].name,
                limit=limit,
                rungs=rungs or (policy.rungs if policy else None),
                decides=policy.decides_itself if policy else None,
                task_id=task.task_id,
                starts_at=task.opened_at,
            )
            if task.state == "scheduled":
                clock.suspend(task.opened_at, NOT_BEGUN)
        if policy and policy.first_contact:
            self.start_clock(f"contact:{task.task_id}", "首次联系", limit=policy.first_contact, rungs=policy.rungs,
                             task_id=task.task_id)  # fmt: skip
        s.tasks.append(task)
        s.touch(task)
        task.opened_revision = task.revision
        if task.state == "open":
            self.log("task_opened", KINDS[kind].name, task_id=task.task_id, task_kind=kind, about=about)
        if s.pushes and s.pushes[-1].stage is s.stage and not KINDS[kind].aside:
            known = {(post.role, post.path) for post in s.pushes[-1].to}
            s.pushes[-1].to += [p for p in task.addressees if (p.role, p.path) not in known]
        return task

    def _watchers(self, kind: str, watched_by: list[Addressing], assigned: str | None) -> list[Post]:
        """Who sees a task without answering it; the police see all that is asked of what they diverted (H-046)."""
        s = self.state
        watchers = self.posts(watched_by, assigned)
        if s.diverted and not KINDS[kind].aside:
            watchers += [post for post in self.posts(s.process.diversion.watched_by) if post not in watchers]
        return watchers

    def _before(self, kind: str, about: dict[str, Any]) -> Task | None:
        """The task of an earlier round that this one redoes: the same question to the same organisation and tier."""
        if KINDS[kind].aside:
            return None
        same = (about.get("path"), about.get("tier"), about.get("seat"), about.get("party"), about.get("obligation"))
        return next(
            (
                t
                for t in reversed(self.state.tasks)
                if t.kind == kind and t.round < self.state.round and t.state == "done"
                if same == tuple(t.about.get(key) for key in ("path", "tier", "seat", "party", "obligation"))
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
        self.log("task_opened", KINDS[task.kind].name, task_id=task.task_id, task_kind=task.kind, about=task.about)

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
                    self.log("task_void", f"{KINDS[task.kind].name}失效", task_id=task.task_id, reason=why)

    def _barred(self, task: Task) -> list[str]:
        """Who may not answer: of an evaluation, whoever handled the round; of a change, who proposed it.

        Whoever was represented by a deputy in it counts as well, and so does a delegate who prepared it.
        """
        s = self.state
        if task.kind == "approve_change":
            return sorted({p for key in ("proposer", "proposed_for") if (p := task.about.get(key))})
        if not KINDS[task.kind].judges:
            return []
        done = (
            person
            for other in s.tasks
            if other.round == s.round and KINDS[other.kind].handles
            for decision in other.answers
            for person in (decision.actor_id, decision.on_behalf_of)
        )
        return sorted({person for person in done if person})

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
            decides=decides,
            suspendable=suspendable,
            extendable=extendable,
        )
        self.state.clocks.append(clock)
        self.state.touch()
        return clock

    def start_colour_clock(self) -> None:
        """Starts the colour's deadline for this round; a push that only takes the case on leaves it running."""
        s = self.state
        if any(c.name == COLOUR and c.round == s.round for c in s.clocks):
            return
        rule = s.process.colours[s.colour]
        what = "介入" if rule.stops_at == "intervention" else "处置"
        clock = self.start_clock(
            COLOUR,
            f"{rule.name}预警{what}时限",
            limit=rule.limit,
            rungs=s.process.colour_rungs,
            suspendable=rule.suspendable,
            extendable=rule.extendable,
        )
        self.log("clock_started", f"{clock.title}{rule.limit}", clock=COLOUR, due_at=clock.due_at, colour=s.colour)

    def stop_clock(self, name: str) -> None:
        """Stops a deadline, if it runs."""
        clock = self.state.clock(name)
        if clock:
            clock.stop(self.now())
            self.state.touch()

    def stop_clocks(self, *, beside: bool = True) -> None:
        """Stops every deadline; with `beside` false the tracks beside the stage (supervision, protection) run on."""
        waiting = {task.task_id for task in self.state.pending()}
        for clock in self.state.clocks:
            if beside or not (clock.task_id in waiting or clock.name == PROTECTION):
                clock.stop(self.now())
        self.state.touch()


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    """Detail as JSON values: instants as text, empty values left out."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in detail.items()
        if value is not None and value != "" and value != {}
    }

"""Deadlines: a budget and a ledger of suspensions, never a bare timestamp.

A clock's *rungs* (reminders, due, overdue, supervision, promotion) fire at most once, in order, also when everything
was down over several of them. A suspended clock cannot be overdue. A moved deadline keeps the old one on record.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from domain.base import Model
from domain.policy.rungs import MOST_REMINDERS, Rungs
from domain.policy.spans import Calendar, Span

NOT_BEGUN = "未到开始时间"
"""The ground on which a clock stands still until its task's time has come."""


class RungName(StrEnum):
    """What a deadline calls down. Reminders are numbered: `reminder_1`, `reminder_2`."""

    REMINDER = "reminder"
    DUE = "due"
    OVERDUE = "overdue"
    SUPERVISION = "supervision"
    PROMOTION = "promotion"
    DECIDES = "decides"


REMINDERS = tuple(f"{RungName.REMINDER}_{n}" for n in range(1, MOST_REMINDERS + 1))


class Suspension(Model):
    """A stretch in which the clock stood still; `until` is when it resumes by itself."""

    since: datetime
    ground: str
    until: datetime | None = None
    ended_at: datetime | None = None


class Moved(Model):
    """A deadline that was moved: when, from where to where, and why."""

    at: datetime
    was: datetime
    now: datetime
    reason: str


class Clock(Model):
    """One deadline of a case. `task_id` is set where it judges one task; `name` is unique among the running clocks."""

    name: str
    title: str
    started_at: datetime
    due_at: datetime
    round: int = 1
    task_id: str | None = None
    body: str | None = None
    """path of the organisation that it judges, where it runs from the delivery to one"""
    rungs: Rungs = Rungs()
    decides: str | None = None
    """what silence means once it is due, where that is no matter of being overdue"""
    suspendable: bool = False
    extendable: bool = False
    suspensions: list[Suspension] = []
    moved: list[Moved] = []
    fired: list[str] = []
    overdue: bool = False
    stopped_at: datetime | None = None
    level: int = 0
    """how far up supervision has been promoted"""

    @property
    def running(self) -> bool:
        """Neither stopped nor suspended."""
        return self.stopped_at is None and not self.suspended

    @property
    def suspended(self) -> bool:
        """Standing still now."""
        return bool(self.suspensions) and self.suspensions[-1].ended_at is None and self.stopped_at is None

    @property
    def begins_at(self) -> datetime | None:
        """When it begins to count, while that is still to come: nobody has stopped it, it waits for its time."""
        return self.started_at if self.suspended and self.suspensions[-1].ground == NOT_BEGUN else None

    @property
    def late(self) -> bool:
        """Overdue now: a suspended clock is not, whatever it was before."""
        return self.overdue and not self.suspended

    @property
    def state(self) -> str:
        """`running`, `suspended`, `overdue` (still running, past due), `met` or `missed` once stopped."""
        if self.stopped_at:
            return "missed" if self.overdue else "met"
        return "suspended" if self.suspended else "overdue" if self.overdue else "running"

    def ladder(self, calendar: Calendar) -> list[tuple[datetime, str]]:
        """All rungs with their instants, in the order they fire."""
        return [*self._rungs(calendar)]

    def _rungs(self, calendar: Calendar) -> Iterator[tuple[datetime, str]]:
        """One after another: whoever asks for the next one need not count the working days of the last."""
        length = self.due_at - self.started_at
        for name, fraction in zip(REMINDERS, self.rungs.remind_at, strict=False):
            yield self.started_at + length * fraction, name
        if self.decides:
            yield self.due_at, RungName.DECIDES
            return
        yield self.due_at, RungName.DUE
        yield self.due_at, RungName.OVERDUE
        if self.rungs.supervise_after:
            supervised = calendar.after(self.due_at, self.rungs.supervise_after)
            yield supervised, RungName.SUPERVISION
            if self.rungs.promote_after:
                yield calendar.after(supervised, self.rungs.promote_after), RungName.PROMOTION

    def next_rung(self, calendar: Calendar) -> tuple[datetime, str] | None:
        """The next rung that has not fired; none while the clock stands still."""
        if not self.running:
            return None
        fired = self.fired
        return next((rung for rung in self._rungs(calendar) if rung[1] not in fired), None)

    def suspend(self, at: datetime, ground: str, until: datetime | None = None) -> None:
        """Stops the clock from counting until `resume`."""
        self.suspensions.append(Suspension(since=at, ground=ground, until=until))

    def resume(self, at: datetime) -> None:
        """Counts on: the deadline moves by as long as the clock stood still."""
        stood = self.suspensions[-1]
        stood.ended_at = at
        self._move(at, self.due_at + (at - stood.since), stood.ground)

    def extend(self, at: datetime, until: datetime, reason: str) -> None:
        """Moves the deadline; rungs not yet fired follow it, a clock that was overdue no longer is."""
        self._move(at, until, reason)
        if until > at:
            self.overdue = False
            late = (RungName.DUE, RungName.OVERDUE, RungName.SUPERVISION, RungName.PROMOTION)
            self.fired = [rung for rung in self.fired if rung not in late]

    def shorten(self, at: datetime, until: datetime, reason: str) -> None:
        """Raising a colour takes the shorter of the new limit and what remains (G6); never the longer.

        A clock that stands still keeps so much less before it: its deadline moves on when it is resumed.
        """
        if self.suspended:
            until -= at - self.suspensions[-1].since
        if until < self.due_at:
            self._move(at, until, reason)

    def stop(self, at: datetime) -> None:
        """Ends the clock; what fell due stays on record."""
        if self.suspended:
            self.suspensions[-1].ended_at = at
        self.stopped_at = self.stopped_at or at

    def remaining(self, now: datetime) -> timedelta:
        """What is left of the budget; of a suspended clock, what was left when it stopped counting."""
        return self.due_at - (self.suspensions[-1].since if self.suspended else now)

    def _move(self, at: datetime, to: datetime, reason: str) -> None:
        self.moved.append(Moved(at=at, was=self.due_at, now=to, reason=reason))
        self.due_at = to


def start_clock(
    name: str,
    title: str,
    *,
    now: datetime,
    limit: Span,
    calendar: Calendar,
    round: int = 1,
    rungs: Rungs | None = None,
    task_id: str | None = None,
    body: str | None = None,
    decides: str | None = None,
    suspendable: bool = False,
    extendable: bool = False,
) -> Clock:
    """A clock that starts now with the whole of `limit` before it."""
    return Clock(
        name=name,
        title=title,
        started_at=now,
        due_at=calendar.after(now, limit),
        round=round,
        rungs=rungs or Rungs(),
        task_id=task_id,
        body=body,
        decides=decides,
        suspendable=suspendable,
        extendable=extendable,
    )

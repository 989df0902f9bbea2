"""A run's history as its page shows it: the moments at which something was entered into the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from temporalio.client import WorkflowHistory

from api.audit.history_in_words import in_words
from api.audit.schemas import EntryTold, EventTold
from api.audit.service import histories
from api.core.context import Services
from api.histories.replay import Replayed, replay
from domain.errors import FieldsInvalid


@dataclass(frozen=True)
class ShownMoment:
    """A moment with entries, and all events up to the next such moment."""

    step: int
    event: int
    """the last event before the next moment: the case stands still until then"""
    at: datetime
    entries: list[EntryTold]
    events: list[EventTold]


@dataclass(frozen=True)
class RunHistory:
    """A run's history by moment; there is at least one."""

    dispute_no: str
    history: WorkflowHistory
    moments: list[ShownMoment]
    after: list[EventTold]
    """events that no moment has taken up yet"""
    error: str | None
    """why it can't be replayed"""

    @property
    def last_event(self) -> int:
        """The id of the last event."""
        return self.history.events[-1].event_id

    def at(self, event: int | None, step: int | None) -> ShownMoment:
        """The moment that an event belongs to, or of that number; the last where neither is given.

        Raises:
            FieldsInvalid: there is no such event or moment.
        """
        if step is not None and event is None:
            if not 0 <= step < len(self.moments):
                raise FieldsInvalid(f"时点编号须在0到{len(self.moments) - 1}之间")
            return self.moments[step]
        if event is not None and not 1 <= event <= self.last_event:
            raise FieldsInvalid(f"事件编号须在1到{self.last_event}之间")
        return next((m for m in self.moments if event is not None and event <= m.event), self.moments[-1])

    def before(self, moment: ShownMoment) -> ShownMoment | None:
        """The moment before, or none."""
        return self.moments[moment.step - 1] if moment.step else None

    def following(self, moment: ShownMoment) -> ShownMoment | None:
        """The moment after, or none."""
        return self.moments[moment.step + 1] if moment.step + 1 < len(self.moments) else None

    def href(self, moment: ShownMoment, path: str = "history") -> str:
        """The address of a moment's page, or with `history/moment` of its part of the page."""
        return f"/disputes/{self.dispute_no}/{path}?" + urlencode({"run": self.history.run_id, "event": moment.event})


async def run_history(services: Services, dispute_no: str, run: str | None) -> RunHistory:
    """A run of a dispute, the latest unless one is given, replayed.

    Raises:
        NotFound: no such run.
        Unavailable: the engine does not answer.
        ArchiveBroken
    """
    history = await histories(services).fetch(dispute_no, run)
    return by_moment(history, await replay(history, services.client.data_converter))


def by_moment(history: WorkflowHistory, replayed: Replayed) -> RunHistory:
    """A replayed history, what the engine did without an entry put to the moment before."""
    words = in_words(history, replayed)
    moments: list[ShownMoment] = []
    for item in words.items:
        if item.entries or not moments:
            moments.append(ShownMoment(len(moments), item.event_id, item.at, item.entries, item.events))
        else:
            last = moments.pop()
            events = [*last.events, *item.events]
            moments.append(ShownMoment(last.step, item.event_id, last.at, last.entries, events))
    if not moments:  # nothing has been worked on yet
        moments = [ShownMoment(0, words.after[-1].event_id, words.after[0].at, [], [])]
    return RunHistory(history.workflow_id, history, moments, words.after, words.error)

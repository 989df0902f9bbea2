"""The next run of a dispute that is closed, or whose run was ended from outside."""

from __future__ import annotations

from typing import Protocol

from api.core.engine import Engine
from domain.case.records import Incident
from domain.transitions import message_keys
from domain.transitions.actions import Act
from infra.records.calendars.editions import Calendars


class Beginning(Protocol):
    """What the next run is begun with: the services of a process, or that part of them."""

    @property
    def engine(self) -> Engine:
        """Where it runs."""

    @property
    def calendars(self) -> Calendars:
        """By which days it counts."""


async def reopen(
    services: Beginning, dispute_no: str, *, incident: Incident | None = None, reopened: Act | None = None
) -> None:
    """Starts the next run of a closed dispute from the state its last run left (law 8), or, where that was ended from
    outside, from the state its history gives; once for the key of a click.

    Raises:
        ActionNotAllowed: somebody else started the next run first.
        Unavailable: the engine does not answer.
    """
    last = await services.engine.last_run(dispute_no)
    begin = last.left
    if reopened and message_keys.applied(begin.state, reopened.key):
        return  # this very click did so before, and the case has closed again
    if last.run_id not in begin.state.runs:  # a case under the first rules does not keep them itself
        begin.state.runs = [*begin.state.runs, last.run_id]
    if begin.state.closed:  # its next run counts by the calendar in effect; one that was ended from outside goes on
        begin.state.calendar = await services.calendars.current()
    why = {"incident": incident, "reopened": reopened or begin.reopened}
    await services.engine.start(begin.model_copy(update=why), next_run=True)


async def recover(services: Beginning, dispute_no: str) -> bool:
    """Starts the next run of a case whose run was ended from outside; False where it was not.

    Raises:
        NotFound: the engine knows no such case.
        Unavailable: the engine does not answer.
    """
    ended = await services.engine.ended_outside(dispute_no)
    if ended:
        await reopen(services, dispute_no)
    return ended

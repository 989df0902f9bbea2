"""The case as others see it: the read model, Temporal's own list and the case sheet in Temporal's own UI.

The read model learns of a change by whoever was answered with it (docs/adr/0015): the answer to a message carries what
is new, and its sender writes it. The engine writes by its own activity what nobody fetched.
"""

from __future__ import annotations

from domain.case.state import DisputeState
from domain.image.projection import Basis, Image, case_sheet, project
from domain.policy.stages import Stage
from domain.transitions import message_keys
from domain.transitions.message import Seen
from workflows.desk import Desk
from workflows.search_attributes import changes

LONGEST_ID = 200
"""Characters; the engine takes 255."""


RESTS = 64
"""Rests that a case remembers."""
Rest = tuple[Stage, int]
"""Stage and round."""


class StandsOtherwise(Exception):
    """A case does not stand as it did when it was shown: this code decides otherwise than the one that was there then.

    It fails the workflow *task*: nothing is taken that people decided of another case, and mended code heals it.
    """

    def __init__(self, seen: Seen | None) -> None:
        super().__init__(f"not as it was shown at revision {seen.revision if seen else 0}")


class Publisher:
    """Brings each revision to the read model: in the answer to who caused it, else by the activity `publish`.

    The activity writes the case's start, what the clock did, what came by a signal, what an orphaned message changed,
    and always the case as it closed; bursts in one go. It never gives up.

    While a history is replayed no image is made: what it would be carried by, an answer or an activity's input, is in
    the history already and goes nowhere. Replaying is thus seen in what commands carry and nowhere else: which commands
    there are, and all state of the case and of what is owed, come from the history alone. Behind a replay it is not
    known what the image before held, so the next one is whole in its lists: longer, and as true.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self._engine = desk, desk.engine
        self._answering = 0
        self._answered = 0
        """the revision up to which answers carry what is new"""
        self._called_for = 0
        """the revision that the activity is to write although it was answered, or because it was not"""
        self._basis: Basis | None = None
        self._rests: dict[int, Rest] = {}
        """where the case stood whenever it rested, by revision: others know it by one of these"""
        self.published = 0
        """the revision that the read model has for certain"""

    @property
    def owed(self) -> int:
        """The revision that the engine itself must have brought to the read model."""
        state = self._desk.state
        return state.revision if state.closed or state.revision > self._answered else self._called_for

    @property
    def up_to_date(self) -> bool:
        """Whether the engine owes the read model nothing."""
        return self.published >= self.owed

    def knows(self, seen: Seen | None) -> bool:
        """Whether the case once stood as somebody has seen it; what was before all it remembers may have been so.

        By this a history whose commands are the same under other code is recognised (docs/changing-the-process.md).
        """
        if seen is None or not self._rests or seen.revision < min(self._rests):
            return True
        return self._rests.get(seen.revision) == (seen.stage, seen.round)

    async def remember(self) -> None:
        """Remembers where the case rests, also where nobody is shown; while it lives."""
        state = self._desk.state
        while True:
            await self._engine.wait(lambda: state.revision not in self._rests and (self._desk.settled or state.closed))
            self._rest()

    def call_for(self) -> None:
        """Has the activity write the case as it stands: nobody is answered with it, or nobody may have heard."""
        self._called_for = self._desk.state.revision

    def orphaned(self, key: str) -> None:
        """Nobody waits for the answer to the message of a key any more; it has been taken, or may still come."""
        state = self._desk.state
        if message_keys.applied(state, key):
            self.call_for()
        elif key not in state.orphans:
            state.orphans.append(key)

    async def answer(self, key: str, seen: Seen | None) -> Image | None:
        """What is new since the read model was seen, once the story rests or is over."""
        state = self._desk.state
        self._answering += 1
        await self._engine.wait(lambda: self._desk.settled or state.closed)
        self._answering -= 1
        self._rest()
        self._show_operators()
        if key in state.orphans:
            state.orphans.remove(key)
            self.call_for()
        if seen is None:
            self.call_for()
            return None
        self.published = max(self.published, seen.revision)
        self._answered = state.revision
        return self._image(since=seen.revision)

    async def publish(self) -> None:
        """Waits until the story rests on something that the engine owes, and writes it; while the case lives."""
        state = self._desk.state
        self._engine.offer(lambda: case_sheet(state))
        while True:
            await self._engine.wait(lambda: not self.up_to_date and not self._answering and self._desk.settled)
            self._rest()
            self._show_operators()
            written = await self._engine.publish(self._image(since=self.published), _where_it_stands(state))
            # Where the read model lost its past, everything is sent.
            self.published = 0 if written is None else max(self.published, written)

    def _rest(self) -> None:
        state = self._desk.state
        self._rests[state.revision] = (state.stage, state.round)
        if len(self._rests) > RESTS:
            del self._rests[next(iter(self._rests))]

    def _image(self, since: int) -> Image | None:
        """What is new since a revision; none in a replay, where nobody would get it."""
        if self._engine.is_replaying():
            self._basis = None  # also where a cached case catches up with what another worker did
            return None
        image = project(self._desk.state, since=since, basis=self._basis)
        self._basis = image.basis
        return image

    def _show_operators(self) -> None:
        if changed := changes(self._desk.state, self._engine.shown()):
            self._engine.show(changed)


def _where_it_stands(state: DisputeState) -> str:
    """The activity's id: revision, stage and what is asked, in codes.

    A replay compares it with the one on record, so code under which a case would stand otherwise fails, and can't go on
    from there quietly.
    """
    asked = sorted({task.kind for task in state.pending()})
    return " ".join([str(state.revision), state.stage, *asked])[:LONGEST_ID]

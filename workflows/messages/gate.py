"""Every message of a person passes here: validated by a rule, applied once by its key, answered or refused by code."""

from __future__ import annotations

from collections.abc import Callable

from temporalio.exceptions import ApplicationError

from domain.case.capacity import check_growth, check_room, count_in
from domain.case.case import Case
from domain.case.records import Applied
from domain.errors import KeyReused, Refused, SantuiError, by_code
from domain.policy.action_catalogue import ENDINGS
from domain.transitions import message_keys
from domain.transitions.actions import Act
from domain.transitions.message import Message
from domain.transitions.supervision import TOO_MANY_DECISIONS, supervise
from workflows.engine import Engine


class MessageGate:
    """Updates and the signal come through here, so that a key has one effect whichever of them brought it."""

    def __init__(self, case: Case, engine: Engine) -> None:
        self._case, self._engine = case, engine

    def admit(self, message: Message, check: Callable[[], object]) -> None:
        """Runs a rule as a validator: its refusal reaches the caller by name and leaves nothing in the history."""
        try:
            if self._applied(message.key) is None:
                check()
                check_room(self._case.state, message)
                if not (isinstance(message, Act) and message.action in ENDINGS):
                    size, events = self._engine.history()
                    check_growth(self._case.state, history=size, events=events)
        except Refused as refusal:
            raise as_failure(refusal) from refusal

    def apply(self, message: Message, take: Callable[[], object]) -> Applied:
        """Applies a key once; a key that came by the signal first gets the answer it got there."""
        try:
            applied = self._applied(message.key)
            if applied is None:
                applied = self._take(message, take)
        except Refused as refusal:
            raise as_failure(refusal) from refusal
        if applied.refused:
            raise as_failure((by_code(applied.refused) or Refused)())
        return applied

    def apply_unawaited(
        self, message: Message, take: Callable[[], object], refused: Callable[[Refused], object]
    ) -> None:
        """Applies a key once where nobody waits for the answer: `refused` puts a refusal on record."""
        try:
            if self._applied(message.key) is None:
                self._take(message, take)
        except Refused as refusal:
            refused(refusal)
            self.remember(message.key, refused=refusal.code)

    def _applied(self, key: str) -> Applied | None:
        """What a key did before. Behind a dot it says for which content: other content is no repeat.

        Raises:
            KeyReused
        """
        applied = message_keys.applied(self._case.state, key)
        if applied and message_keys.content(applied.key) != message_keys.content(key):
            raise KeyReused
        return applied

    def _take(self, message: Message, take: Callable[[], object]) -> Applied:
        """Takes a message, and puts its key on record with the change that it put up for approval."""
        state = self._case.state
        check_room(state, message)
        before = len(state.changes)
        take()
        count_in(state, message)
        asked = len(state.changes)
        applied = self.remember(message.key)
        if asked > before:
            applied.change = asked
        return applied

    def remember(self, key: str, refused: str | None = None) -> Applied:
        """Puts a key on record; a life of so many decisions that the engine's limits come in sight is supervised."""
        state = self._case.state
        applied = Applied(key=key, revision=state.revision, refused=refused)
        state.applied.append(applied)
        if len(state.applied) == TOO_MANY_DECISIONS:
            supervise(self._case, "size", "办理次数异常偏多，请督查", level=0)
        return applied


def as_failure(refusal: SantuiError) -> ApplicationError:
    """A refusal as the one exception that may leave a handler; anything else would wedge the case."""
    return ApplicationError(refusal.detail, {"errors": refusal.errors}, type=refusal.code, non_retryable=True)

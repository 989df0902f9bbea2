"""Submitting a form: whatever is refused comes back as something its page can show beside what was typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from api.core.context import Services
from api.core.idempotency import Answer, digest, first_answer
from api.web.errors import MAYBE, MAYBE_ADVICE, advice
from api.web.session import Posted, Viewer, text, typed
from domain.errors import (
    BadCsrf,
    FieldsInvalid,
    KeyReused,
    MediaRefused,
    Refused,
    SantuiError,
    StoreUnavailable,
    TooLarge,
    Unavailable,
)
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.drafts import kept as drafts
from infra.records.idempotency_store import StoredAnswer

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of a form: an answer, or why there is none. `first` was answered to the same form sent before, with
    other content."""

    answer: Answer[T] | None = None
    error: SantuiError | None = None
    first: StoredAnswer | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the answer or the error."""
        return self.answer.status if self.answer else self.refusal.status

    @property
    def refusal(self) -> SantuiError:
        """Why it was not taken; only of a form that was not."""
        assert self.error is not None
        return self.error

    @property
    def errors(self) -> list[dict[str, str]]:
        """What is wrong with which field; empty where the refusal is about no field."""
        return self.error.errors if isinstance(self.error, FieldsInvalid) else []

    @property
    def detail(self) -> str:
        """The refusal in words."""
        said = "；".join(error["message"] for error in self.errors)
        return said or self.refusal.detail

    @property
    def wrong_file(self) -> str:
        """What is wrong with the one file that a form is about, in words: where it can't be read too."""
        unread = isinstance(self.error, TooLarge | MediaRefused)
        return self.detail if self.errors or unread else ""

    @property
    def reused(self) -> bool:
        """Whether the form was sent before, with other content, and taken."""
        return isinstance(self.error, KeyReused)

    @property
    def in_doubt(self) -> bool:
        """Whether nobody can say now what came of it."""
        return self.status == Unavailable.status


async def send(
    services: Services,
    session: Session,
    viewer: Viewer,
    posted: Posted,
    operation: str,
    write: Callable[[str | None], Awaitable[Answer[T]]],
) -> Outcome[T]:
    """Does the write of a form, once for the key in it; `operation` names it as the service names it to `once`.

    A form that was refused, found again with the browser's Back and sent with other content is a new attempt: nothing
    came of the first. One that was taken is not sent again: the person is shown what came of it and decides. The
    session is closed then: whoever queries again resumes it. Once it is taken, what was kept of it is gone.
    """
    try:
        outcome = await _send(services, session, viewer, posted, operation, write)
    finally:
        await session.close()
    if outcome.answer is not None and (name := text(posted.form, "draft")[:120]):
        with suppress(StoreUnavailable):  # it is sent; its draft is offered once more, under the key it was sent with
            key = text(posted.form, "key")[:200]
            await drafts.sent(services.database, viewer.actor.person_id, name, key, datetime.now(UTC))
    return outcome


async def _send(
    services: Services,
    session: Session,
    viewer: Viewer,
    posted: Posted,
    operation: str,
    write: Callable[[str | None], Awaitable[Answer[T]]],
) -> Outcome[T]:
    if posted.stale:
        return Outcome(error=BadCsrf())
    key = text(posted.form, "key") or None
    try:
        return Outcome(await write(key))
    except KeyReused as error:
        await session.close()
        async with services.database.resume(session):
            first = await first_answer(session, viewer.actor, operation, key or "")
        if first is None or first.status < 300:
            return Outcome(error=error, first=first)
    except (Refused, Unavailable) as error:
        return Outcome(error=error)
    try:
        return Outcome(await write(f"{key}.{digest(typed(posted.form))}"))
    except (Refused, Unavailable) as error:
        return Outcome(error=error)


def next_key(outcome: Outcome[T], posted: Posted) -> str:
    """The key of the form shown again: where nobody can say what came of it the same, so that it is not done twice."""
    return text(posted.form, "key") if outcome.in_doubt else new_id()


def banner_of(error: SantuiError) -> dict[str, str]:
    """An error as a banner: what happened, and what to do."""
    if isinstance(error, BadCsrf):
        return {"title": "页面已过期，内容没有提交", "detail": "", "code": error.code,
                "advice": "填写的内容都在；核对后请再次提交，尚未上传的照片和文件需要重新选择。"}  # fmt: skip
    if isinstance(error, Unavailable) and error.may_take_effect:
        return {"title": MAYBE, "detail": "", "advice": MAYBE_ADVICE, "code": error.code, "tone": "soft-warn"}
    return {"title": error.title, "detail": error.detail if error.detail != error.title else "",
            "advice": advice(error.code), "code": error.code}  # fmt: skip


def banner_if_refused(outcome: Outcome[T], first: str, then: str) -> dict[str, str] | None:
    """The banner of a form that was not taken: what came of the one sent before (`earlier`), or why it was refused;
    none where the fields say what is wrong.
    """
    if outcome.reused:
        return earlier(outcome, first, then)
    return None if outcome.errors else banner_of(outcome.refusal)


def earlier(outcome: Outcome[T], first: str, then: str) -> dict[str, str]:
    """The banner of a form that was sent before with other content: what came of the first, and what may be done."""
    said = first if outcome.first else "前一次提交仍在办理中，结果请稍后到纠纷页面查看"
    return {"title": "这份表单此前已经提交过，内容与现在不同", "detail": said, "advice": then,
            "code": outcome.refusal.code}  # fmt: skip

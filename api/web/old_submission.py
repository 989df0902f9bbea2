"""Sending what a form holds: whatever is refused comes back as something its page can show beside what was typed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from api.core.context import Services
from api.core.errors import problem
from api.core.old_idempotency import digest, first_answer
from api.web.errors import MAYBE, MAYBE_ADVICE, advice
from api.web.session import Posted, Viewer, text, typed
from domain.errors import BadCsrf, KeyReused, Refused, SantuiError, Unavailable, by_code
from infra.database.ids import new_id


@dataclass(frozen=True)
class Outcome:
    """What came of a form: a status and its body. `first` is what came of the same form when it was sent before."""

    status: int
    body: dict[str, Any]
    first: dict[str, Any] | None = None

    @property
    def done(self) -> bool:
        """Whether it was taken."""
        return self.status < 300

    @property
    def errors(self) -> list[dict[str, str]]:
        """What is wrong with which field; empty where the refusal is about no field."""
        return list(self.body.get("errors", [])) if self.body.get("code") == "fields_invalid" else []

    @property
    def detail(self) -> str:
        """The refusal in words."""
        said = "；".join(error["message"] for error in self.errors)
        return said or str(self.body.get("detail") or self.body.get("title", ""))


async def send(
    services: Services, viewer: Viewer, posted: Posted, what: str, write: Callable[[str | None], Awaitable[Response]]
) -> Outcome:
    """Does the write of a form, once for the key in it; `what` names the write as `api.core.old_idempotency` knows it.

    A form that was refused, found again with the browser's Back and sent with other content is a new attempt: nothing
    came of the first. One that was taken is not sent again: the person is told what came of it and decides.
    """
    if posted.stale:
        return refused(BadCsrf())
    key = text(posted.form, "key") or None
    try:
        return _outcome(await write(key))
    except KeyReused as error:
        first = await first_answer(services, viewer.actor, what, key or "")
        if first is None or first.status < 300:
            return Outcome(error.status, problem(error), first.body if first else None)
    except (Refused, Unavailable) as error:
        return refused(error)
    try:
        return _outcome(await write(f"{key}.{digest(typed(posted.form))}"))
    except (Refused, Unavailable) as error:
        return refused(error)


def next_key(outcome: Outcome, posted: Posted) -> str:
    """The key of the form shown again: where nobody can say what came of it the same, so that it is not done twice."""
    return text(posted.form, "key") if outcome.status == Unavailable.status else new_id()


def refused(error: SantuiError) -> Outcome:
    """An error as what came of a form."""
    return Outcome(error.status, problem(error))


def banner_of(body: dict[str, Any]) -> dict[str, str]:
    """A refusal as a banner: what happened, and what to do."""
    if body["code"] == BadCsrf.code:
        return {"title": "页面已过期，内容没有提交", "detail": "", "code": BadCsrf.code,
                "advice": "填写的内容都在；核对后请再次提交，尚未上传的照片和文件需要重新选择。"}  # fmt: skip
    kind = by_code(body["code"]) or SantuiError
    if body.get("may_take_effect"):
        return {"title": MAYBE, "detail": "", "advice": MAYBE_ADVICE, "code": kind.code, "tone": "soft-warn"}
    detail = body.get("detail") or ""
    return {"title": kind.title, "detail": detail if detail != kind.title else "", "advice": advice(kind.code),
            "code": kind.code}  # fmt: skip


def earlier(outcome: Outcome, first: str, then: str) -> dict[str, str]:
    """The banner of a form that was sent before with other content: what came of the first, and what may be done."""
    said = first if outcome.first else "前一次提交仍在办理中，结果请稍后到纠纷页面查看"
    return {"title": "这份表单此前已经提交过，内容与现在不同", "detail": said, "advice": then,
            "code": str(outcome.body["code"])}  # fmt: skip


def reused(outcome: Outcome) -> bool:
    """Whether the form was sent before, with other content, and taken."""
    return outcome.body.get("code") == KeyReused.code


def _outcome(response: Response) -> Outcome:
    return Outcome(response.status_code, json.loads(bytes(response.body)))

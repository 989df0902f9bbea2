"""Mentions: `@username` in a comment, or named beside it; who is mentioned must be able to see the dispute."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from domain.errors import FieldsInvalid
from infra.database.engine import Session
from infra.read_model.disputes import visible
from infra.records.deputies import acting
from infra.records.people import people_by

MOST = 20
"""People that one comment may mention."""
_AT = re.compile(r"(?<![A-Za-z0-9._%+-])@([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
"""An @ that no e-mail address stands before; a full stop after the name is not part of it."""


async def people_mentioned(session: Session, dispute_no: str, text: str, named: list[str]) -> dict[str, str]:
    """The names of those mentioned, by person id, in the order of their mention.

    Raises:
        FieldsInvalid: somebody does not exist, is no longer active, or may not see the dispute; one sentence each.
    """
    asked = [(f"mentions.{n}", word.removeprefix("@")) for n, word in enumerate(named)]
    asked += [("text", word) for word in dict.fromkeys(_AT.findall(text))]
    if len({word for _, word in asked}) > MOST:
        raise FieldsInvalid(errors=[{"field": "mentions", "message": f"一条留言至多提及{MOST}人"}])
    found: dict[str, str] = {}
    errors = []
    known = await people_by(session, [word for _, word in asked])
    for field, word in asked:
        person = known.get(word)
        if person is None:
            errors.append({"field": field, "message": f"没有用户名为“{word}”的人员"})
            continue
        who = f"{person.name}（{person.username}）"
        actor = await acting(session, person.person_id, datetime.now(UTC))
        if actor is None:
            errors.append({"field": field, "message": f"{who}已停用，不能提及"})
        elif not await visible(session, actor, [dispute_no]):
            errors.append({"field": field, "message": f"{who}无权查看该纠纷，不能提及"})
        else:
            found[person.person_id] = person.name
    if errors:
        raise FieldsInvalid(errors=errors)
    return found

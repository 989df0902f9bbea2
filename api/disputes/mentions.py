"""Mentions: `@username` in a remark, or named beside it; who is mentioned must be able to see what it is about."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from api.core.context import Services
from domain.errors import FieldsInvalid
from infra.read_model.disputes import visible
from infra.records.deputies import acting
from infra.records.people import people_by

MOST = 20
"""People that one remark may mention."""
_AT = re.compile(r"(?<![A-Za-z0-9._%+-])@([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
"""An @ that no address for mail stands before; a full stop after the name is not part of it."""


async def mentioned(services: Services, dispute_no: str, text: str, named: list[str]) -> dict[str, str]:
    """The names of those mentioned, by person id, in the order in which they are.

    Raises:
        FieldsInvalid: somebody does not exist, is no longer active, or may not see the dispute; one sentence each.
    """
    asked = [(f"mentions.{n}", word.removeprefix("@")) for n, word in enumerate(named)]
    asked += [("text", word) for word in dict.fromkeys(_AT.findall(text))]
    if len({word for _, word in asked}) > MOST:
        raise FieldsInvalid(errors=[{"field": "mentions", "message": f"一条留言至多提及{MOST}人"}])
    found: dict[str, str] = {}
    errors = []
    async with services.database.read() as session:
        known = await people_by(session, [word for _, word in asked])
        for field, word in asked:
            person = known.get(word)
            if person is None:
                errors.append({"field": field, "message": f"没有用户名为“{word}”的人员"})
                continue
            actor = await acting(session, person.person_id, datetime.now(UTC))
            if actor is None:
                errors.append({"field": field, "message": f"{person.name}（{person.username}）已停用，不能提及"})
            elif not await visible(session, actor, [dispute_no]):
                errors.append(
                    {"field": field, "message": f"{person.name}（{person.username}）无权查看该纠纷，不能提及"}
                )
            else:
                found[person.person_id] = person.name
    if errors:
        raise FieldsInvalid(errors=errors)
    return found

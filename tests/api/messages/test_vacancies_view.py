"""The week's word on vacancies as the page 消息 shows it."""

from __future__ import annotations

from datetime import UTC, datetime

from api.messages.message_view import message_view
from api.messages.schemas import MessageItem

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_it_says_how_many_and_which_and_leads_to_the_register() -> None:
    sentences = ["古山社区第1网格（古山社区第1警格）：网格员空缺", "古山社区：村（社区）书记空缺"]
    said = {"count": 2, "sentences": sentences}
    message = MessageItem(message_id="m", at=NOW, kind="vacancies", dispute_no=None, read_at=None, **said)
    shown = message_view(message, NOW)
    assert shown["title"] == "警格网格对应岗位空缺 2 处，请明确人员"
    assert shown["href"] == "/registers/beats"
    assert shown["said"].splitlines() == sentences

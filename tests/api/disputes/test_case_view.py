"""The case in words: what a page of it shows."""

from __future__ import annotations

from api.core.context import Services
from api.disputes.case_view import case_view, stages_in
from api.disputes.service import whole_case, whole_timeline
from api.web.formatting import present
from api.web.organisation_labels import Vocabulary, offices_of
from infra.database.engine import Session
from tests.api.support import answered, dispute, somebody


async def test_what_a_party_says_of_the_police_is_shown_apart_from_the_outcome(
    services: Services, session: Session
) -> None:
    """“接处警满意率由上半年全市倒数第3名升至全市第3名”: of the police's response, not of what came of the quarrel."""
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "settled")
    await answered(services, number, "evaluate", "accept")
    await answered(services, number, "visit", "stable", satisfaction=2, response_satisfaction=5)
    supervisor = await somebody(services, "supervisor", "county")
    case = await whole_case(services, session, supervisor, number)
    entries = await whole_timeline(services, session, supervisor, number)
    words = Vocabulary(await offices_of(services, session), {}, [], {})
    [visit] = case_view(case, stages_in(entries), words, present())["visits"]
    assert visit["satisfaction"] == "对处理结果满意度 不满意（2 分） · 对接处警满意度 非常满意（5 分）"

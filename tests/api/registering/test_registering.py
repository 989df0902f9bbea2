"""登记: what the form makes of what is typed, what stands beside it, and what its reporter is told became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.datastructures import FormData

from api.core.context import Services
from api.intake.service import take_in
from api.registering.beside import TypedSoFar, look_beside
from api.registering.beside_view import marked
from api.registering.form import NAMELESS, read_form, report_of
from api.registering.form_view import own_areas
from api.registering.receipts import became_of, reported_by
from api.registering.sources import sources_for
from domain.errors import NotEntitled, NotFound
from domain.policy.addressing import Addressing
from domain.policy.intake.sources import Source
from infra.database.engine import Session
from infra.records.quotas.searches import SearchQuota
from tests.api.intake.test_service import KNIFE, call_taker, report
from tests.api.support import somebody

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


async def test_the_post_says_by_which_source_somebody_reports(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = services.policy.playbook.process
    who = {
        "call_taker": await call_taker(services),
        "hotline": await somebody(services, "hotline_operator", "hotline"),
        "command": await somebody(services, "command_room", "station-gushan"),
    }
    offered = {name: [code for code, _ in sources_for(actor, process)] for name, actor in who.items()}
    assert offered == {"call_taker": ["110"], "hotline": ["12345"], "command": ["110", "walk_in", "letter"]}
    audit = Addressing(role="auditor", at="county")
    monkeypatch.setitem(process.sources, "110", Source(name="警", reported_by=[audit]))
    own = Source(name="工作站", reported_by=[Addressing(role="command_room", at="station")])
    monkeypatch.setitem(process.sources, "workstation", own)
    assert [code for code, _ in sources_for(who["command"], process)] == ["walk_in", "letter", "workstation"]
    assert sources_for(who["call_taker"], process) == []


async def test_what_the_system_knows_is_not_asked(services: Services) -> None:
    directory = await services.directory.read()
    typed = read_form(FormData([
        ("narrative", "两户因砌墙争吵"), ("address", "古山镇金江龙村12号"), ("begun", "2026-11-28T01:58:00+00:00"),
        ("p.0.phone", "13800001234"), ("p.0.side", "a"), ("p.1.side", "b"), ("p.3.name", "罗某"),
    ]))  # fmt: skip
    made, wrong = report_of(typed, "110", "k", directory, NOW)
    assert made
    assert not wrong
    assert made.reported_at == made.occurred_at == NOW - timedelta(minutes=2)
    assert made.source_no.startswith("自编20261128-")
    assert [(each.name, each.phone, each.side) for each in made.parties] == [
        (NAMELESS, "13800001234", "a"), ("罗某", None, "other"),
    ]  # fmt: skip
    again, _ = report_of(typed, "110", "k", directory, NOW + timedelta(minutes=5))
    assert again == made, "the same form, sent twice, is the same report"


async def test_what_is_wrong_is_said_at_the_field_and_its_row(services: Services) -> None:
    directory = await services.directory.read()
    typed = read_form(FormData([("address", ""), ("p.4.name", "李某"), ("p.4.phone", "1" * 60),
                                ("reported_at", "昨天")]))  # fmt: skip
    made, wrong = report_of(typed, "110", "k", directory, NOW)
    assert made is None
    assert {each["field"] for each in wrong} == {"reported_at", "address", "narrative", "p-4-phone"}


async def test_beside_the_typing_stand_triage_place_and_like_matters_within_sight(
    services: Services, session: Session
) -> None:
    first = report(narrative=f"{KNIFE}，两户因宅基地边界争执")
    who, other = await call_taker(services), await somebody(services, "hotline_operator", "hotline")
    number = (await take_in(services, session, who, first, None)).body.dispute_no
    typed = TypedSoFar(source="110", narrative=first.narrative, address=first.place.address,
                       parties=[{"name": "甲乙丙", "phone": "13800001234"}])  # fmt: skip
    async with services.database.resume(session):
        mine = await look_beside(services, session, who, typed)
        theirs = await look_beside(services, session, other, typed)
        assert await look_beside(services, session, who, typed.model_copy(update={"narrative": "吵架"})) is None
        with pytest.raises(NotEntitled):
            await look_beside(services, session, await somebody(services, "auditor", "county"), typed)
    assert mine
    assert theirs
    assert mine.triage.police
    assert mine.area[:2] == ["古山镇", "金江龙村"]
    assert mine.lead
    assert ([each.dispute_no for each in mine.alike], mine.out_of_sight) == ([number], 0)
    assert (theirs.alike, theirs.out_of_sight) == ([], 1)
    assert mine.alike[0].joins
    assert theirs.joins_unseen
    sparing = replace(services, searches=SearchQuota(1))
    async with services.database.resume(session):
        assert (await look_beside(sparing, session, other, typed)) == theirs
        after = await look_beside(sparing, session, other, typed)
    assert after
    assert (after.triage, after.out_of_sight, after.joins_unseen) == (theirs.triage, 0, False)
    assert after.again_in > 0, "asked as often as one may, it tells no more of what is out of sight"


def test_cues_are_marked_where_they_stand() -> None:
    class At:
        def __init__(self, text: str, why: str, start: int | None, end: int | None) -> None:
            self.text, self.why, self.start, self.end = text, why, start, end

    cues = [
        At("持刀", "police_first", 2, 4),
        At("刀", "risk", 3, 4),
        At("邻居", "category", 6, 8),
        At("G", "raise", None, None),
    ]
    assert marked("男子持刀威胁邻居", cues, {"持刀": "人身危险"}) == [
        ("男子", "", ""), ("持刀", "danger", "人身危险"), ("威胁", "", ""), ("邻居", "word", ""),
    ]  # fmt: skip


async def test_one_s_own_area_is_known_by_the_post(services: Services) -> None:
    directory = await services.directory.read()
    worker = await somebody(services, "grid_leader", "village-baiyang-1")
    assert [area.code for area in own_areas(worker, directory)] == ["village-baiyang-1"]
    assert own_areas(await call_taker(services), directory) == []


async def test_the_reporter_is_told_what_became_of_his_reports(services: Services, session: Session) -> None:
    who, first = await call_taker(services), report()
    other = await somebody(services, "hotline_operator", "hotline")
    one = (await take_in(services, session, who, first, None)).body
    again = first.model_copy(update={"source_no": f"{first.source_no}-2"})
    two = (await take_in(services, session, other, again, None)).body
    async with services.database.resume(session):
        became = await became_of(services, session, who, one.incident_id)
        joined = await became_of(services, session, other, two.incident_id)
        listed = await reported_by(services, session, who)
        with pytest.raises(NotFound):
            await became_of(services, session, other, one.incident_id)
    assert {post.role for post in became.asked} >= {"on_scene_officer"}
    assert (became.sees, became.joined) == (True, False)
    assert (joined.dispute_no, joined.joined, joined.sees, joined.asked) == (one.dispute_no, True, False, [])
    assert [each.incident.incident_id for each in listed] == [one.incident_id]

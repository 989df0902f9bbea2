"""What Wuwei, the fused police and Huangshi report of their matters: figures of the process itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.records import Promotion, Session
from domain.indicators.counting import tally
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import Tally, TallyKind
from domain.indicators.formulas import compare, figure, rate, seen
from domain.indicators.mechanism.counts import handed_over
from tests.domain.case_builder import Life
from tests.domain.indicators.counted import YEAR, shown, told
from tests.domain.support import HOUSING, MONDAY

K = TallyKind


def clues(quiet: int, violent: int, repeated: int) -> list[Tally]:
    """So many matters, resolved on the scene: as real cases count, one by one."""
    one = Life().on_scene().settled_on_scene().accepted()
    ordinary = tally(one.state)
    one.state.risk_kinds = ["threat_extreme"]
    grave = tally(one.state)
    again = tally(Life().on_scene().settled_on_scene().alarmed().accepted().state)
    return [*ordinary * quiet, *grave * violent, *again * repeated]


@pytest.mark.req("R-043", "R-042")
def test_the_share_of_grave_clues_and_that_every_clue_is_judged() -> None:
    """“全量研判矛盾纠纷线索29386条,推动化解暴力类、重复类等高风险矛盾纠纷1412起”: 4.8 %."""
    found = clues(27, 2, 1)
    share = told("high_risk_share", found)
    assert (share.numerator, share.denominator, share.shown) == (3, 30, "10.0%")
    assert share.marks == {"暴力类": 2, "重复类": 1}
    assert told("high_risk_resolved", found).numerator == 3
    assert shown("analysed_rate", found) == "100.0%"
    assert shown("analysed_rate", [*found, *tally(Life().state) * 10]) == "75.0%"
    counts = [seen(t, ends=YEAR.ends, by=YEAR.ends) for t in clues(1, 1, 0) if t.kind is K.ACCEPTED]
    many = [counts[0].model_copy(update={"n": 29386 - 1412}), counts[1].model_copy(update={"n": 1412})]
    assert figure(DEFINITIONS["high_risk_share"], many).shown == "4.8%"


@pytest.mark.req("W-024")
def test_how_soon_after_the_call_somebody_was_met() -> None:
    """“实现‘群众放下电话见警察’”: from the first alarm to the officer's own word of it."""
    soon = Life().on_scene().later(minutes=20).settled_on_scene()
    late = Life().on_scene().later(hours=2).to_push_2()
    never = Life().on_scene()
    contact = told("contact_rate", [*tally(soon.state), *tally(late.state), *tally(never.state)])
    assert (contact.numerator, contact.denominator) == (1, 3)
    assert contact.marks == {"10分钟内": 0, "30分钟内": 1, "60分钟内": 1, "已见面": 2}
    from_grid = Life().on_scene()
    from_grid.state.incidents[0].source = "grid"
    assert told("contact_rate", tally(from_grid.state)).denominator == 0


@pytest.mark.req("W-053", "H-062")
def test_repeats_that_were_settled_and_what_was_handled_before_anybody_called() -> None:
    """“成功处置家庭纠纷等重复报警300余起”; “控制重复报警量秘诀是‘未报先处’”."""
    repeated = Life().on_scene().settled_on_scene().alarmed().accepted()
    once = Life().on_scene().settled_on_scene().accepted()
    assert [told("repeats_settled", tally(life.state)).numerator for life in (repeated, once)] == [1, 0]
    assert {t.category for t in tally(repeated.state)} == {"parking"}
    found = Life().on_scene()
    found.state.source = found.state.incidents[0].source = "grid"
    assert told("handled_before_reported", tally(found.state)).numerator == 0
    found.settled_on_scene().accepted()
    assert told("handled_before_reported", tally(found.state)).numerator == 1
    assert told("handled_before_reported", tally(once.state)).numerator == 0
    found.alarmed(after=1)  # it came to 110 after all
    assert told("handled_before_reported", tally(found.state)).numerator == 0


@pytest.mark.req("R-101", "R-081")
def test_what_was_resolved_where_it_arose() -> None:
    """“将各种疑难矛盾纠纷化解在当地”: at the station or township, and never by a department of the county."""
    here = Life().on_scene().settled_on_scene().accepted()
    above = Life("qionglai").before_the_committee().dispatched(HOUSING).disposed().accepted()
    local = told("resolved_locally_rate", [*tally(here.state), *tally(above.state)])
    assert (local.numerator, local.denominator) == (1, 2)
    here.state.promotions.append(Promotion(at=here.at, round=1, stage=here.state.stage, grounds=["重大"], reason="重大",
                                           to=[], by="chief", by_name="所长"))  # fmt: skip
    assert shown("resolved_locally_rate", tally(here.state)) == "0.0%"
    assert told("promoted", tally(here.state)).numerator == 1


@pytest.mark.req("R-103")
def test_mediation_that_goes_from_one_kind_by_law_to_another_is_counted() -> None:
    """“推动人民调解、行政调解、司法调解对接联动”: the tier says which kind it is."""
    life = Life()
    ladder = life.state.process.ladder
    assert ladder
    kinds = ("police", "people", "people", "administrative", "judicial")
    tiers = [ladder.tiers[0].model_copy(update={"code": f"t{n}", "mediation": kind}) for n, kind in enumerate(kinds)]
    process = life.state.process.model_copy(update={"ladder": ladder.model_copy(update={"tiers": tiers})})
    life.state.process = process
    for n, result in enumerate(("not_agreed", "not_agreed", "not_agreed", "refused", "agreed")):
        life.state.sessions.append(
            Session(round=1, tier=f"t{n}", number=1, at=MONDAY + timedelta(days=n), result=result)
        )
    assert handed_over(life.state) == [("people", "judicial", MONDAY + timedelta(days=4))]
    handed = told("mediation_handovers", tally(life.state))
    assert (handed.numerator, handed.marks) == (1, {"转人民调解": 0, "转行政调解": 0, "转司法": 1})
    life.state.sessions[3].result = "not_agreed"
    assert [(a, b) for a, b, _ in handed_over(life.state)] == [
        ("people", "administrative"),
        ("administrative", "judicial"),
    ]


@pytest.mark.req("W-083", "H-061")
def test_1191_resolved_on_either_base_and_repeats_month_on_month() -> None:
    """“联动化解各类矛盾纠纷1191起,化解率93.6%”: as 1,191 of 1,272 or 1,273; “同一事项重复报警环比下降47.6%”."""
    done = seen(Life().on_scene().settled_on_scene().accepted().counted(K.FINISHED)[0], ends=YEAR.ends, by=YEAR.ends)
    not_done = done.model_copy(update={"result": "unresolved"})
    for base in (1272, 1273):
        counts = [done.model_copy(update={"n": 1191}), not_done.model_copy(update={"n": base - 1191})]
        assert figure(DEFINITIONS["resolution_rate"], counts).shown == "93.6%"
    taken = next(t for t in tally(Life().on_scene().settled_on_scene().accepted().state) if t.kind is K.ACCEPTED)
    accepted = seen(taken, ends=YEAR.ends, by=YEAR.ends)
    waiting = accepted.model_copy(update={"done": False, "n": 1272 - 1191})
    counts = [accepted.model_copy(update={"n": 1191}), waiting]
    assert figure(DEFINITIONS["resolution_rate_accepted"], counts).shown == "93.6%"
    again = next(t for t in tally(Life().alarmed(after=2).state) if t.kind is K.REPORTED and t.lag is not None)
    repeats = DEFINITIONS["repeats"]
    months = [figure(repeats, [seen(again, ends=YEAR.ends, by=YEAR.ends).model_copy(update={"n": n})], 30)
              for n in (524, 1000)]  # fmt: skip
    assert compare(repeats, *months).shown == "-47.6%"
    assert rate(524, 1000) is not None


def test_a_matter_knows_whence_it_came_and_in_whose_beat_it_lies() -> None:
    found = tally(Life().state)
    assert {t.source for t in found} == {"110"}
    assert {t.beat for t in found} == {Life().state.beat.code}

"""Diversions are counted both ways, and what flows back by the day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.diverting import diverts, note_diversion, undo, verdict_of
from domain.indicators.counting import tally
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import Tally, TallyKind
from domain.indicators.formulas import Count, figure, seen
from domain.transitions.facts import add_incident
from tests.domain.mediated_dispute import Told
from tests.domain.support import Desk, alarm


def counted(*, choice: bool | None = None, back_after: int | None = None, undone: str = "") -> Tally:
    """What is counted of a hotline matter that triage judged."""
    desk = Desk(source="12345")
    verdict = verdict_of(desk.state)
    note_diversion(desk.case, verdict, diverted=diverts(desk.state, verdict, choice))
    if back_after:
        desk.at += timedelta(days=back_after)
        add_incident(desk.case, alarm(2, desk.at))
    if undone:
        undo(desk.case, undone)
    (found,) = [t for t in tally(desk.state) if t.kind is TallyKind.DIVERSION]
    return found


@pytest.mark.req("H-033", "H-020")
def test_both_deviations_are_counted() -> None:
    cases = [counted(), counted(choice=False), counted(undone="recall")]
    assert [case.result for case in cases] == ["diverted", "missed", "needless"]
    until = cases[0].at + timedelta(days=1)
    counts = [seen(case, ends=until, by=until) for case in cases]
    values = {code: figure(DEFINITIONS[code], counts, 30).value for code in DEFINITIONS if "diver" in code}
    assert values == {"diverted": 2, "missed_diversions": 1, "needless_diversions": 1}


@pytest.mark.req("H-020")
def test_of_3675_diverted_matters_97_6_per_cent_are_closed() -> None:
    """“通过工作平台分流非警务矛盾纠纷3675件,事项办结率达97.6%”."""
    counts = [Count(kind=TallyKind.LOOPED, done=done, n=n) for done, n in ((True, 3587), (False, 3675 - 3587))]
    assert figure(DEFINITIONS["pushed"], counts).value == 3675
    assert figure(DEFINITIONS["closed_loop_rate"], counts).shown == "97.6%"


@pytest.mark.req("H-052", "Q-089")
def test_what_comes_back_by_the_day() -> None:
    cases = [counted(back_after=5), counted(back_after=20), counted()]
    assert [case.lag for case in cases] == [5, 20, None]
    until = cases[0].at + timedelta(days=40)
    counts = [seen(case, ends=until, by=until) for case in cases]
    rate = DEFINITIONS["flow_back_rate"]
    assert [figure(rate, counts, days).shown for days in (7, 30)] == ["33.3%", "66.7%"]


@pytest.mark.req("H-052")
def test_what_comes_back_in_the_diversion_s_own_second_is_counted_and_what_began_the_case_is_not() -> None:
    """“回流案”: reports tell their time to the second."""
    desk = Desk()
    told = desk.at = desk.at.replace(microsecond=0)
    desk.at += timedelta(milliseconds=600)
    note_diversion(desk.case, verdict_of(desk.state), diverted=True)

    def lags() -> list[int | None]:
        return [t.lag for t in tally(desk.state) if t.kind is TallyKind.DIVERSION]

    assert lags() == [None]
    add_incident(desk.case, alarm(2, told))
    assert lags() == [0]
    desk.at += timedelta(milliseconds=100)
    note_diversion(desk.case, verdict_of(desk.state), diverted=True)
    assert lags() == [None, 0], "of two verdicts in a second it is the later's"


@pytest.mark.req("H-050", "H-048")
def test_the_funnel_is_the_report_s() -> None:
    """“各类警情7421起，其中非警务矛盾纠纷2989起……派驻人民调解员……调解97起，分流……389起，占非警务矛盾纠纷的16.3%”"""
    counts = [
        Count(kind=TallyKind.NON_POLICE, result="stationed", value=0, n=97),
        Count(kind=TallyKind.NON_POLICE, result="diverted", value=0, n=300),
        Count(kind=TallyKind.NON_POLICE, result="diverted", value=1, n=89),
        Count(kind=TallyKind.NON_POLICE, result="kept", value=0, n=2989 - 97 - 389),
        Count(kind=TallyKind.NON_POLICE, result="other", n=7421 - 2989),
    ]
    read = {code: figure(DEFINITIONS[code], counts) for code in (
        "alarms", "non_police_share", "non_police", "station_mediated", "non_police_handed_rate",
        "new_to_township_rate")}  # fmt: skip
    assert (read["alarms"].value, read["non_police_share"].shown) == (7421, "40.3%")
    assert (read["non_police"].value, read["station_mediated"].value) == (2989, 97)
    assert (read["non_police_handed_rate"].numerator, read["non_police_handed_rate"].shown) == (97 + 389, "16.3%")
    assert read["new_to_township_rate"].shown == "77.1%"


@pytest.mark.req("H-050", "H-051")
def test_each_alarm_stands_in_the_funnel_where_it_went() -> None:
    def went(*answers: tuple[str, str], **more: object) -> list[tuple[str, int | None]]:
        told = Told("huangshi", **more)  # type: ignore[arg-type]
        for kind, decision in answers:
            told.answer(kind, decision)
        return [(t.result, t.value) for t in tally(told.state) if t.kind is TallyKind.NON_POLICE]

    assert went(("handle_on_scene", "divert")) == [("diverted", 0)]
    assert went(("handle_on_scene", "mediate"), ("mediate", "agreed")) == [("stationed", 0)]
    assert went(("handle_on_scene", "settled")) == [("kept", 0)]
    assert went(("handle_on_scene", "settled"), police=True) == [("other", None)], "the police's own"
    assert went() == [], "nobody has judged it yet"
    assert went(source="grid") == [], "nobody called the police"

"""The board's figures on both databases: the period, that before it, a year before; by month, township and beat."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

from domain.base import CHINA
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import TallyKind
from domain.indicators.formulas import DEFAULT_WINDOWS, compare
from domain.indicators.mechanism.pushes import PUSHED
from domain.indicators.periods import Period
from domain.indicators.ranking import ranks
from domain.policy.stages import Stage
from infra.database.tables.read_model import TallyRow
from infra.read_model.indicators import TOTAL, By, Figures, Scope, Span, figures
from infra.runtime.settings import Settings
from tests.infra.stores import opened

MARCH = Period(first=date(2026, 3, 1), last=date(2026, 3, 31))
ONE, TWO, THREE = (PUSHED[stage] for stage in (Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3))
_numbers = count(1)


def taken_in(at: str, town: str, beat: str, *, came: int = ONE, done: str | None = None) -> TallyRow:
    """A matter as its acceptance is counted; days of China."""
    began = datetime.fromisoformat(at).replace(tzinfo=CHINA)
    return TallyRow(
        dispute_no=f"D2026-{next(_numbers):06}", seq=1, kind=TallyKind.ACCEPTED, at=began, month=at[:7],
        unit="/county/bureau/station", leading=True, round=1, colour="blue", first_colour="blue", category="neighbor",
        result="resolved" if done else "", value=came, township=town, beat=beat,
        done_at=datetime.fromisoformat(done).replace(tzinfo=CHINA) if done else None,
    )  # fmt: skip


ROWS = [
    taken_in("2026-03-01T00:00", "/county/a", "b-1", done="2026-03-02T09:00"),
    taken_in("2026-03-31T23:59", "/county/a", "b-1", came=ONE + TWO),
    taken_in("2026-03-10T09:00", "/county/b", "b-2", came=ONE + TWO + THREE, done="2026-04-09T09:00"),
    taken_in("2026-03-10T09:00", "/county/b", "", came=THREE, done="2026-03-12T09:00"),
    taken_in("2026-02-28T23:59", "/county/b", "b-2", done="2026-03-01T09:00"),
    taken_in("2026-02-01T00:00", "/county/a", "b-1"),
    taken_in("2025-03-15T09:00", "/county/a", "b-1", done="2025-03-16T09:00"),
    taken_in("2026-04-01T00:00", "/county/a", "b-1"),
]


async def filled(settings: Settings) -> None:
    async with opened(settings) as database, database.write() as session:
        session.add_all([TallyRow(**row.model_dump()) for row in ROWS])


async def asked(settings: Settings, spans: list[Span], by: By | None, *codes: str) -> list[Figures]:
    async with opened(settings) as database, database.read() as session:
        return await figures(session, spans, Scope(paths=["/county"], by=by, windows=DEFAULT_WINDOWS), codes)


def spans(read: date) -> list[Span]:
    return [Span(period=p, as_of=read) for p in (MARCH, MARCH.before, MARCH.year_before)]


async def test_a_period_is_compared_with_that_before_it_and_with_the_year_before(anywhere: Settings) -> None:
    await filled(anywhere)
    code = "completion_rate"
    now, before, year = await asked(anywhere, spans(date(2026, 4, 30)), "township", code, "taken_in")
    assert [told[TOTAL]["taken_in"].value for told in (now, before, year)] == [4, 2, 1]
    assert (now[TOTAL][code].shown, before[TOTAL][code].shown, year[TOTAL][code].shown) == ("75.0%", "50.0%", "100.0%")
    assert compare(DEFINITIONS[code], now[TOTAL][code], before[TOTAL][code]).shown == "+25.0个百分点"
    assert compare(DEFINITIONS[code], now[TOTAL][code], year[TOTAL][code]).shown == "-25.0个百分点"
    towns = ("/county/a", "/county/b")
    moved = ranks(DEFINITIONS[code], *({town: told[town][code] for town in towns} for told in (now, before)))
    assert [moved[town].shown for town in towns] == ["第2/2名，持平", "第1/2名，持平"]
    assert set(now[TOTAL]) == {code, "taken_in"}, "no more than was asked for"


async def test_the_funnel_is_of_one_cohort_and_ends_where_it_was_settled(anywhere: Settings) -> None:
    await filled(anywhere)
    codes = [f"{stage}_{what}" for stage in PUSHED for what in ("reached", "settled")]
    [now] = await asked(anywhere, spans(date(2026, 3, 31))[:1], None, *codes)
    assert [now[TOTAL][code].value for code in codes] == [3, 1, 2, 0, 2, 1], "what ended in April is not settled yet"
    [now] = await asked(anywhere, spans(date(2026, 4, 30))[:1], None, *codes)
    assert [now[TOTAL][code].value for code in codes] == [3, 1, 2, 0, 2, 2]


async def test_months_and_beats_are_told_apart_and_what_lies_in_no_beat_is_in_the_whole(anywhere: Settings) -> None:
    await filled(anywhere)
    year = Span(period=Period(first=date(2025, 5, 1), last=date(2026, 4, 30)), as_of=date(2026, 4, 30))
    [months] = await asked(anywhere, [year], "month", "taken_in")
    assert {month: told["taken_in"].value for month, told in months.items() if month != TOTAL} == {
        "2026-02": 2, "2026-03": 4, "2026-04": 1,
    }  # fmt: skip
    [beats] = await asked(anywhere, spans(date(2026, 4, 30))[:1], "beat", "taken_in")
    assert {beat: told["taken_in"].value for beat, told in beats.items()} == {TOTAL: 4, "b-1": 2, "b-2": 1}

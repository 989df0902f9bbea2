"""The formulas, on counts small enough to do by hand; the numbers of the five reports (requirements F.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.base import CHINA
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import Tally, TallyKind
from domain.indicators.formulas import WINDOWS, Count, Figure, compare, figure, rate, seen
from domain.indicators.periods import Period, midnight_after

MARCH = Period(first=date(2026, 3, 1), last=date(2026, 3, 31))
K = TallyKind
INSIDE = datetime(2026, 3, 10, 9, tzinfo=CHINA)


def told(code: str, counts: Iterable[Count], days: int = 0) -> Figure:
    return figure(DEFINITIONS[code], counts, days)


def number(value: float) -> Figure:
    return Figure(value=value, numerator=value, denominator=None, shown=str(value), participated=0, amended=0)


# --- the reports' own numbers


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(159, 159, "100.0"), (97 + 389, 2989, "16.3"), (500, 4000, "12.5"), (1412, 29386, "4.8"), (2989, 7421, "40.3")],
)
def test_the_rates_of_the_reports(numerator: int, denominator: int, expected: str) -> None:
    assert rate(numerator, denominator) == Decimal(expected)


@pytest.mark.req("H-020", "W-083")
def test_what_the_reports_rates_say_of_the_numbers_behind_them() -> None:
    assert [n for n in range(3675 + 1) if rate(n, 3675) == Decimal("97.6")] == [3585, 3586, 3587, 3588]
    assert [n for n in range(1191, 1400) if rate(1191, n) == Decimal("93.6")] == [1272, 1273]


def test_pushed_159_disposed_159_is_a_hundred_per_cent() -> None:
    assert told("disposal_rate", [Count(kind=K.PUSHED, done=True, n=159)]).shown == "100.0%"


# --- rounding, nothing, and who is counted


@pytest.mark.parametrize(("n", "of", "expected"), [(1, 2000, "0.1"), (1, 2001, "0.0"), (1, 800, "0.1"), (3, 800, "0.4"),
                                                   (1999, 2000, "100.0")])  # fmt: skip
def test_half_a_tenth_is_rounded_up(n: int, of: int, expected: str) -> None:
    assert rate(n, of) == Decimal(expected)


@pytest.mark.parametrize("code", [code for code, d in DEFINITIONS.items() if d.rate])
def test_nothing_in_the_base_is_no_rate(code: str) -> None:
    none = told(code, [])
    assert (none.value, none.numerator, none.denominator, none.shown) == (None, 0, 0, "—")


@pytest.mark.parametrize("code", [code for code, d in DEFINITIONS.items() if not d.rate])
def test_a_counter_of_nothing_is_zero(code: str) -> None:
    none = told(code, [])
    assert (none.value, none.denominator, none.shown) == (0, None, "0")


def test_what_took_part_beside_the_lead_is_told_and_not_counted() -> None:
    both = told("disposed", [Count(kind=K.DISPOSED, n=3), Count(kind=K.DISPOSED, leading=False, n=2)])
    assert (both.value, both.participated) == (3, 5)


def test_what_was_struck_does_not_count_and_is_told_where_the_period_had_closed() -> None:
    counts = [Count(kind=K.DISPOSED, n=4), Count(kind=K.DISPOSED, struck="yes", n=2),
              Count(kind=K.DISPOSED, struck="amended", n=1)]  # fmt: skip
    disposed = told("disposed", counts)
    assert (disposed.value, disposed.amended) == (4, 1)


def test_a_withdrawal_of_another_day_is_kept_and_listed() -> None:
    counts = [Count(kind=K.SUBMITTED, n=5), Count(kind=K.SUBMITTED, result="withdrawn"),
              Count(kind=K.SUBMITTED, left=True)]  # fmt: skip
    submitted = told("submitted", counts)
    assert (submitted.value, submitted.marks) == (6, {"撤回": 1})


def test_who_could_not_be_reached_stands_in_a_column_of_his_own() -> None:
    counts = [Count(kind=K.VISITED, result="reached", value=2, n=3), Count(kind=K.VISITED, result="reached", value=1),
              Count(kind=K.VISITED, result="not_reached", n=2)]  # fmt: skip
    visited = told("visited", counts)
    assert (visited.value, visited.marks) == (4, {"未联系上": 2, "访双方": 3})


def test_satisfied_is_four_and_five_and_the_alternative_gives_three_its_weight() -> None:
    counts = [Count(kind=K.RATED, value=v) for v in (5, 4, 4, 3, 2, 1)]
    assert told("satisfaction_rate", counts).shown == "50.0%"
    index = told("satisfaction_index", counts)
    assert (index.numerator, index.denominator, index.shown) == (3.6, 6, "60.0%")
    assert told("response_rate", [Count(kind=K.ASKED, done=True), Count(kind=K.ASKED)]).shown == "50.0%"


def test_an_unasked_party_is_never_satisfied() -> None:
    assert told("satisfaction_rate", [Count(kind=K.ASKED, done=False, n=9)]).value is None


@pytest.mark.parametrize(("window", "expected"), [(30, "25.0%"), (90, "50.0%"), (180, "75.0%")])
def test_recurrence_is_read_within_its_window(window: int, expected: str) -> None:
    counts = [Count(kind=K.CONCLUDED, result="first", lag=lag, done=lag is not None) for lag in (30, 90, 91, None)]
    assert told("recurrence_rate", [*counts, Count(kind=K.CONCLUDED, result="reclosed")], window).shown == expected


@pytest.mark.parametrize(("window", "expected"), [(7, 1), (30, 2), (90, 3)])
def test_a_repeat_lies_within_the_look_back(window: int, expected: int) -> None:
    counts = [Count(kind=K.REPORTED, lag=lag) for lag in (None, 7, 30, 31, 91)]
    assert told("repeats", counts, window).value == expected
    assert told("repeat_rate", counts, window).denominator == 5


def test_resolution_has_two_bases() -> None:
    finished = [Count(kind=K.FINISHED, result="resolved", n=3), Count(kind=K.FINISHED, result="unresolved")]
    assert told("resolution_rate", finished).shown == "75.0%"
    accepted = [Count(kind=K.ACCEPTED, result="resolved", done=True, n=3), Count(kind=K.ACCEPTED, n=2),
                Count(kind=K.ACCEPTED, result="unresolved", done=True), Count(kind=K.ACCEPTED, left=True)]  # fmt: skip
    assert told("resolution_rate_accepted", accepted).shown == "50.0%"
    assert told("completion_rate", accepted).shown == "66.7%"


def test_extended_and_in_time_counts_in_both() -> None:
    counts = [Count(kind=K.TIMED, result="on_time", value=1), Count(kind=K.TIMED, result="late", value=0)]
    assert told("on_time_rate", counts).shown == told("extension_rate", counts).shown == "50.0%"


# --- as of a day


def test_an_event_is_seen_as_it_stood_at_the_end_of_a_day() -> None:
    event = Tally(kind=K.DISPOSED, at=INSIDE, unit="/c", done_at=INSIDE + timedelta(days=1), struck_at=MARCH.ends)
    early = seen(event, ends=MARCH.ends, by=midnight_after(date(2026, 3, 10)))
    assert (early.done, early.struck) == (False, "no")
    later = seen(event, ends=MARCH.ends, by=midnight_after(date(2026, 4, 1)))
    assert (later.done, later.struck) == (True, "amended")


def test_a_period_closes_at_midnight_of_its_last_day_in_china() -> None:
    assert MARCH.begins == datetime(2026, 3, 1, tzinfo=CHINA)
    assert MARCH.ends == datetime(2026, 4, 1, tzinfo=CHINA)
    last = Tally(kind=K.DISPOSED, at=datetime.fromisoformat("2026-03-31T15:59:59+00:00"), unit="/c")
    assert MARCH.begins <= last.at < MARCH.ends
    assert last.month == "2026-03"
    assert Tally(kind=K.DISPOSED, at=datetime.fromisoformat("2026-03-31T16:00:00+00:00"), unit="/c").month == "2026-04"


def test_recurrence_reads_only_what_is_old_enough() -> None:
    recurrence, disposed = DEFINITIONS["recurrence_rate"], DEFINITIONS["disposed"]
    begins, before = recurrence.range(MARCH, date(2026, 6, 15), 90)
    assert (begins, before) == (MARCH.begins, midnight_after(date(2026, 6, 15)) - timedelta(days=90))
    assert recurrence.range(MARCH, date(2026, 3, 31), 90) == (MARCH.begins, MARCH.begins)
    assert disposed.range(MARCH, date(2026, 3, 10), 0) == (MARCH.begins, midnight_after(date(2026, 3, 10)))


# --- 同比 and 环比


@pytest.mark.parametrize(
    ("first", "last", "before", "year"),
    [
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28"), ("2025-03-01", "2025-03-31")),
        ("2026-03-01", "2026-03-15", ("2026-02-01", "2026-02-15"), ("2025-03-01", "2025-03-15")),
        ("2026-02-01", "2026-02-28", ("2026-01-01", "2026-01-31"), ("2025-02-01", "2025-02-28")),
        ("2024-02-01", "2024-02-29", ("2024-01-01", "2024-01-31"), ("2023-02-01", "2023-02-28")),
        ("2024-01-01", "2024-02-29", ("2023-11-01", "2023-12-31"), ("2023-01-01", "2023-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31"), ("2025-01-01", "2025-03-31")),
        ("2026-03-30", "2026-04-05", ("2026-03-23", "2026-03-29"), ("2025-03-30", "2025-04-05")),
    ],
)
def test_a_period_is_compared_with_its_like(
    first: str, last: str, before: tuple[str, str], year: tuple[str, str]
) -> None:
    period = Period(first=date.fromisoformat(first), last=date.fromisoformat(last))
    assert (str(period.before.first), str(period.before.last)) == before
    assert (str(period.year_before.first), str(period.year_before.last)) == year


def test_rates_change_by_percentage_points() -> None:
    rates = DEFINITIONS["on_time_rate"]
    assert compare(rates, number(93.6), number(91.1)).shown == "+2.5个百分点"
    assert compare(rates, number(91.1), number(93.6)).change == -2.5
    nothing = figure(rates, [])
    assert (compare(rates, number(91.1), nothing).shown, compare(rates, nothing, number(1)).change) == ("—", None)


@pytest.mark.parametrize(
    ("now", "before", "shown", "change", "difference"),
    [(110, 100, "+10.0%", 10.0, 10), (524, 1000, "-47.6%", -47.6, -476), (5, 0, "—（+5次）", None, 5),
     (12, 9, "+3次", None, 3), (12, 10, "+20.0%", 20.0, 2), (0, 0, "—", None, 0)],
)  # fmt: skip
def test_counters_change_by_per_cent_unless_the_base_is_small(
    now: int, before: int, shown: str, change: float | None, difference: int
) -> None:
    compared = compare(DEFINITIONS["repeats"], number(now), number(before))
    assert (compared.shown, compared.change, compared.difference) == (shown, change, difference)


# --- the definitions themselves


@pytest.mark.parametrize("code", DEFINITIONS)
def test_a_definition_says_in_chinese_what_it_counts_and_where_it_comes_from(code: str) -> None:
    definition = DEFINITIONS[code]
    for words in (definition.name, definition.formula, *definition.edges):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in words)
    assert definition.edges
    assert definition.source.startswith("F.")
    assert definition.window in (None, *WINDOWS)
    assert (definition.unit == "%") == definition.rate


counts = st.builds(
    Count, kind=st.sampled_from(K), leading=st.booleans(), result=st.sampled_from(["", "first", "reached", "resolved"]),
    value=st.sampled_from([1, 3, 5]), lag=st.sampled_from([None, 7, 90]), done=st.booleans(), left=st.booleans(),
    struck=st.sampled_from(["no", "yes", "amended"]), n=st.integers(1, 9),
)  # fmt: skip


@given(st.lists(st.lists(counts, max_size=8), max_size=6), st.sampled_from(sorted(DEFINITIONS)))
def test_what_is_told_apart_adds_up_to_the_whole(groups: list[list[Count]], code: str) -> None:
    """Over organisations, months, categories and colours: counters and both lists of every rate."""
    each = [told(code, group, 30) for group in groups]
    whole = told(code, [count for group in groups for count in group], 30)
    assert sum(Decimal(str(f.numerator)) for f in each) == Decimal(str(whole.numerator))
    assert sum(f.denominator or 0 for f in each) == (whole.denominator or 0)
    assert sum(f.amended for f in each) == whole.amended
    assert sum(f.participated for f in each) == whole.participated
    for name, n in whole.marks.items():
        assert sum(f.marks[name] for f in each) == n


@given(st.lists(counts, max_size=12), st.sampled_from(sorted(DEFINITIONS)))
def test_equal_events_may_be_handed_in_as_one_with_their_number(many: list[Count], code: str) -> None:
    apart = [count.model_copy(update={"n": 1}) for count in many for _ in range(count.n)]
    assert told(code, many, 30) == told(code, apart, 30)


@given(st.lists(counts, max_size=12), st.sampled_from([c for c, d in DEFINITIONS.items() if d.rate]))
def test_a_rate_lies_between_nothing_and_everything(many: list[Count], code: str) -> None:
    value = told(code, many, 30).value
    assert value is None or 0 <= value <= 100

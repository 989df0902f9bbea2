"""The figures of the read model are those of the histories, whoever asks and however they are told apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import china
from domain.case.state import DisputeState
from domain.indicators.attribution import ATTRIBUTIONS, Attribution, units_of
from domain.indicators.counting import tally
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.events import Tally
from domain.indicators.formulas import DEFAULT_WINDOWS, Figure, denominator_has, figure, numerator_has, seen
from domain.indicators.periods import Period, midnight_after
from domain.people.organisation import within
from infra.database.tables.read_model import TallyRow
from infra.read_model.indicators import TOTAL, By, Figures, Scope, Span, cases_behind, figures
from tests.workflows.engine import Engine, Handle
from tests.workflows.test_replay import DISPOSED, TO_THE_CENTRE, TO_THE_DEPARTMENTS

KEYS: dict[str, Callable[[Tally], str]] = {
    "responsible": lambda t: t.handler or t.unit, "township": lambda t: t.township,
    "month": lambda t: t.month, "category": lambda t: t.category,
    "colour": lambda t: t.colour, "source": lambda t: t.source, "beat": lambda t: t.beat,
}  # fmt: skip
COUNTY = "/county"
ASKED: list[tuple[By | None, Attribution]] = [
    *(
        (by, "any")
        for by in (None, "organisation", "responsible", "township", "month", "category", "colour", "source", "beat")
    ),
    *(("organisation", attribution) for attribution in ATTRIBUTIONS if attribution != "any"),
    (None, "dispatched"),
]


async def lives(working: Engine) -> list[Handle]:
    """A handful of disputes at different points: settled, returned and redone, relapsed, overdue, withdrawn, new."""
    settled, redone, late, withdrawn, new = [await working.open() for _ in range(5)]
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "settled"), ("evaluate", "accept"),
                           ("visit", "stable"), ("visit", "relapsed")):  # fmt: skip
        await working.decide(settled, kind, decision)
    for kind, decision in (*TO_THE_DEPARTMENTS, *DISPOSED, ("evaluate", "return"), *DISPOSED):  # type: ignore[misc]
        await working.decide(redone, kind, decision)
    for kind, decision in TO_THE_CENTRE:
        await working.decide(late, kind, decision)
    await working.advance(late, days=40)
    await working.decide(withdrawn, "confirm_triage", "confirm")
    await working.act(withdrawn, "withdraw", "station_chief")
    cases = [settled, redone, late, withdrawn, new]
    for each in cases:
        if each is withdrawn:
            await each.result()
        else:
            await working.published(each)
    return cases


def by_hand(tallies: list[Tally], span: Span, scope: Scope) -> Figures:
    """The figures straight from the tallies: no database, the domain's formulas."""

    mine = [t for t in tallies if any(within(unit, path) for unit in units_of(t, scope.attribution)
                                      for path in scope.paths)]  # fmt: skip
    told: dict[str, dict[str, Figure]] = {}
    for group in sorted({TOTAL, *(group for t in mine for group in groups_of(t, scope))}):
        told[group] = {}
        for code, definition in DEFINITIONS.items():
            days = scope.days(definition)
            begins, before = definition.range(span.period, span.as_of, days)
            counts = [
                seen(t, ends=span.period.ends, by=midnight_after(span.as_of))
                for t in mine
                if group in (TOTAL, *groups_of(t, scope)) and begins <= t.at < before
            ]
            told[group][code] = figure(definition, counts, days)
    return told


def groups_of(tally_: Tally, scope: Scope) -> list[str]:
    """The groups that an event stands in: several, where it is asked of everybody who had a part."""
    if scope.by != "organisation":
        found = [KEYS[scope.by](tally_)] if scope.by else []
    else:
        units = units_of(tally_, scope.attribution)
        found = [unit for unit in units if any(within(unit, path) for path in scope.paths)]
    return [group for group in found if group]


def something(told: Figures) -> Figures:
    """Without the groups in which nothing was counted: a group is told only where it has events in the period."""
    return {
        group: values
        for group, values in told.items()
        if any(f.numerator or f.denominator or f.participated or f.amended or any(f.marks.values())
               for f in values.values())
    }  # fmt: skip


@pytest.mark.timeout(400)
async def test_the_figures_are_those_of_the_replayed_histories(working: Engine) -> None:
    cases = await lives(working)
    states: list[DisputeState] = [await working.state(handle) for handle in cases]
    tallies = [each for state in states for each in tally(state)]
    today = china(states[0].opened_at).date()
    ours = [handle.id for handle in cases]
    async with working.database.write() as session:  # other tests' disputes
        await session.execute(delete(TallyRow).where(col(TallyRow.dispute_no).not_in(ours)))
    whole = Period(first=today - timedelta(days=1), last=today + timedelta(days=60))
    spans = [
        Span(period=whole, as_of=today + timedelta(days=60)),
        Span(period=Period(first=today, last=today), as_of=today),
        Span(period=Period(first=today, last=today), as_of=today + timedelta(days=400)),
        Span(period=whole.before, as_of=today),
    ]
    station = states[0].places["station"]
    async with working.database.read() as session:
        for paths in ([COUNTY], [station], ["/nowhere"]):
            for by, attribution in ASKED if paths == [COUNTY] else ASKED[:2]:
                scope = Scope(paths=paths, by=by, attribution=attribution, windows=DEFAULT_WINDOWS)
                told = await figures(session, spans, scope)
                for span, found in zip(spans, told, strict=True):
                    assert something(found) == something(by_hand(tallies, span, scope)), (paths, by, attribution, span)
                    if not any(group != TOTAL and by in ("organisation", "township") for group in found):
                        check_sum(found)
                if paths == [COUNTY]:
                    await check_cases(session, tallies, states, spans[0], scope, told[0])
    totals = by_hand(tallies, spans[0], Scope(paths=[COUNTY], windows=DEFAULT_WINDOWS))[TOTAL]
    assert {code: totals[code].value for code in ("submitted", "disposed", "returned", "refused", "visited")} == {
        "submitted": 2, "disposed": 2, "returned": 1, "refused": 1, "visited": 1,
    }  # fmt: skip
    assert (totals["completion_rate"].shown, totals["on_time_rate"].shown) == ("40.0%", "66.7%")


def check_sum(told: Figures) -> None:
    """What is told apart adds up to the whole."""
    apart = [values for group, values in told.items() if group != TOTAL] or [told[TOTAL]]
    for code, total in told[TOTAL].items():
        each = [values[code] for values in apart]
        assert round(sum(f.numerator for f in each), 6) == round(total.numerator, 6)
        assert sum(f.denominator or 0 for f in each) == (total.denominator or 0)


async def check_cases(
    session: AsyncSession, tallies: list[Tally], states: list[DisputeState], span: Span, scope: Scope, told: Figures
) -> None:
    """Each number of the total and of one group opens into just the disputes whose events it counts."""
    group = next((group for group in told if group != TOTAL), None)
    counted = {state.dispute_no: tally(state) for state in states}
    for definition in DEFINITIONS.values():
        days = scope.days(definition)
        begins, before = definition.range(span.period, span.as_of, days)
        for part, has in (("numerator", numerator_has), ("denominator", denominator_has)):
            expected = sorted(
                number
                for number, events in counted.items()
                if any(
                    has(definition, seen(t, ends=span.period.ends, by=midnight_after(span.as_of)), days)
                    for t in events
                    if t.leading
                    and begins <= t.at < before
                    and (group is None or group in groups_of(t, scope))
                    and any(within(unit, path) for unit in units_of(t, scope.attribution) for path in scope.paths)
                )
            )
            found = await cases_behind(session, definition, span, scope, part, group)
            assert list(found) == expected, (definition.code, part, scope)


@pytest.mark.parametrize("rank", ["blue", "red"])
async def test_the_tally_s_rows_are_those_of_the_state(rank: str, working: Engine) -> None:
    handle = await working.open(colour=rank)
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "settled"), ("evaluate", "accept")):
        await working.decide(handle, kind, decision)
    await working.published(handle)
    state = await working.state(handle)
    rows = sorted((await working.rows(handle.id))["TallyRow"], key=lambda row: int(row["seq"]))
    expected = tally(state)
    assert [row["kind"] for row in rows] == [str(each.kind) for each in expected]
    for row, each in zip(rows, expected, strict=True):
        assert {name: row[name] for name in Tally.model_fields} == dict(each)
        assert row["month"] == f"{china(each.at):%Y-%m}"

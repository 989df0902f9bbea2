"""The indicators: the figures of a question, the disputes behind a figure, the workbook of both."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from api.core.context import Services
from api.disputes.presenters import present_dispute
from api.indicators.presenters import present_definition
from api.indicators.question import BY_PATH, Part, Question
from api.indicators.schemas import (
    CasesBehind,
    Compared,
    CountedDispute,
    FigureRow,
    Indicators,
    PeriodShape,
)
from api.indicators.workbook import workbook
from domain.base import china
from domain.errors import FieldsInvalid
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import Comparison, Figure, compare
from domain.indicators.ranking import Rank, ranks
from domain.people.organisation import Actor
from domain.policy.intake.sources import SOURCE_NAMES
from domain.triage.places import Directory
from infra.database.engine import Session
from infra.database.pagination import page_of
from infra.read_model.indicators import ALL, TOTAL, Asked, By, Figures, cases_behind, disputes_among


@dataclass(frozen=True)
class Export:
    """A workbook as a file."""

    name: str
    content: bytes


async def indicators(
    services: Services, session: Session, question: Question, grouped: tuple[str, ...] = ALL
) -> Indicators:
    """Definitions, the total and one row a group; each value compared with the period before and the year before.

    `grouped`: of groups only the indicators of these codes; of the total it is all of them always.
    """
    asked = Asked(spans=question.spans, scope=question.scope, grouped=grouped)
    ([found], counted_at) = await services.figures.of(session, asked)
    directory = await services.directory.read(session)
    total = figure_row(services, directory, question, TOTAL, found)
    named = [group for group in found[0] if group != TOTAL]
    groups = [figure_row(services, directory, question, group, found) for group in named]
    if question.by in BY_PATH:
        places = ranked(directory, named, found)
        groups = [row.model_copy(update={"ranks": places[group]}) for group, row in zip(named, groups, strict=True)]
    period = question.period
    return Indicators(
        period=PeriodShape(from_=period.first, to=period.last, closes=period.ends),
        as_of=question.as_of,
        counted_at=china(counted_at),
        windows={f"{name}_days": days for name, days in question.scope.windows.items()},
        organisation=question.organisation,
        attribution=question.scope.attribution,
        matter=question.scope.matter,
        live_since=question.live_since,
        by=question.by,
        definitions=[present_definition(definition) for definition in DEFINITIONS.values()],
        total=total,
        rows=groups if question.by else [total],
    )


async def cases(
    services: Services, session: Session, actor: Actor, question: Question, indicator: str, part: Part,
    group: str | None, limit: int, cursor: str | None,
) -> CasesBehind:  # fmt: skip
    """The disputes behind a figure that the person may see, in order of their number; `count` is that of all.

    Raises:
        FieldsInvalid: no such indicator or group.
    """
    definition = DEFINITIONS.get(indicator)
    if definition is None:
        raise FieldsInvalid(errors=[{"field": "indicator", "message": f"没有代码为“{indicator}”的指标"}])
    key = await _group_key(services, session, question.by, group)
    behind = await cases_behind(session, definition, question.span, question.scope, part, key)
    page, more = page_of(behind, str, limit=limit, cursor=cursor)
    rows = await disputes_among(session, actor, page)
    items = [
        CountedDispute(
            **dict(present_dispute(row)),
            counted_colour=behind[row.dispute_no].colour,
            first_colour=behind[row.dispute_no].first_colour,
        )
        for row in rows
    ]
    return CasesBehind(count=len(behind), items=items, next_cursor=more)


async def export(services: Services, session: Session, actor: Actor, question: Question) -> Export:
    """The figures as a workbook; that it was taken out is noted.

    Raises:
        QuotaReached: he has taken out as much as one may in an hour; noted.
    """
    await session.close()
    await services.exports.count(actor.person_id, "export:indicators")
    async with services.database.resume(session):
        found = await indicators(services, session, question)
    await session.close()
    content = await asyncio.to_thread(workbook, found, actor.name)
    services.access.note(actor.person_id, None, "export:indicators")
    return Export(f"指标_{found.period.from_}_{found.period.to}.xlsx", content)


async def group_name(services: Services, session: Session, by: By | None, group: str) -> str:
    """What a group is called, by the code that `cases` is asked with.

    Raises:
        FieldsInvalid: no such organisation.
    """
    key = await _group_key(services, session, by, group) or ""
    return _name_of(services, await services.directory.read(session), by, key)


def figure_row(
    services: Services, directory: Directory, question: Question, group: str, found: list[Figures]
) -> FigureRow:
    """A group's figures, compared: `found` are those of the period, of that before and of a year before."""
    now, before, year = (figures_of.get(group, {}) for figures_of in found)
    row = FigureRow(
        name="合计",
        values=now,
        compared={
            code: Compared(previous=_compared(code, now, before), year=_compared(code, now, year)) for code in now
        },
    )
    if group == TOTAL or question.by is None:
        return row
    name, code = _name_of(services, directory, question.by, group), _code(question.by, group)
    return row.model_copy(update={"name": name, question.by: code})


def ranked(directory: Directory, groups: list[str], found: list[Figures]) -> dict[str, dict[str, Rank]]:
    """Each organisation's place among those of its kind, by its path and the indicator's code."""
    peers: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        listed = directory.at(group)
        peers[listed.kind if listed else ""].append(group)
    placed: dict[str, dict[str, Rank]] = {group: {} for group in groups}
    for among in peers.values():
        for code in found[0][TOTAL]:
            definition = DEFINITIONS[code]
            now, before = ({g: told[g][code] for g in among if code in told.get(g, ())} for told in found[:2])
            for group, rank in ranks(definition, now, before).items():
                placed[group][code] = rank
    return placed


def _compared(code: str, now: dict[str, Figure], then: dict[str, Figure]) -> Comparison:
    """Against an earlier figure; a group that was not there had nothing."""
    nothing = Figure(value=None if DEFINITIONS[code].rate else 0.0, numerator=0, denominator=None, shown="",
                     participated=0, amended=0)  # fmt: skip
    return compare(DEFINITIONS[code], now[code], then.get(code, nothing))


def _code(by: By | None, group: str) -> str:
    return group.rpartition("/")[2] if by in BY_PATH else group


def _name_of(services: Services, directory: Directory, by: By | None, group: str) -> str:
    """What a group of the tallies is called."""
    match by:
        case "organisation" | "responsible" | "township":
            listed = directory.at(group)
            return listed.name if listed else _code(by, group)
        case "category":
            category = services.policy.lexicon.categories.get(group)
            return category.name if category else group or "未定"
        case "colour":
            rule = services.policy.playbook.process.colours.get(group)
            return rule.name if rule else group
        case "source":
            own = services.policy.playbook.process.sources.get(group)
            return own.name if own else SOURCE_NAMES.get(group, group)
        case "beat":
            beat = directory.get(group)
            return beat.name if beat else group or "不在单一警格"
        case _:
            return group


async def _group_key(services: Services, session: Session, by: By | None, group: str | None) -> str | None:
    """A group as the tallies name it: an organisation by its path.

    Raises:
        FieldsInvalid
    """
    if by not in BY_PATH or group is None:
        return group
    listed = (await services.directory.read(session)).get(group)
    if listed is None:
        raise FieldsInvalid(errors=[{"field": "group", "message": f"没有“{group}”这个单位"}])
    return listed.path

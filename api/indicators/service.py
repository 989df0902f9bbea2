"""A person's question for figures: which period, read when, of which organisations; and the answer in three shapes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query

from api.core.context import Services
from api.core.deps import ActorDep, ServicesDep
from domain.base import Model, china
from domain.errors import FieldsInvalid, NotEntitled
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import DEFAULT_WINDOWS, WINDOWS, Definition, Figure, compare
from domain.indicators.periods import Period
from domain.people.organisation import Actor, within
from domain.people.permissions import overseen
from domain.policy.fields import Day
from domain.triage.places import Directory
from infra.read_model.indicators import TOTAL, By, Figures, Scope, Span, figures

BY: dict[str, str] = {"organisation": "单位", "month": "月份", "category": "类别", "colour": "颜色"}
Part = Literal["numerator", "denominator"]
LONGEST = 3660
"""Days of a period."""


class Question(Model):
    """What was asked, with everything left out filled in."""

    period: Period
    as_of: date
    organisation: str | None
    by: By | None
    scope: Scope

    @property
    def span(self) -> Span:
        """The period asked for, as it is read."""
        return Span(period=self.period, as_of=self.as_of)

    @property
    def spans(self) -> list[Span]:
        """The period, that before it and that of a year before, each read at the same age."""
        earlier = (self.period.before, self.period.year_before)
        return [self.span, *(Span(period=p, as_of=self.as_of - (self.period.last - p.last)) for p in earlier)]


def today() -> date:
    """Today, by the clock in China."""
    return china(datetime.now(UTC)).date()


async def get_question(
    services: ServicesDep,
    actor: ActorDep,
    first: Annotated[Day | None, Query(alias="from", description="首日；默认本月1日")] = None,
    last: Annotated[Day | None, Query(alias="to", description="末日，含当日24时前；默认今天")] = None,
    organisation: Annotated[str | None, Query(max_length=64, description="单位代码，含其下属；默认管辖范围")] = None,
    by: Annotated[By | None, Query(description="分组")] = None,
    as_of: Annotated[Day | None, Query(description="读数日；默认今天，期末在后的为期末")] = None,
    relapse_days: Annotated[int, Query(description="反复窗口：30、90、180天")] = DEFAULT_WINDOWS["relapse"],
    repeat_days: Annotated[int, Query(description="重复报警回看：7、30、90天")] = DEFAULT_WINDOWS["repeat"],
) -> Question:
    """The question of a request.

    Raises:
        FieldsInvalid, NotEntitled: no post sees a subtree's figures, or the organisation lies outside it.
    """
    return await ask(services, actor, first=first, last=last, organisation=organisation, by=by, as_of=as_of,
                     windows={"relapse": relapse_days, "repeat": repeat_days})  # fmt: skip


QuestionDep = Annotated[Question, Depends(get_question)]


async def ask(
    services: Services, actor: Actor, *, first: date | None, last: date | None, organisation: str | None,
    by: By | None, as_of: date | None, windows: dict[str, int],
) -> Question:  # fmt: skip
    """See `get_question`."""
    paths = overseen(actor)
    if not paths:
        services.access.note(actor.person_id, None, "indicators", NotEntitled.code)
        raise NotEntitled("指标只对管辖下级单位的岗位开放")
    last = last or (today() if first is None else max(first, today()))
    first = first or last.replace(day=1)
    errors = []
    if first > last:
        errors.append({"field": "to", "message": "末日不能早于首日"})
    if (last - first).days > LONGEST:
        errors.append({"field": "to", "message": "一次至多统计十年"})
    for name, days in windows.items():
        if days not in WINDOWS[name]:
            told = "、".join(map(str, WINDOWS[name]))
            errors.append({"field": f"{name}_days", "message": f"只能是{told}之一"})
    if organisation:
        listed = (await services.directory.read()).get(organisation)
        if listed is None:
            errors.append({"field": "organisation", "message": f"没有代码为“{organisation}”的单位"})
        elif not any(within(listed.path, path) for path in paths):
            services.access.note(actor.person_id, None, f"indicators:{organisation}", NotEntitled.code)
            raise NotEntitled("该单位不在您的管辖范围内")
        else:
            paths = [listed.path]
    if errors:
        raise FieldsInvalid(errors=errors)
    return Question(
        period=Period(first=first, last=last), as_of=as_of or max(today(), last), organisation=organisation, by=by,
        scope=Scope(paths=paths, by=by, windows=windows),
    )  # fmt: skip


async def answer(services: Services, question: Question) -> dict[str, Any]:
    """Definitions, the total and one row a group; each value compared with the period before and the year before."""
    async with services.database.read() as session:
        told = await figures(session, question.spans, question.scope)
    directory = await services.directory.read()
    rows = [_row(services, directory, question, group, told) for group in told[0] if group != TOTAL]
    whole = _row(services, directory, question, TOTAL, told)
    period = question.period
    return {
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat(), "closes": period.ends.isoformat()},
        "as_of": question.as_of.isoformat(),
        "windows": {f"{name}_days": days for name, days in question.scope.windows.items()},
        "organisation": question.organisation,
        "by": question.by,
        "definitions": [definition_item(definition) for definition in DEFINITIONS.values()],
        "total": whole,
        "rows": rows if question.by else [whole],
    }


def definition_item(definition: Definition) -> dict[str, Any]:
    """A definition as the contract shows it."""
    return {
        "code": definition.code,
        "name": definition.name,
        "unit": definition.unit,
        "kind": "rate" if definition.rate else "count",
        "basis": definition.basis,
        "better": definition.better,
        "formula": definition.formula,
        "edge_cases": list(definition.edges),
        "source": definition.source,
        "window": f"{definition.window}_days" if definition.window else None,
        "windows": list(WINDOWS[definition.window]) if definition.window else [],
        "marks": list(definition.marks),
    }


def _row(
    services: Services, directory: Directory, question: Question, group: str, told: list[Figures]
) -> dict[str, Any]:
    now, before, year = (each.get(group, {}) for each in told)
    named = group != TOTAL and question.by
    return {
        **({str(question.by): _code(question.by, group)} if named else {}),
        "name": group_name(services, directory, question.by, group) if named else "合计",
        "values": {code: value.model_dump() for code, value in now.items()},
        "compared": {
            code: {"previous": _compared(code, now, before), "year": _compared(code, now, year)} for code in now
        },
    }


def _compared(code: str, now: dict[str, Figure], then: dict[str, Figure]) -> dict[str, Any]:
    """Against an earlier figure; a group that was not there had nothing."""
    nothing = Figure(value=None if DEFINITIONS[code].rate else 0.0, numerator=0, denominator=None, shown="",
                     participated=0, amended=0)  # fmt: skip
    return compare(DEFINITIONS[code], now[code], then.get(code, nothing)).model_dump()


def _code(by: str | None, group: str) -> str:
    return group.rpartition("/")[2] if by == "organisation" else group


def group_name(services: Services, directory: Directory, by: str | None, group: str) -> str:
    """What a group is called."""
    match by:
        case "organisation":
            listed = directory.at(group)
            return listed.name if listed else _code(by, group)
        case "category":
            category = services.policy.lexicon.categories.get(group)
            return category.name if category else group or "未定"
        case "colour":
            rule = services.policy.playbook.process.colours.get(group)
            return rule.name if rule else group
        case _:
            return group


async def group_key(services: Services, by: str | None, group: str | None) -> str | None:
    """A group as the tallies name it: an organisation by its path.

    Raises:
        FieldsInvalid
    """
    if by != "organisation" or group is None:
        return group
    listed = (await services.directory.read()).get(group)
    if listed is None:
        raise FieldsInvalid(errors=[{"field": "group", "message": f"没有代码为“{group}”的单位"}])
    return listed.path

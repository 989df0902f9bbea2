"""What somebody asks the indicators: a period, read on a day, of which organisations, grouped by what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from api.core.context import Services
from domain.base import Model, china
from domain.errors import FieldsInvalid, NotEntitled
from domain.indicators.attribution import Attribution
from domain.indicators.formulas import WINDOWS
from domain.indicators.periods import Period
from domain.people.organisation import Actor, within
from domain.people.permissions import overseen
from domain.policy.matters.matter import Matter
from infra.database.engine import Session
from infra.read_model.indicators import By, Scope, Span, first_matter

BY: dict[By, str] = {
    "organisation": "单位",
    "responsible": "责任单位",
    "township": "属地乡镇（街道）",
    "month": "月份",
    "category": "类别",
    "colour": "颜色",
    "source": "来源",
    "beat": "警格",
}
"""What figures may be grouped by: `organisation` is whoever had the part that is asked for, and is asked about."""
BY_PATH: frozenset[By | None] = frozenset({"organisation", "responsible", "township"})
"""Of these each group is an organisation, by its path."""
Part = Literal["numerator", "denominator"]
LONGEST = 3660
"""Days of a period."""


class Question(Model):
    """A valid question, with everything left out filled in."""

    period: Period
    as_of: date
    organisation: str | None
    by: By | None
    live_since: date
    """when the system went live: as it is set, else the day of its first matter"""
    scope: Scope

    @property
    def span(self) -> Span:
        """The period, with the day it is read on."""
        return Span(period=self.period, as_of=self.as_of)

    @property
    def spans(self) -> list[Span]:
        """The period, that before it and that of a year before, each read at the same age."""
        earlier = (self.period.before, self.period.year_before)
        return [self.span, *(Span(period=p, as_of=self.as_of - (self.period.last - p.last)) for p in earlier)]


def today() -> date:
    """Today, by the clock in China."""
    return china(datetime.now(UTC)).date()


async def went_live(services: Services, session: Session) -> date:
    """The day on which the system went live; today where nothing was ever taken in."""
    if services.settings.live_since:
        return services.settings.live_since
    found = await first_matter(session)
    return china(found).date() if found else today()


async def ask(
    services: Services, session: Session, actor: Actor, *, first: date | None, last: date | None,
    organisation: str | None, by: By | None, as_of: date | None, windows: dict[str, int],
    attribution: Attribution = "any", since_live: bool = False, matter: Matter = Matter.DISPUTE,
) -> Question:  # fmt: skip
    """A person's question: `first` and `last` are the period's days, `windows` days by the keys of `WINDOWS`;
    `since_live` asks from the day on which the system went live (Q-024 “自9月平台运行以来”), whatever `first` is.

    Raises:
        NotEntitled: no post sees what an organisation has, or the organisation lies outside it; the try is noted.
        FieldsInvalid
    """
    paths = overseen(actor)
    if not paths:
        services.access.note(actor.person_id, None, "indicators", NotEntitled.code)
        raise NotEntitled("指标只对能查看本单位或下级单位纠纷的岗位开放")
    live_since = await went_live(services, session)
    first = live_since if since_live else first
    last = last or (today() if first is None else max(first, today()))
    first = first or last.replace(day=1)
    errors = []
    if matter is Matter.HAZARD:
        message = "风险隐患按项统计，请用“风险隐患动态清零”（GET /v1/hazards/outstanding）"
        errors.append({"field": "matter", "message": message})
    if first > last:
        errors.append({"field": "to", "message": "末日不能早于首日"})
    if (last - first).days > LONGEST:
        errors.append({"field": "to", "message": "一次至多统计十年"})
    for name, days in windows.items():
        if days not in WINDOWS[name]:
            allowed = "、".join(map(str, WINDOWS[name]))
            errors.append({"field": f"{name}_days", "message": f"只能是{allowed}之一"})
    if organisation:
        listed = (await services.directory.read(session)).get(organisation)
        if listed is None:
            errors.append({"field": "organisation", "message": f"没有“{organisation}”这个单位"})
        elif not any(within(listed.path, path) for path in paths):
            services.access.note(actor.person_id, None, f"indicators:{organisation}", NotEntitled.code)
            raise NotEntitled("该单位不在您的管辖范围内")
        else:
            paths = [listed.path]
    if errors:
        raise FieldsInvalid(errors=errors)
    return Question(
        period=Period(first=first, last=last), as_of=as_of or max(today(), last), organisation=organisation, by=by,
        live_since=live_since, scope=Scope(paths=paths, attribution=attribution, by=by, windows=windows, matter=matter),
    )  # fmt: skip

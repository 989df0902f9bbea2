"""Where calls come from (警源分析): one question of a period, answered by source, category, beat, hour and place.

Numbers are for whoever reads indicators of the organisations that are asked about. A department that reads its own may
ask about its trade (“既管行业、又管矛盾纠纷”): then they are of the whole county's disputes of the categories that it
leads, whoever has them. A place is named only to who sees a matter there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from api.calls.schemas import Calls, Counted, Origin, Place
from api.core.context import Services
from api.indicators.presenters import present_meanings
from api.indicators.question import Question, ask
from api.indicators.schemas import PeriodShape
from domain.errors import FieldsInvalid
from domain.indicators.formulas import DEFAULT_WINDOWS
from domain.indicators.mechanism.calls import CALL_FIGURES
from domain.people.organisation import Actor
from domain.policy.intake.sources import SOURCE_NAMES
from domain.policy.matters.matter import Matter
from infra.database.engine import Session
from infra.read_model.calls import counted as stored
from infra.read_model.calls.counted import Asked, calls_by, latest_matters
from infra.read_model.disputes import visible

MOST = 100
"""Sources, categories or beats at most."""
PLACES = 20
SEEN = 5
"""Matters at a place that are told."""


async def analysed(
    services: Services,
    session: Session,
    actor: Actor,
    *,
    first: date | None,
    last: date | None,
    organisation: str | None,
    source: str | None = None,
    trade: str | None = None,
    matter: Matter = Matter.DISPUTE,
) -> Calls:
    """The analysis; that somebody looked at places is noted.

    Raises:
        NotEntitled: no post sees what an organisation has, or the organisation or the trade's lies outside it.
        FieldsInvalid: no such period or organisation, one that leads no category, or hazards.
    """
    question = await ask(
        services, session, actor, first=first, last=last, organisation=trade or organisation, by=None, as_of=None,
        windows=DEFAULT_WINDOWS, matter=matter,
    )  # fmt: skip
    asked = await _asked(services, session, actor, question, organisation, source, trade)
    [total] = await calls_by(session, asked, None, 1)
    directory = await services.directory.read(session)
    lexicon = services.policy.lexicon_at(datetime.now(UTC))
    own = services.policy.playbook.process.sources

    def source_name(code: str) -> str:
        return own[code].name if code in own else SOURCE_NAMES.get(code, code)

    def category_name(code: str) -> str:
        known = lexicon.categories.get(code)
        return known.name if known else code or "未定"

    def beat_name(code: str) -> str:
        listed = directory.get(code)
        return listed.name if listed else code or "不在单一警格"

    hours = {row.key.zfill(2): row for row in await calls_by(session, asked, "hour", 24)}
    services.access.note(actor.person_id, None, "calls")
    return Calls(
        period=PeriodShape(from_=question.period.first, to=question.period.last, closes=question.period.ends),
        organisation=organisation,
        source=source,
        trade=trade,
        total=_counted(total, trade),
        by_source=[_origin(r, source_name(r.key), trade) for r in await calls_by(session, asked, "source", MOST)],
        by_category=[_origin(r, category_name(r.key), trade) for r in await calls_by(session, asked, "category", MOST)],
        by_beat=[_origin(r, beat_name(r.key), trade) for r in await calls_by(session, asked, "beat", MOST)],
        by_hour=[
            _origin(hours.get(hour, stored.Calls()).model_copy(update={"key": hour}), f"{hour}时", trade)
            for hour in (f"{n:02d}" for n in range(24))
        ],
        places=await _places(session, actor, asked, trade),
        definitions=present_meanings(CALL_FIGURES),
    )


async def _asked(
    services: Services, session: Session, actor: Actor, question: Question, organisation: str | None,
    source: str | None, trade: str | None,
) -> Asked:  # fmt: skip
    """The question in the words of what is stored; `ask` has looked whether the person may ask it."""
    asked = Asked(begins=question.period.begins, ends=question.period.ends, paths=question.scope.paths, source=source,
                  matter=question.scope.matter)  # fmt: skip
    if trade is None:
        return asked
    lexicon = services.policy.lexicon_at(datetime.now(UTC))
    led = [category.code for category in lexicon.categories.values() if category.lead == trade]
    if not led:
        raise FieldsInvalid(errors=[{"field": "trade", "message": "责任清单中该单位不牵头任何类别"}])
    directory = await services.directory.read(session)
    within = [directory.root.path]
    if organisation:
        one = await ask(
            services, session, actor, first=None, last=None, organisation=organisation, by=None, as_of=None,
            windows=DEFAULT_WINDOWS,
        )  # fmt: skip
        within = one.scope.paths
    return asked.model_copy(update={"paths": within, "categories": led, "hands": question.scope.paths})


async def _places(session: Session, actor: Actor, asked: Asked, trade: str | None) -> list[Place]:
    rows = await calls_by(session, asked, "place", PLACES)
    matters = await latest_matters(session, asked, [row.key for row in rows])
    every = [number for numbers in matters.values() for number in numbers]
    seen = await visible(session, actor, every)
    found = []
    for row in rows:
        shown = [number for number in matters.get(row.key, []) if number in seen]
        address = await stored.address_of(session, row.key, shown) if shown else ""
        found.append(Place(**dict(_counted(row, trade)), address=address, dispute_nos=shown[:SEEN]))
    return found


def _counted(row: stored.Calls, trade: str | None) -> Counted:
    return Counted(
        reports=row.reports, repeats=row.repeats, matters=row.matters, resolved=row.resolved,
        handled=row.handled if trade else None,
    )  # fmt: skip


def _origin(row: stored.Calls, name: str, trade: str | None) -> Origin:
    return Origin(**dict(_counted(row, trade)), code=row.key, name=name)

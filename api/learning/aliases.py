"""Names of places that the county's desks take for one: learned from mergers, seen by everybody, ended by supervisors.

They serve the likeness of repeats alone, never a warning, and join nothing that differs in building, entrance or room.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from pydantic import Field, TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.permissions import at_root
from api.core.schemas import Shape
from domain.base import Model, Strict, china
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from domain.people.permissions import LEARNING_SWITCHERS
from domain.policy.fields import Text
from domain.triage.address.aliases import alias
from infra.database.engine import Database, Session
from infra.database.tables.operations import PlaceAliasRow
from infra.records.learning import aliases as records

WITHDRAW = "learning:alias"
"""Operation of idempotency keys, and code of the access log."""
log = structlog.get_logger()


class AliasSaid(Model):
    """Somebody said that two names are one place, or that they are not."""

    at: datetime
    by: str
    same: bool
    dispute_no: str = Field(title="据以得出的纠纷；在页面上停用的没有")
    reason: str


class PlaceAlias(Shape):
    """Two names of one place; `standing` is gathering, serves, contradicted or withdrawn."""

    alias_id: str
    one: str
    other: str
    standing: str
    at: datetime
    said: list[AliasSaid]


class PlaceAliasList(Shape):
    """The aliases, the latest changed first."""

    items: list[PlaceAlias]


class WithdrawIn(Strict):
    """Why two names are not one place."""

    reason: Text = Field(title="理由")


_ALIAS: TypeAdapter[PlaceAlias] = TypeAdapter(PlaceAlias)


async def learned(database: Database) -> int:
    """Learns from the disputes that desks merged, and unlearns from those that were parted; answers how many count.
    Done again it makes the same.
    """
    merged, counted = await records.merged(database), 0
    async with database.write(records.LOCK) as session:
        ended = await records.contradict_parted(session, merged)
        for case in reversed(merged):
            if named := alias(case.here, case.there, case.people):
                said = records.Said(at=case.at, by=case.by, same=True, dispute_no=case.dispute_no)
                await records.confirm(session, named, said)
                counted += 1
    log.info("aliases_learned", merged=len(merged), counted=counted, ended=ended)
    return counted


async def listed(session: Session) -> PlaceAliasList:
    """Every alias, whether it serves or not."""
    return PlaceAliasList(items=[_shown(row) for row in await records.listed(session)])


async def withdraw(
    services: Services, session: Session, actor: Actor, alias_id: str, asked: WithdrawIn, key: str | None
) -> Answer[PlaceAlias]:
    """Takes an alias out of service for good; who, when and why is kept. Noted. Other processes follow within 5 s.

    Raises:
        NotEntitled: no supervisor of the county; noted.
        FieldsInvalid: there is no such alias, or it serves no more.
    """

    async def do(_: str) -> Effect[PlaceAlias]:
        await at_root(services, session, actor, LEARNING_SWITCHERS, "learning:alias")

        async def keep(writing: Session) -> Answer[PlaceAlias]:
            row = await records.find(writing, alias_id)
            if row is None or row.standing in records.OVER:
                wrong = "已经停用" if row else "没有这一别名"
                raise FieldsInvalid(errors=[{"field": "alias_id", "message": wrong}])
            said = records.Said(at=datetime.now(UTC), by=actor.name, same=False, reason=asked.reason)
            records.end(row, "withdrawn", said)
            await writing.flush()
            return Answer(200, _shown(row))

        return Effect(keep, records.LOCK)

    content = {"alias_id": alias_id, **asked.model_dump(mode="json")}
    answer = await once(services, session, actor, WITHDRAW, key, content, _ALIAS, do)
    services.access.note(actor.person_id, None, "learning:alias")
    services.aliases.forget()
    return answer


def _shown(row: PlaceAliasRow) -> PlaceAlias:
    told = records.Told.model_validate(row.sealed)
    return PlaceAlias(
        alias_id=row.alias_id,
        one=told.one,
        other=told.other,
        standing=row.standing,
        at=china(row.at),
        said=[AliasSaid(**{**said.model_dump(), "at": china(said.at)}) for said in told.said],
    )

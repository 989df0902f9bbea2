"""What was learned is seen by everybody, and switched by the county's supervisors; a run may be asked for at once."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.permissions import at_root, holds_at_root
from api.core.schemas import Listed
from api.learning.schemas import Asked, LearnedEdition, Standing, Switched, SwitchIn
from domain.base import china
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from domain.people.permissions import LEARNING_SWITCHERS
from domain.triage.learning.training import Comparison
from infra.database.engine import Session
from infra.database.tables.operations import LearnedEditionRow
from infra.records.jobs import ask_for
from infra.records.learning import editions as records

MAKE, SWITCH = "learning:make", "learning:switch"
"""Operations of idempotency keys, and codes of the access log."""
_ASKED: TypeAdapter[Asked] = TypeAdapter(Asked)
_STANDING: TypeAdapter[Standing] = TypeAdapter(Standing)


async def standing(session: Session) -> Standing:
    """The edition that serves, and the last run."""
    last, number = await records.latest(session), await records.serving_number(session)
    serving = await records.find(session, number) if number is not None else None
    return Standing(
        serving=_shown(serving) if serving else None,
        latest=_shown(last) if last else None,
        switched_off=last is not None and last.switched_off,
    )


async def listed(session: Session, limit: int, cursor: str | None) -> Listed[LearnedEdition]:
    """Every run that could be judged, the latest first."""
    page = await records.editions(session, limit, cursor)
    return Listed[LearnedEdition](items=[_shown(row) for row in page.rows], next_cursor=page.next_cursor)


async def may_switch(services: Services, session: Session, actor: Actor) -> bool:
    """Whether somebody may switch editions and ask for a run."""
    return await holds_at_root(services, session, actor, LEARNING_SWITCHERS)


async def make(services: Services, session: Session, actor: Actor, key: str | None) -> Answer[Asked]:
    """Has the county learn now instead of at night. Noted.

    Raises:
        NotEntitled: no supervisor of the county; noted.
        QuotaReached: so many of his jobs are not done yet.
    """

    async def do(_: str) -> Effect[Asked]:
        await at_root(services, session, actor, LEARNING_SWITCHERS, "learning:make")

        async def keep(writing: Session) -> Answer[Asked]:
            most = services.settings.jobs_waiting
            return Answer(202, Asked(job_id=await ask_for(writing, records.JOB, actor.person_id, {}, most=most)))

        return Effect(keep, records.LOCK)

    answer = await once(services, session, actor, MAKE, key, {}, _ASKED, do)
    services.access.note(actor.person_id, None, "learning:make")
    services.database.wakeups.job_waits()
    return answer


async def switch(
    services: Services, session: Session, actor: Actor, asked: SwitchIn, key: str | None
) -> Answer[Standing]:
    """Lets an edition serve, or none; kept with who, when and why. Noted. Other processes follow within 5 s.

    Raises:
        NotEntitled: no supervisor of the county; noted.
        FieldsInvalid: there is no such edition, or it was not better and can't serve.
    """

    async def do(_: str) -> Effect[Standing]:
        await at_root(services, session, actor, LEARNING_SWITCHERS, "learning:switch")

        async def keep(writing: Session) -> Answer[Standing]:
            wanted = asked.edition
            if wanted is not None and (wrong := _unfit(await records.find(writing, wanted))):
                raise FieldsInvalid(errors=[{"field": "edition", "message": wrong}])
            said = Switched(at=datetime.now(UTC), by=actor.name, on=wanted is not None, reason=asked.reason)
            await records.switch(writing, wanted, said.model_dump(mode="json"))
            await writing.flush()
            return Answer(200, await standing(writing))

        return Effect(keep, records.LOCK)

    answer = await once(services, session, actor, SWITCH, key, asked.model_dump(mode="json"), _STANDING, do)
    services.access.note(actor.person_id, None, "learning:switch")
    services.learned.forget()
    return answer


def _unfit(row: LearnedEditionRow | None) -> str:
    """Why an edition can't serve."""
    if row is None:
        return "没有这一版本"
    return "" if row.sealed is not None else "该次学习未优于现用的判断，不能启用"


def _shown(row: LearnedEditionRow) -> LearnedEdition:
    return LearnedEdition(
        number=row.number,
        made_at=china(row.at),
        until=china(row.until) if row.number else None,
        cases=row.cases,
        serves=row.serves,
        can_serve=row.sealed is not None,
        comparison=Comparison.model_validate(told) if (told := row.told["comparison"]) else None,
        switched=[Switched.model_validate(each) for each in row.told["switched"]],
    )

"""One's own second factor, and the reset of one that was lost."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.core.deps import ActorDep, ServicesDep, SessionDep, TokenDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.signing_in import factor_service as service
from api.signing_in.schemas import CodeIn, FactorRemoved, Offered, OfferIn, RecoveryCodes, SecondFactor
from domain.storable_text import fit

router = APIRouter(prefix="/v1", tags=["who"])
CHANGES = WRITE | COUNTED


@router.get("/me/second-factor", response_model=SecondFactor, responses=problems(READ))
async def get_second_factor(services: ServicesDep, session: SessionDep, actor: ActorDep) -> SecondFactor:
    """One's own second factor."""
    return await service.own_factor(services, session, actor)


@router.post("/me/second-factor/offer", response_model=Offered, responses=problems(CHANGES))
async def post_offer(services: ServicesDep, session: SessionDep, actor: ActorDep, asked: OfferIn) -> Offered:
    """A secret for a device that makes codes. It serves once `confirm` was sent a code of it; who has a device already
    sends a code of that, which serves until then.
    """
    return await service.offer_device(services, session, actor, asked.otp)


@router.post("/me/second-factor/confirm", response_model=RecoveryCodes, responses=problems(CHANGES))
async def post_confirm(
    services: ServicesDep, session: SessionDep, actor: ActorDep, token: TokenDep, asked: CodeIn
) -> RecoveryCodes:
    """Has the offered device serve from now on, by its first code; one's other sign-ins end."""
    return await service.confirm_device(services, session, actor, token, asked.otp)


@router.post("/me/second-factor/recovery-codes", response_model=RecoveryCodes, responses=problems(CHANGES))
async def post_recovery_codes(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: CodeIn
) -> RecoveryCodes:
    """New recovery codes in place of all there were."""
    return await service.renew_recovery_codes(services, session, actor, asked.otp)


@router.post("/me/second-factor/remove", response_model=FactorRemoved, responses=problems(CHANGES))
async def post_remove(services: ServicesDep, session: SessionDep, actor: ActorDep, asked: CodeIn) -> FactorRemoved:
    """Does without a second factor from now on, where no role must have one."""
    return await service.remove_device(services, session, actor, asked.otp)


@router.post("/people/{person}/second-factor-reset", response_model=FactorRemoved, responses=problems(WRITE))
async def post_second_factor_reset(
    services: ServicesDep, session: SessionDep, actor: ActorDep, person: Annotated[str, Path(max_length=100)]
) -> FactorRemoved:
    """A lost device serves no more, nor do its recovery codes: by the administrator of security above its person, who
    is told. All that person's sign-ins end.
    """
    return await service.reset_factor(services, session, actor, fit("person", person))

"""One's own programs' tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.core.deps import ActorDep, ServicesDep, SessionDep, TokenDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.core.schemas import Listed
from api.feed_tokens import service
from api.feed_tokens.schemas import FeedToken, FeedTokenEnded, FeedTokenIn, FeedTokenMade

router = APIRouter(prefix="/v1", tags=["who"])


@router.get("/me/tokens", response_model=Listed[FeedToken], responses=problems(READ))
async def get_own_tokens(services: ServicesDep, session: SessionDep, actor: ActorDep) -> Listed[FeedToken]:
    """One's own programs' tokens that still hold, the latest first, with where each was last used."""
    return Listed[FeedToken](items=await service.own_tokens(services, session, actor), next_cursor=None)


@router.post("/me/tokens", status_code=201, response_model=FeedTokenMade, responses=problems(WRITE | COUNTED))
async def post_own_token(
    services: ServicesDep, session: SessionDep, actor: ActorDep, token: TokenDep, asked: FeedTokenIn
) -> FeedTokenMade:
    """Makes a token for a program: `Authorization: Bearer` it. It is shown this once, and takes no idempotency key,
    whose answer would have to keep it. It opens what its scopes say, as far as its person may that at the moment, and
    ends with his leaving a post, a reset of his password, a closed account, and at `until`. Who makes it proves
    himself once more: by `otp` where he has a second factor, else by `password`; a provider's word serves for ten
    minutes.
    """
    return await service.make_token(services, session, actor, token, asked)


@router.delete("/me/tokens/{token_id}", response_model=FeedTokenEnded, responses=problems(WRITE))
async def delete_own_token(
    services: ServicesDep, actor: ActorDep, token_id: Annotated[str, Path(max_length=64)]
) -> FeedTokenEnded:
    """Ends one at once."""
    return await service.end_token(services, actor, token_id)

"""People to choose from, for the fields in which a page asks for one by name."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import TypeAdapter

from api.core.deps import ServicesDep, SessionDep
from api.core.schemas import Shape
from api.web.errors import PageRoute
from api.web.organisation_labels import offices_of
from api.web.session import ViewerDep
from infra.records.people import people

router = APIRouter(route_class=PageRoute)
MOST = 3000
"""People that a field offers; of a county with more the rest is named by username."""


class Choice(Shape):
    """Somebody to choose."""

    value: str
    said: str


_CHOICES = TypeAdapter(list[Choice])


@router.get("/pick/people")
async def people_to_choose(services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """Those whom `GET /v1/people` gives the person, his own units' first, each with his posts."""
    near = {post.path for post in viewer.actor.reach}
    found = await people(session, near=near, role=None, path=None, limit=MOST, after=None)
    offices, own = await offices_of(services, session), {path.rpartition("/")[2] for path in near}
    posts: dict[tuple[str, str], list[str]] = {}
    for each in sorted(found, key=lambda each: each.organisation not in own):
        posts.setdefault((each.username, each.name), []).append(offices.named(each.organisation, each.role))
    choices = [
        Choice(value=username, said=f"{name}（{'、'.join(held[:2])}）") for (username, name), held in posts.items()
    ]
    return Response(_CHOICES.dump_json(choices), media_type="application/json", headers={"Cache-Control": "no-store"})

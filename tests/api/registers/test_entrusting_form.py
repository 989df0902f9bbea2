"""The form of a register over a real database: whom it offers, whatever posts they hold."""

from __future__ import annotations

from api.core.context import Services
from api.registers.entrusting_form import Typed, form_view
from api.web.organisation_labels import offices_of
from api.web.session import Viewer
from infra.database.ids import new_id
from infra.database.tables.people import PostRow
from tests.api.support import somebody

STATION = "station-daping"


async def test_somebody_with_a_role_of_the_city_s_own_is_offered_like_everybody_else(services: Services) -> None:
    """“区司法局派驻人民调解员驻公安派出所”: such a post at a station is of a playbook's own words."""
    mediator = await somebody(services, "on_scene_officer", STATION)
    chief = await somebody(services, "station_chief", STATION)
    directory = await services.directory.read()
    station = directory.named(STATION)
    async with services.database.write() as writing:
        writing.add(
            PostRow(
                post_id=new_id(), person_id=mediator.person_id, role="a_post_of_its_own", path=station.path,
                organisation_code=station.code,
            )
        )  # fmt: skip
    viewer = Viewer(actor=chief, csrf="", posts="", unread=0, audits="", deputising="", oversees=False)
    async with services.database.read() as session:
        form = await form_view(
            services, session, viewer, "beats", await offices_of(services, session), Typed(), station
        )
    assert form
    assert any(mediator.name in label and "a_post_of_its_own" in label for _, label in form["people"])

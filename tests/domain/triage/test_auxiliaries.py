"""“充分发挥‘一村一辅警’优势”: in Wuwei's demo county each village has its own auxiliary, but for those planted."""

from __future__ import annotations

import pytest

from domain.people.duties import Duty
from domain.people.organisation import Actor, Post
from domain.triage.places import Directory, Kind
from domain.triage.village_network import networks
from infra.demo import county
from infra.demo.cities.wuwei import CITY, WITHOUT_AUXILIARY
from infra.demo.duties import duties
from infra.demo.people import people


@pytest.mark.req("W-010")
def test_each_village_of_wuwei_has_its_own_auxiliary_and_who_has_none_is_named() -> None:
    listed = CITY.organisations(county.organisations())
    demo = people(listed, (), CITY.staff)
    has: dict[tuple[Duty, str], list[str]] = {}
    for row in duties(listed, demo, CITY.duties):
        has.setdefault((Duty(row["kind"]), row["subject"]), []).append(row["person_id"])
    directory = Directory(organisations=listed)
    everybody = [
        Actor(person_id=p.person_id, name=p.name, posts=[Post(role=q.role, path=q.organisation.path) for q in p.posts])
        for p in demo
    ]
    found = list(networks(directory, has, everybody, directory.of_kind(Kind.VILLAGE)))
    assert [each.village.code for each in found if each.gap] == sorted(WITHOUT_AUXILIARY)
    assert len({each.auxiliary for each in found if each.auxiliary}) == len(found) - len(WITHOUT_AUXILIARY)

"""A city's demo county is the common one with what its mechanism has of its own, and with vacant posts."""

from collections.abc import Iterable

import pytest

from domain.people.duties import Duty
from domain.people.organisation import Level, Post
from domain.policy.playbook import load_playbook
from domain.triage.places import Directory, Kind, Listed, resolve_places
from domain.triage.vacancies import unheld
from infra.demo import county
from infra.demo.added import added_seats
from infra.demo.cities import CITIES
from infra.demo.cities.city import City, below_a_city, under
from infra.demo.duties import Holders, Row, duties, row
from infra.demo.people import Seat, people
from tests.infra.support import ROOT

COMMON = county.organisations()


def _organisations(common: list[Listed]) -> list[Listed]:
    listed = below_a_city(common, "云河市")
    villages = [o for o in listed if o.kind == Kind.VILLAGE]
    return [*listed, *(under(v, "workstation", f"post-{v.code}", f"{v.name}工作站", v.name) for v in villages)]


def _staff(organisation: Listed) -> tuple[Seat, ...]:
    if organisation.kind == "workstation" and organisation.path.split("/")[3] != "town-gushan":
        return (("grid_leader", "leader", 1, None),)
    return (("leader", "leader", 1, None),) if organisation.kind == "city" else ()


def _duties(directory: Directory, holders: Holders) -> Iterable[Row]:
    for office in directory.of_kind("workstation"):
        for leader in holders["grid_leader", office.path]:
            yield row(Duty.PORTFOLIO, office.code, leader, "驻站")


MADE_UP = City(_organisations, _staff, _duties)


def test_a_city_adds_organisations_people_and_duties_and_lies_above_the_county() -> None:
    listed = MADE_UP.organisations(COMMON)
    directory = Directory(organisations=listed)
    assert (directory.root.path, listed[0].level) == ("/city/county", Level.CITY)
    assert resolve_places(directory, address="古山镇金江龙村")["village"] == "/city/county/town-gushan/village-gushan-1"
    everybody = people(listed, (), MADE_UP.staff)
    common = people(COMMON)
    assert {p.person_id: p.name for p in common}.items() <= {p.person_id: p.name for p in everybody}.items()
    rows = duties(listed, everybody, MADE_UP.duties)
    there = {r["subject"] for r in rows if r["detail"] == "驻站"}
    assert len(there) == len(directory.of_kind("workstation")) - 5, "古山的五个没有人"
    assert len(rows) - len(there) == len(duties(COMMON, common)), "and all that every county has"


def test_a_role_that_the_city_seats_itself_is_seated_nowhere_else() -> None:
    text = (ROOT / "playbooks" / "jinhua.yaml").read_text(encoding="utf-8")
    words = "process:\n  words: {roles: {village_auxiliary: {name: 驻村辅警, sight: own}}}\n"
    visited = "    visit:\n      by: [{role: responsible_officer, at: station}"
    added = visited + ", {role: village_auxiliary, at: village}"
    process = load_playbook(text.replace("process:\n", words, 1).replace(visited, added), "jinhua").process
    seats = added_seats(process, COMMON)
    assert {(role, o.kind) for role, o in seats} == {("village_auxiliary", Kind.VILLAGE)}
    assert added_seats(process, COMMON, seated={"village_auxiliary"}) == []


def test_every_city_that_ships_has_a_tree_that_is_whole_and_people_who_are_unique() -> None:
    for code, city in CITIES.items():
        listed = city.organisations(COMMON)
        paths = {o.path for o in listed}
        assert len(paths) == len({o.code for o in listed}) == len(listed), code
        assert [o.path for o in listed if o.path.count("/") > 1 and o.path.rpartition("/")[0] not in paths] == []
        playbook = load_playbook((ROOT / "playbooks" / f"{code}.yaml").read_text(encoding="utf-8"), code)
        seated = {role for organisation in listed for role, *_ in city.staff(organisation)}
        everybody = people(listed, added_seats(playbook.process, listed, seated), city.staff)
        assert len({p.username for p in everybody}) == len({p.name for p in everybody}) == len(everybody)
        posts = [post.post_id for p in everybody for post in p.posts]
        assert len(set(posts)) == len(posts), code
        rows = duties(listed, everybody, city.duties)
        assert len({r["duty_id"] for r in rows}) == len(rows), code


@pytest.mark.parametrize("code", ["wuwei", "ronghe", "huangshi"])
def test_every_post_of_the_mechanism_is_held(code: str) -> None:
    city, process = CITIES[code], load_playbook((ROOT / "playbooks" / f"{code}.yaml").read_text("utf-8"), "").process
    listed = city.organisations(COMMON)
    seated = {role for organisation in listed for role, *_ in city.staff(organisation)}
    everybody = people(listed, added_seats(process, listed, seated), city.staff)
    held = [Post(role=post.role, path=post.organisation.path) for p in everybody for post in p.posts]
    missing = {(each.role, name) for each in unheld(process, Directory(organisations=listed), held)
               for name in each.without}  # fmt: skip
    assert missing == set()

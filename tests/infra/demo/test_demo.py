"""The demo county can play every part: its counts are the reports', and nobody is addressed who does not exist."""

import asyncio
import json
import stat
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pwdlib import PasswordHash
from sqlalchemy import select

from domain.people.organisation import ROLES, Level, Line, Sight, within
from domain.policy.addressing import Addressing, Place
from domain.policy.playbook import load_playbook
from domain.policy.process import Process
from domain.triage.places import Directory, Kind, Listed, locate, resolve_places
from domain.triage.responsibility import LOCAL, organisation_for_department
from infra.database.engine import Database, migrate, open_database
from infra.database.tables.people import OrganisationRow, PersonRow, PostRow
from infra.demo import county, load, load_minimal
from infra.demo.load import PASSWORD
from infra.demo.people import people
from infra.runtime.settings import Settings
from tests.infra.support import ROOT

ORGANISATIONS = county.organisations()
DIRECTORY = Directory(organisations=ORGANISATIONS)
EVERYBODY = people(ORGANISATIONS)
TOWNS = [o.name for o in ORGANISATIONS if o.kind == Kind.TOWN]
PLACES = set(get_args(Place)) - {"assigned"}

HOLDERS: dict[str, list[tuple[str, str]]] = defaultdict(list)
"""role -> (path, person id)"""
for someone in EVERYBODY:
    for held in someone.posts:
        HOLDERS[held.role].append((held.organisation.path, someone.person_id))


def who(role: str, path: str) -> set[str]:
    """Who may answer what is addressed to a role at a path: its holders there, and above (`answers_for`)."""
    return {person for at, person in HOLDERS[role] if within(path, at)}


def processes() -> Iterator[Process]:
    for code in ("jinhua", "qionglai"):
        file = ROOT / "playbooks" / f"{code}.yaml"
        yield load_playbook(file.read_text(encoding="utf-8"), file.name).process


def department_codes() -> list[str]:
    return list(yaml.safe_load((ROOT / "playbooks" / "categories.yaml").read_text(encoding="utf-8"))["departments"])


def questions(process: Process) -> Iterator[tuple[str, list[Addressing]]]:
    """Every question of a mechanism with the posts it is put to."""
    yield from ((kind, policy.by) for kind, policy in process.tasks.items())
    yield from ((f"watch {kind}", policy.watched_by) for kind, policy in process.tasks.items() if policy.watched_by)
    yield from ((f"mediate {tier.code}", tier.convenor) for tier in (process.ladder.tiers if process.ladder else ()))
    yield "evaluate", process.evaluation.at_station
    yield from (("evaluate", seat) for seat in process.evaluation.joint)
    yield from (("supervise", [level]) for level in process.supervision.levels)
    yield "approve_change", process.supervision.levels


FOUR_EYES = {"evaluate", "approve_change", "supervise", "approve_third_push"}


# --- counts


def test_the_counts_are_the_reports() -> None:
    count = Counter(o.kind for o in ORGANISATIONS)
    assert (count[Kind.TOWN], count[Kind.DEPARTMENT], count[Kind.GRID], count[Kind.BEAT]) == (14, 13, 457, 457)
    assert count[Kind.STATION] == count[Kind.TOWN_CENTRE] == count[Kind.JUSTICE_OFFICE] == 14
    assert count[Kind.TRIBUNAL] >= 3
    villages = Counter(o.path.split("/")[2] for o in ORGANISATIONS if o.kind == Kind.VILLAGE)
    assert all(3 <= number <= 5 for number in villages.values())
    assert count[Kind.COUNTY] == 1
    assert {o.level for o in ORGANISATIONS} == set(Level) - {Level.CITY}
    assert {o.line for o in ORGANISATIONS} == set(Line)


def test_grids_and_beats_are_one_to_one() -> None:
    grids = DIRECTORY.of_kind(Kind.GRID)
    served = Counter(word for beat in DIRECTORY.of_kind(Kind.BEAT) for word in beat.keywords)
    assert served == Counter(grid.code for grid in grids), "no gap and no double (Q-100)"
    for grid in grids:
        beat = DIRECTORY.serving(Kind.BEAT, [grid])
        assert beat is not None
        assert beat.code.removeprefix("beat-") == grid.code.removeprefix("grid-")
        station, town = DIRECTORY.lineage(beat)[-2], DIRECTORY.areas_of(grid)[0]
        assert station.kind == Kind.STATION
        assert station.serves(town), "the beat's station is the grid's township's"


def test_the_tree_is_whole_and_nothing_comes_twice() -> None:
    paths = {o.path for o in ORGANISATIONS}
    assert len(paths) == len({o.code for o in ORGANISATIONS}) == len(ORGANISATIONS)
    for o in ORGANISATIONS:
        assert o.path.endswith(f"/{o.code}")
        assert o.path == "/county" or o.path.rpartition("/")[0] in paths
    areas = [o.name for o in ORGANISATIONS if o.kind in (Kind.TOWN, Kind.VILLAGE, Kind.GRID)]
    assert len(set(areas)) == len(areas)


def test_people_are_unique_and_the_same_on_every_run() -> None:
    assert len({p.username for p in EVERYBODY}) == len({p.name for p in EVERYBODY}) == len(EVERYBODY)
    assert len({p.person_id for p in EVERYBODY} | {post.post_id for p in EVERYBODY for post in p.posts}) == sum(
        1 + len(p.posts) for p in EVERYBODY
    )
    assert all(p.username.isascii() and p.username == p.username.lower() for p in EVERYBODY)
    assert people(county.organisations()) == EVERYBODY


def test_every_role_is_held_and_a_second_post_sees_no_further() -> None:
    assert set(HOLDERS) == set(ROLES)
    reach = [Sight.NONE, Sight.OWN, Sight.ORGANISATION, Sight.SUBTREE]
    for person in EVERYBODY:
        sights = [reach.index(ROLES[post.role].sight) for post in person.posts]
        assert sights[0] == max(sights), person.username


def test_who_evaluates_does_not_handle() -> None:
    handling = {"department_handler", "department_leader", "centre_dispatcher", "committee_dispatcher"}
    for person in EVERYBODY:
        roles = {post.role for post in person.posts}
        assert not (roles & handling and any(role.startswith("evaluator") for role in roles))


# --- everybody who is addressed exists


@pytest.mark.parametrize("address", [*TOWNS, "古山镇金江龙村12号", "不知道在哪里"])
def test_every_addressing_of_both_playbooks_resolves_to_people(address: str) -> None:
    places = resolve_places(DIRECTORY, address=address)
    assert set(places) == PLACES
    for process in processes():
        for kind, posts in questions(process):
            answering: set[str] = set()
            for post in (post for post in posts if post.at != "assigned"):
                one = who(post.role, places[post.at])
                assert one, f"{address}: nobody is {post.role} at {post.at} for {kind}"
                answering |= one
            assert len(answering) >= 2 or kind not in FOUR_EYES or not answering, f"{address}: {kind}"


def test_every_seat_where_somebody_may_be_barred_has_two() -> None:
    for process in processes():
        for seat in process.evaluation.joint:
            for post in seat:
                for town in TOWNS:
                    assert len(who(post.role, resolve_places(DIRECTORY, address=town)[post.at])) >= 2
    for station in DIRECTORY.of_kind(Kind.STATION):
        assert sum(path == station.path for path, _ in HOLDERS["duty_leader"]) >= 2


@pytest.mark.parametrize("town", TOWNS)
def test_the_ladder_finds_its_participants_in_every_township(town: str) -> None:
    places = resolve_places(DIRECTORY, address=town)
    below = {path for word, path in places.items() if word != "county"}
    for process in processes():
        for tier in process.ladder.tiers if process.ladder else ():
            for part in tier.requires:
                near = [
                    person
                    for role in part.any_of
                    for at, person in HOLDERS[role]
                    if any(within(at, path) for path in below) or role.startswith("department")
                ]
                assert len(near) >= part.at_least, f"{town}: {tier.code}: {part.name}"


# --- departments


@pytest.mark.parametrize("address", [*TOWNS, "古山镇金江龙村12号", "不知道在哪里"])
def test_every_department_of_the_list_is_an_organisation_that_can_accept(address: str) -> None:
    places = resolve_places(DIRECTORY, address=address)
    for code in department_codes():
        organisation = DIRECTORY.get(organisation_for_department(code, places))
        assert organisation is not None, code
        accepting = [
            who(role, organisation.path) for role in ("department_handler", "department_leader", "township_leader")
        ]
        assert set().union(*accepting), f"{address}: nobody accepts for {code} at {organisation.name}"


def test_the_thirteen_are_codes_of_the_list_and_no_place() -> None:
    thirteen = {o.code for o in DIRECTORY.of_kind(Kind.DEPARTMENT)}
    assert thirteen <= set(department_codes()) - set(LOCAL)


# --- addresses


def test_the_address_of_the_report_is_recognised() -> None:
    places = resolve_places(DIRECTORY, address="古山镇金江龙村12号")
    assert places["village"] == "/county/town-gushan/village-gushan-1"
    assert places["station"] == "/county/bureau/station-gushan"
    assert places["town_centre"] == "/county/town-gushan/town-gushan-centre"
    assert places["justice_office"] == "/county/justice/justice-gushan"
    assert places["court"] == "/county/court/tribunal-gushan"


def test_every_village_and_grid_is_recognised_by_its_name() -> None:
    for area in (o for o in ORGANISATIONS if o.kind in (Kind.TOWN, Kind.VILLAGE, Kind.GRID)):
        town = DIRECTORY.areas_of(area)[0]
        spoken = area.name if area is town else f"{town.name}{area.name}"
        assert locate(DIRECTORY, address=f"示范县{spoken}12号") == area
        assert locate(DIRECTORY, address="", grid_code=area.code) == area


# --- loading


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    fresh = Settings(var=tmp_path / "var", database_url=f"sqlite+aiosqlite:///{tmp_path / 'var' / 'santui.db'}")
    await asyncio.to_thread(migrate, fresh)
    return fresh


async def rows(database: Database, table: type[OrganisationRow | PersonRow | PostRow]) -> list[dict[str, object]]:
    async with database.read() as session:
        return [row.model_dump() for row in (await session.execute(select(table))).scalars()]


async def everything(settings: Settings) -> list[list[dict[str, object]]]:
    database = open_database(settings)
    try:
        return [await rows(database, table) for table in (OrganisationRow, PersonRow, PostRow)]
    finally:
        await database.close()


async def test_loading_puts_the_county_into_the_database_and_a_second_time_nothing(settings: Settings) -> None:
    began = time.perf_counter()
    await load(settings)
    print(f"the demo county loads in {time.perf_counter() - began:.2f} s")
    organisations, persons, posts = first = await everything(settings)
    assert {str(row["code"]): listed(row) for row in organisations} == {o.code: o for o in ORGANISATIONS}
    assert len(persons) == len(EVERYBODY)
    assert len(posts) == sum(len(person.posts) for person in EVERYBODY)
    assert len({row["password_hash"] for row in persons}) == 1
    written = settings.demo_file.read_bytes()
    await load(settings)
    assert await everything(settings) == first
    assert settings.demo_file.read_bytes() == written


def listed(row: dict[str, object]) -> Listed:
    return Listed.model_validate({**row, "keywords": str(row["keywords"]).split()})


async def test_the_demo_file_is_the_contract_s(settings: Settings) -> None:
    await load(settings)
    assert stat.S_IMODE(settings.demo_file.stat().st_mode) == 0o600
    assert [p.name for p in settings.var.iterdir() if p.name.startswith(".")] == [], "no half-written file stays"
    people_there = json.loads(settings.demo_file.read_text(encoding="utf-8"))
    assert [person["username"] for person in people_there] == [person.username for person in EVERYBODY]
    assert set(people_there[0]) == {"username", "password", "name", "posts"}
    assert set(people_there[0]["posts"][0]) >= {"role", "organisation", "level", "line"}
    first: dict[str, str] = {}
    for person in people_there:
        for post in person["posts"]:
            first.setdefault(post["role"], post["organisation"])
    assert set(first) == set(ROLES)
    assert first["supervisor"] == first["auditor"] == people_there[0]["posts"][0]["organisation"] == "county"
    _, persons, _ = await everything(settings)
    assert PasswordHash.recommended().verify(people_there[0]["password"], str(persons[0]["password_hash"]))


async def test_a_lost_demo_file_is_written_again(settings: Settings) -> None:
    await load(settings)
    written = settings.demo_file.read_bytes()
    settings.demo_file.unlink()
    await load(settings)
    assert settings.demo_file.read_bytes() == written


async def test_an_empty_installation_gets_a_supervisor_and_three_administrators(settings: Settings) -> None:
    said: list[str] = []
    await load_minimal(settings, said.append)
    organisations, persons, posts = first = await everything(settings)
    assert [row["kind"] for row in organisations] == [Kind.COUNTY]
    assert [row["role"] for row in posts] == ["supervisor", "admin_system", "admin_security", "admin_audit"]
    file = settings.var / "first-admin.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    accounts = {a["username"]: a["password"] for a in json.loads(file.read_text(encoding="utf-8"))}
    assert len(set(accounts.values())) == 4
    assert PASSWORD not in accounts.values()
    for row in persons:
        assert PasswordHash.recommended().verify(accounts[str(row["username"])], str(row["password_hash"]))
        assert any(accounts[str(row["username"])] in line for line in said)
    said.clear()
    await load_minimal(settings, said.append)
    await load(settings)
    assert said == [], "a password is told once"
    assert await everything(settings) == first
    assert not settings.demo_file.exists(), "the demo does not move in with people who are there already"


async def test_the_demo_keeps_an_installation_from_being_begun_again(settings: Settings) -> None:
    await load(settings)
    await load_minimal(settings, lambda text: pytest.fail(text))
    assert not (settings.var / "first-admin.json").exists()


def test_whoever_is_first_may_see_the_whole_county() -> None:
    first = EVERYBODY[0]
    assert [(post.role, post.organisation.path) for post in first.posts] == [("supervisor", "/county")]

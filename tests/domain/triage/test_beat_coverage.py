"""Beats and grids one to one, three tiers of counterparts, the three chiefs: what is whole, and what is told if not."""

from __future__ import annotations

import pytest

from domain.people.duties import OF_BEATS, RULES, Duty
from domain.people.organisation import Actor, Post
from domain.triage.beat_coverage import Coverage, Pair, counterparts, cover
from domain.triage.places import Directory, Kind, Listed
from domain.triage.three_chiefs import three_chiefs
from infra.demo import county
from infra.demo.duties import VACANT_BEATS, VACANT_DEPUTIES, duties
from infra.demo.people import people

ORGANISATIONS = county.organisations()
DIRECTORY = Directory(organisations=ORGANISATIONS)
DEMO = people(ORGANISATIONS)
EVERYBODY = [
    Actor(person_id=p.person_id, name=p.name, posts=[Post(role=q.role, path=q.organisation.path) for q in p.posts])
    for p in DEMO
]
Entrusted = dict[tuple[Duty, str], list[str]]


def entrusted() -> Entrusted:
    """What the demo county entrusts."""
    found: Entrusted = {}
    for row in duties(ORGANISATIONS, DEMO):
        found.setdefault((Duty(row["kind"]), row["subject"]), []).append(row["person_id"])
    return found


def changed(code: str, *keywords: str) -> Directory:
    """The directory with other words at one beat."""
    others = [o.model_copy(update={"keywords": list(keywords)}) if o.code == code else o for o in ORGANISATIONS]
    return Directory(organisations=others)


def without(code: str) -> Directory:
    return Directory(organisations=[o for o in ORGANISATIONS if o.code != code])


def check(
    directory: Directory = DIRECTORY, has: Entrusted | None = None, at_work: list[Actor] | None = None
) -> Coverage:
    return cover(directory, entrusted() if has is None else has, EVERYBODY if at_work is None else at_work)


@pytest.mark.req("Q-100")
def test_457_beats_are_embedded_in_457_grids_no_gap_no_double() -> None:
    """“将全局社区警务力量划分成457个警格,嵌入邛崃市457个一般网格”"""
    found = check()
    assert (found.grids, found.beats, found.one_to_one) == (457, 457, 457)
    assert found.whole


@pytest.mark.req("Q-100")
def test_a_grid_without_a_beat_and_a_beat_without_a_grid_are_told() -> None:
    gap = check(without("beat-012"))
    assert [grid.code for grid in gap.gaps] == ["grid-012"]
    assert (gap.beats, gap.one_to_one, gap.whole) == (456, 456, False)
    stray = check(without("grid-012"))
    assert [beat.code for beat in stray.strays] == ["beat-012"]
    assert (stray.grids, stray.one_to_one, stray.whole) == (456, 456, False)


@pytest.mark.req("Q-100")
def test_a_grid_with_two_beats_is_told_and_so_is_a_beat_in_two_grids() -> None:
    double = check(changed("beat-013", "grid-012"))
    [(grid, beats)] = double.doubles
    assert (grid.code, [beat.code for beat in beats]) == ("grid-012", ["beat-012", "beat-013"])
    assert [each.code for each in double.gaps] == ["grid-013"], "and the other grid has none now"
    two = check(changed("beat-013", "grid-013", "grid-012"))
    assert [beat.code for beat in two.strays] == ["beat-013"]
    assert not two.whole
    assert two.one_to_one == 455


def test_a_beat_of_another_station_than_its_grid_s_is_misplaced() -> None:
    swapped = [
        o.model_copy(update={"keywords": {"beat-001": ["grid-457"], "beat-457": ["grid-001"]}.get(o.code, o.keywords)})
        for o in ORGANISATIONS
    ]
    found = check(Directory(organisations=swapped))
    assert {(beat.code, grid.code) for beat, grid in found.misplaced} == {
        ("beat-001", "grid-457"), ("beat-457", "grid-001"),
    }  # fmt: skip
    assert not found.whole, "one to one by number, and yet nobody of that station gets there"


@pytest.mark.req("Q-101")
def test_in_the_demo_county_nothing_is_vacant_but_what_was_planted() -> None:
    found = check()
    told = {(vacancy.beat.code if vacancy.beat else "", vacancy.role) for vacancy in found.vacancies}
    assert told == {
        *((beat, "社区民警（辅警）") for beat in VACANT_BEATS),
        *((beat, "社区副所长") for beat in VACANT_DEPUTIES),
    }
    assert found.vacancies[0].sentence().endswith("社区副所长空缺")


def pairs(area: str, has: Entrusted | None = None) -> dict[int, Pair]:
    """The pairs of a village or grid by tier."""
    every = counterparts(DIRECTORY, entrusted() if has is None else has, EVERYBODY)
    return {pair.tier.number: pair for pair in every if pair.area.code == area}


@pytest.mark.req("Q-101", "Q-015")
def test_three_tiers_face_each_other_one_to_one() -> None:
    """“所长与村(社区)书记、社区副所长与一般网格长、社区民警(辅警)与网格员分层级一一对应”"""
    village, grid = DIRECTORY.get("village-gushan-1"), DIRECTORY.get("grid-155")
    assert village
    assert grid
    grid = next(g for g in DIRECTORY.of_kind(Kind.GRID) if g.path.startswith(village.path + "/"))
    names = {
        tier: (pair.tier.police, pair.tier.grid) for tier, pair in (pairs(village.code) | pairs(grid.code)).items()
    }
    assert names == {
        1: ("派出所所长", "村（社区）书记"),
        2: ("社区副所长", "一般网格长"),
        3: ("社区民警（辅警）", "网格员"),
    }
    posts = {person.person_id: {(post.role, post.path) for post in person.posts} for person in EVERYBODY}

    def holds(side: object, role: str, path: str) -> bool:
        [who] = side.people  # type: ignore[attr-defined]
        return (role, path) in posts[who.person_id]

    first, second, third = pairs(village.code)[1], pairs(grid.code)[2], pairs(grid.code)[3]
    station = "/county/bureau/station-gushan"
    assert holds(first.police, "station_chief", station)
    assert holds(first.grid, "village_secretary", village.path)
    assert holds(second.police, "station_deputy", station)
    assert holds(second.grid, "grid_leader", village.path)
    assert holds(third.police, "responsible_officer", station)
    assert holds(third.grid, "grid_worker", grid.path)


@pytest.mark.req("Q-101")
def test_an_assistant_fills_the_third_tier_where_the_officer_is_missing() -> None:
    has = entrusted()
    del has[Duty.BEAT_OFFICER, "beat-001"]
    assert ("beat-001", "社区民警（辅警）") in {
        (v.beat.code if v.beat else "", v.role) for v in check(has=has).vacancies
    }
    aide = next(p for p in EVERYBODY if ("on_scene_officer", "/county/bureau/station-baiyang") in
                {(post.role, post.path) for post in p.posts})  # fmt: skip
    has[Duty.BEAT_ASSISTANT, "beat-001"] = [aide.person_id]
    assert "beat-001" not in {v.beat.code for v in check(has=has).vacancies if v.beat}


@pytest.mark.req("Q-101")
def test_whoever_has_left_his_post_leaves_a_vacancy_that_names_him() -> None:
    has = entrusted()
    [gone] = has[Duty.BEAT_OFFICER, "beat-001"]
    at_work = [p.model_copy(update={"posts": []}) if p.person_id == gone else p for p in EVERYBODY]
    mine = [v for v in check(has=has, at_work=at_work).vacancies if v.beat and v.beat.code == "beat-001"]
    [vacancy] = mine
    assert (
        vacancy.sentence()
        == f"白洋社区第1网格（白洋社区第1警格）：社区民警（辅警）空缺，{vacancy.unfit[0].name}已不在岗"
    )


def test_two_who_have_one_beat_are_told() -> None:
    has = entrusted()
    other = next(
        who for (kind, _), [who, *_] in has.items() if kind == Duty.BEAT_OFFICER and who not in has[kind, "beat-001"]
    )
    has[Duty.BEAT_OFFICER, "beat-001"].append(other)
    [(beat, kind, both)] = check(has=has).shared
    assert (beat.code, kind, len(both)) == ("beat-001", Duty.BEAT_OFFICER, 2)


@pytest.mark.req("Q-013")
def test_each_township_has_its_three_chiefs_bound_by_name() -> None:
    """“派出所所长、司法所所长、法庭庭长‘三长’联手”"""
    found = three_chiefs(DIRECTORY, entrusted(), EVERYBODY)
    assert len(found) == 14
    for _, chiefs in found:
        assert [RULES[chief.kind].name for chief in chiefs] == ["派出所所长", "司法所所长", "法庭庭长"]
        assert all(chief.person and chief.by_name and not chief.gap for chief in chiefs)
    by_town = {town.code: [body.code for body in chiefs[2].bodies] for town, chiefs in found}
    assert by_town["town-qingxi"] == ["tribunal-gushan"], "a tribunal serves several townships"
    assert by_town["town-baiyang"] == ["court"], "which none serves, has the county's court"


@pytest.mark.req("Q-013")
def test_where_nobody_is_bound_it_is_who_alone_holds_the_post_and_a_gap_says_why() -> None:
    town = DIRECTORY.get("town-gushan")
    assert town
    [(_, chiefs)] = three_chiefs(DIRECTORY, {}, EVERYBODY, [town])
    assert [(chief.person is not None, chief.by_name) for chief in chiefs] == [(True, False)] * 3
    has = {key: who for key, who in entrusted().items() if key[1] == town.code}
    [gone] = has[Duty.JUSTICE_CHIEF, town.code]
    left = [p.model_copy(update={"posts": []}) if p.person_id == gone else p for p in EVERYBODY]
    [(_, chiefs)] = three_chiefs(DIRECTORY, has, left, [town])
    assert (chiefs[1].person, chiefs[1].gap) == (None, f"司法所所长空缺，{chiefs[1].unfit[0].name}已不在岗")
    second = Actor(
        person_id="p-2", name="又一人", posts=[Post(role="station_chief", path="/county/bureau/station-gushan")]
    )
    [(_, chiefs)] = three_chiefs(DIRECTORY, {}, [*EVERYBODY, second], [town])
    assert chiefs[0].gap == "有多人在岗，未指定"


def test_an_empty_county_covers_nothing_and_says_so() -> None:
    root: Listed = DIRECTORY.root
    found = check(Directory(organisations=[root]), {}, [])
    assert (found.grids, found.beats, found.vacancies, found.whole) == (0, 0, (), True)
    assert set(OF_BEATS) <= set(RULES)

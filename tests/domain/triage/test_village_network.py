"""Who answers for a village: its one auxiliary, the network, leaders who contracted it; vacancies by name."""

from __future__ import annotations

import pytest

from domain.people.duties import QUALIFICATIONS, Duty, fits, may_entrust
from domain.people.organisation import Actor, Post
from domain.triage.places import Directory, Kind
from domain.triage.subjects import station_of, subject_of
from domain.triage.village_network import Network, networks, village_of
from infra.demo import county
from infra.demo.duties import VACANT_VILLAGES, duties
from infra.demo.people import people

ORGANISATIONS = county.organisations()
DIRECTORY = Directory(organisations=ORGANISATIONS)
DEMO = people(ORGANISATIONS)
EVERYBODY = [
    Actor(person_id=p.person_id, name=p.name, posts=[Post(role=q.role, path=q.organisation.path) for q in p.posts])
    for p in DEMO
]
HAS: dict[tuple[Duty, str], list[str]] = {}
for row in duties(ORGANISATIONS, DEMO):
    HAS.setdefault((Duty(row["kind"]), row["subject"]), []).append(row["person_id"])


def network(village: str, has: dict[tuple[Duty, str], list[str]] = HAS) -> Network:
    """The network of a village of the demo county, by its code."""
    listed = DIRECTORY.get(village)
    assert listed
    return next(networks(DIRECTORY, has, EVERYBODY, [listed]))


@pytest.mark.req("W-010")
def test_one_village_has_one_auxiliary_and_who_has_none_is_told_by_name() -> None:
    """“充分发挥‘一村一辅警’优势”: each village has one, of the station that serves it; vacancies are sentences."""
    found = list(networks(DIRECTORY, HAS, EVERYBODY, DIRECTORY.of_kind(Kind.VILLAGE)))
    missing = {each.village.code: each.gap for each in found if each.gap}
    assert set(missing) == set(VACANT_VILLAGES)
    assert missing["village-daping-2"] == "松林村：驻村辅警空缺"
    assert all(each.auxiliary for each in found if not each.gap)
    # Who has moved to another station is its auxiliary no longer, and the vacancy says who it was.
    elsewhere = next(p for p in EVERYBODY if p.posts[0].path == "/county/bureau/station-baiyang")
    gone = network("village-daping-1", {**HAS, (Duty.VILLAGE_AUXILIARY, "village-daping-1"): [elsewhere.person_id]})
    assert gone.auxiliary is None
    assert gone.gap == f"大坪村：驻村辅警空缺，{elsewhere.name}已不在岗"


@pytest.mark.req("W-010")
def test_the_station_s_chief_names_the_auxiliary_and_another_station_s_does_not() -> None:
    """The village lies in the township's tree, its auxiliary in the police's: the station that serves it decides."""
    subject = subject_of(DIRECTORY, Duty.VILLAGE_AUXILIARY, "village-daping-2")
    assert subject
    by_post = {(post.role, post.path): person for person in EVERYBODY for post in person.posts}
    patrol = by_post["on_scene_officer", "/county/bureau/station-daping"]
    own, other = (by_post["station_chief", f"/county/bureau/station-{s}"] for s in ("daping", "baiyang"))
    assert may_entrust(own, Duty.VILLAGE_AUXILIARY, subject, patrol)
    assert not may_entrust(other, Duty.VILLAGE_AUXILIARY, subject, patrol)
    assert not fits(Duty.VILLAGE_AUXILIARY, subject, by_post["on_scene_officer", "/county/bureau/station-baiyang"])
    assert subject_of(DIRECTORY, Duty.VILLAGE_AUXILIARY, "town-daping") is None
    in_the_village = by_post["grid_leader", "/county/town-daping/village-daping-2"]
    assert fits(Duty.VILLAGE_AUXILIARY, subject, in_the_village)
    assert may_entrust(own, Duty.VILLAGE_AUXILIARY, subject, in_the_village)


@pytest.mark.req("W-011", "R-030")
def test_the_network_names_officer_auxiliary_cadre_and_grid_and_who_contracted_it() -> None:
    """“由社区民警联系驻村辅警、镇村干部、网格员等基层力量”; “各级政法、公安负责人对点包保,各级职能部门对口联系”."""
    found = network("village-daping-1")
    titles = [contact.title for contact in found.contacts]
    assert [*dict.fromkeys(titles)] == ["社区民警", "驻村辅警", "驻村干部", "村（社区）书记", "网格长", "网格员"]
    assert {c.by for c in found.contacts if c.title in ("社区民警", "驻村辅警", "驻村干部")} == {"name"}
    assert {c.by for c in found.contacts if c.title == "网格员"} == {"post"}
    # The county's leader has the township, and with it the village; the township's own has the village.
    assert [(c.title, c.at.code) for c in found.leaders] == [
        ("包保领导", "village-daping-1"), ("包保领导", "town-daping"),
    ]  # fmt: skip
    assert [c.at.code for c in found.counterparts] == ["town-daping"]
    assert [c.at.code for c in network("village-daping-2").leaders] == ["town-daping"]


@pytest.mark.req("H-051", "W-071")
def test_mediators_are_stationed_at_a_police_station_and_volunteers_come_of_four_sources() -> None:
    """“区司法局派驻人民调解员驻公安派出所”; “社区、村组干部、企业负责人、治安积极分子等…组建调解志愿者队伍”."""
    by_post = {(post.role, post.path): person for person in EVERYBODY for post in person.posts}
    mediator = by_post["mediator", "/county/justice/justice-daping"]
    chief = by_post["justice_chief", "/county/justice/justice-daping"]
    subject = subject_of(DIRECTORY, Duty.STATIONED_MEDIATOR, "station-daping")
    assert subject
    assert fits(Duty.STATIONED_MEDIATOR, subject, mediator)
    assert not fits(Duty.STATIONED_MEDIATOR, subject, by_post["on_scene_officer", "/county/bureau/station-daping"])
    assert may_entrust(chief, Duty.STATIONED_MEDIATOR, subject, mediator)
    assert not may_entrust(by_post["station_chief", "/county/bureau/station-daping"], Duty.STATIONED_MEDIATOR,
                           subject, mediator)  # fmt: skip
    assert subject_of(DIRECTORY, Duty.STATIONED_MEDIATOR, "justice-daping") is None
    sources = [QUALIFICATIONS[f"volunteer_{source}"] for source in ("community", "village", "enterprise", "activist")]
    assert sources == [f"调解志愿者（{source}）" for source in ("社区干部", "村组干部", "企业负责人", "治安积极分子")]


def test_the_village_of_a_dispute_is_that_of_its_grid() -> None:
    grid = DIRECTORY.get("grid-457")
    assert grid
    village = village_of(DIRECTORY, ["/county/bureau/station-daping", grid.path])
    assert village
    assert station_of(DIRECTORY, village) == DIRECTORY.get("station-daping")
    assert village_of(DIRECTORY, ["/county/bureau/station-daping", "/county/town-daping"]) is None

"""Who the reports of Wuwei, of fused policing and of Huangshi name sits in their demo counties where he is said to."""

from __future__ import annotations

import pytest

from domain.people.duties import RULES, Duty
from domain.people.organisation import VENUES, Level, Line
from domain.policy.playbook import load_playbook
from domain.triage.places import Directory, Kind, resolve_places
from domain.triage.subjects import subject_of
from infra.demo import county
from infra.demo.cities import huangshi, ronghe, wuwei
from infra.demo.duties import duties
from infra.demo.people import people
from tests.domain.support import PLAYBOOKS

COMMON = county.organisations()


@pytest.mark.req("W-010", "W-031")
def test_wuwei_has_an_auxiliary_in_every_village_but_two_and_nine_units_that_exchange() -> None:
    """“一村一辅警”, “与法院、检察院、人社、妇联等9个单位”."""
    listed = wuwei.CITY.organisations(COMMON)
    everybody = people(listed, (), wuwei.CITY.staff)
    rows = duties(listed, everybody, wuwei.CITY.duties)
    assisted = [each["subject"] for each in rows if each["kind"] == Duty.VILLAGE_AUXILIARY]
    villages = [o.code for o in listed if o.kind == Kind.VILLAGE]
    assert sorted(assisted) == sorted(set(villages) - set(wuwei.WITHOUT_AUXILIARY)), "one each"
    held = [(post.role, post.organisation.code) for p in everybody for post in p.posts]
    assert {code for role, code in held if role == "partner_liaison"} == set(wuwei.PARTNERS)
    assert len(wuwei.PARTNERS) == 9
    assert {"court", "procuratorate", "hrss", "women_fed"} <= set(wuwei.PARTNERS), "those that the report names"


@pytest.mark.req("R-010", "R-011", "R-020")
def test_fused_policing_stands_on_four_levels() -> None:
    """“市、县两级‘融合警务’工作领导小组…在乡镇街道设立‘融合警务’指挥室,村社区设置‘融合警务’工作站”."""
    listed = ronghe.CITY.organisations(COMMON)
    directory = Directory(organisations=listed)
    assert [group.path for group in directory.of_kind(ronghe.GROUP)] == [
        "/city/city-fusion-group", "/city/county/fusion-group",
    ]  # fmt: skip
    towns, villages = directory.of_kind(Kind.TOWN), directory.of_kind(Kind.VILLAGE)
    assert [o.path.rpartition("/")[0] for o in directory.of_kind(ronghe.COMMAND)] == [town.path for town in towns]
    stations = directory.of_kind(ronghe.WORKSTATION)
    assert sorted(o.path.rpartition("/")[0] for o in stations) == sorted(village.path for village in villages)
    everybody = people(listed, (), ronghe.CITY.staff)
    posts = [(post.role, post.organisation.code) for p in everybody for post in p.posts]
    assert posts.count(("fusion_leader", "fusion-group")) == 2, "平安办 and 公安局 lead it together"
    assert {code for role, code in posts if role == "fusion_member"} == set(ronghe.MEMBERS)


@pytest.mark.req("R-072")
def test_a_matter_whose_village_nobody_knows_goes_to_no_other_village_s_workstation() -> None:
    """“‘全科受理’…‘全量托底’”: it goes to the township's command room, where nothing is known to the grid centre."""
    directory = Directory(organisations=ronghe.CITY.organisations(COMMON))
    added = load_playbook((PLAYBOOKS / "ronghe.yaml").read_text(encoding="utf-8"), "").process.words.places
    meant = {
        address: resolve_places(directory, address=address, added=added)["workstation"].rpartition("/")[2]
        for address in ("古山镇金江龙村12号", "古山镇", "不知道在哪里")
    }
    assert list(meant.values()) == ["workstation-gushan-1", "command-gushan", "grid-centre"]


@pytest.mark.req("H-014", "H-051")
def test_huangshi_has_three_lines_on_four_levels_and_a_mediator_at_every_station() -> None:
    """“三个条线，市县乡村四个层级的‘三纵四横’工作体系”, “区司法局派驻人民调解员驻公安派出所”."""
    listed = huangshi.CITY.organisations(COMMON)
    there = {(o.line, o.level) for o in listed}
    lines = (Line.GOV_CENTER, Line.HOTLINE, Line.POLICE)
    levels = (Level.CITY, Level.COUNTY, Level.TOWN, Level.VILLAGE)
    assert [(line, level) for line in lines for level in levels if (line, level) not in there] == []
    everybody = people(listed, (), huangshi.CITY.staff)
    sits = {post.organisation.code for p in everybody for post in p.posts if post.role == "stationed_mediator"}
    assert sits == {o.code for o in listed if o.kind == Kind.STATION}


@pytest.mark.req("R-102")
def test_venues_of_three_kinds_stand_in_the_villages_and_somebody_is_stationed_at_each() -> None:
    """“设立驻村矛盾纠纷调解工作室、法官工作室、司法所工作站”."""
    listed = ronghe.CITY.organisations(COMMON)
    directory = Directory(organisations=listed)
    assert list(VENUES.values()) == ["矛盾纠纷调解工作室", "法官工作室", "司法所工作站"]
    villages, towns = directory.of_kind(Kind.VILLAGE), directory.of_kind(Kind.TOWN)
    counted = [len(directory.of_kind(kind)) for kind in VENUES]
    assert counted == [len(villages), len(towns), len(towns)], "驻村"
    venues = [venue for kind in VENUES for venue in directory.of_kind(kind)]
    everybody = people(listed, (), ronghe.CITY.staff)
    rows = [row for row in duties(listed, everybody, ronghe.CITY.duties) if row["kind"] == Duty.VENUE_MEDIATOR]
    assert {row["subject"] for row in rows} == {venue.code for venue in venues}
    by_id = {person.person_id: person for person in everybody}
    for row in rows:
        subject, person = subject_of(directory, Duty.VENUE_MEDIATOR, row["subject"]), by_id[row["person_id"]]
        held = {post.role for post in person.posts}
        assert subject
        assert held & RULES[Duty.VENUE_MEDIATOR].roles, row["subject"]
        assert ("court_liaison" in held) == row["subject"].startswith("judge-"), "法官工作室"
    assert subject_of(directory, Duty.VENUE_MEDIATOR, "station-qingxi") is None, "no venue"
    assert subject_of(directory, Duty.STATIONED_MEDIATOR, venues[0].code) is None, "no police station"

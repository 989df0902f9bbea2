"""Which reports belong to one quarrel: joining is conservative, and explains itself without personal data."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.triage.lexicon import parse_lexicon
from domain.triage.repeats.duplicate_detection import LASTING, MANY_CALLERS, Verdict
from domain.triage.repeats.duplicate_detection import judge as judged
from domain.triage.repeats.known import Known
from infra.records.repeats.weights import read_likeness

PLAYBOOKS = Path(__file__).resolve().parents[4] / "playbooks"
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
HOME = "通港路8号3幢502"


def report(no: str = "", *, category: str = "neighbor_noise", address: str = HOME, **changed: Any) -> Known:
    given: dict[str, Any] = {"narrative": "", "reported_at": NOON, **changed}
    return Known(dispute_no=no, category=category, address=address, **given)


def judge(new: Known, known: Known) -> Verdict:
    return judged(new, known, read_likeness().commonness)


def test_the_same_home_and_category_joins() -> None:
    assert judge(report(address="通港路8号3栋502室"), report("D2026-000001")).join


def test_another_home_of_the_building_does_not_join() -> None:
    verdict = judge(report(address="通港路8号3幢402"), report("D2026-000001"))
    assert (verdict.join, verdict.why) == (False, "同一楼栋、同一类别，但住户不同")


def test_a_neighbour_who_names_the_other_home_joins() -> None:
    above = report("D2026-000001", address="通港路8号3幢602", narrative="被502住户敲暖气管，反复报警")
    assert judge(report(narrative="楼上602半夜跳操"), above).join


def test_many_neighbours_of_the_fifth_floor_are_one_dispute() -> None:
    """H-063: many residents complain about one home."""
    first = report("D2026-000001", address="广州路1号2幢301", narrative="五楼那户半夜敲打")
    assert judge(report(address="广州路1号2幢601", narrative="反映5楼长期制造噪声"), first).join


@pytest.mark.req("H-001")
def test_every_caller_about_the_lift_joins_one_dispute() -> None:
    """H-001: opposing demands, one matter."""
    first = report(
        "D2026-000001", category="property_elevator_retrofit", address="新华里2幢101", parties=[{"name": "张三"}]
    )
    new = report(category="property_elevator_retrofit", address="新华里2号楼602室", parties=[{"name": "李四"}])
    assert judge(new, first).join


@pytest.mark.req("H-001")
def test_who_calls_against_the_first_caller_has_the_same_lift_and_other_words() -> None:
    """“楼上楼下诉求不一”: whoever names the other side is not another matter for that."""
    sides = [{"name": "张三"}, {"name": "李四"}]
    known = report("D", category="property_elevator_retrofit", parties=sides, narrative="老人上下楼不便，一楼阻挠施工")
    against = report(category="property_elevator_retrofit", parties=sides, narrative="低层不同意装，请叫他们停下来")
    assert judge(against, known).join
    assert not judge(against, known.model_copy(update={"closed": True})).join


def test_the_same_parties_join_across_near_categories() -> None:
    parties = [{"name": "张三", "phone": "138-0000-0001"}]
    known = report("D2026-000001", category="neighbor_quarrel", parties=parties)
    assert judge(report(parties=[{"name": "", "phone": "13800000001"}]), known).join


def test_one_shared_party_does_not_join_an_unrelated_matter() -> None:
    parties = [{"name": "张三"}]
    assert not judge(report(category="consumer_online", parties=parties), report("D", parties=parties)).join


def test_the_same_people_about_another_matter_are_another_dispute() -> None:
    parties = [{"name": "张三"}, {"name": "李四"}]
    known = report("D", parties=parties, narrative="楼上半夜拍皮球，声音很大")
    assert not judge(report(category="debt_private_loan", parties=parties), known).join
    assert not judge(report(parties=parties, narrative="空调外机对着卧室窗户装"), known).join


def test_the_same_people_who_call_again_join() -> None:
    parties = [{"name": "张三"}, {"name": "李四"}]
    known = report("D", parties=parties, narrative="楼上半夜拍皮球，声音很大")
    assert judge(report(parties=parties, narrative="楼上半夜拍球，声音太大了"), known).join
    assert judge(report(parties=parties, narrative="上次说的皮球，昨晚又拍到一点"), known).join


@pytest.mark.req("H-061")
def test_the_same_people_who_quarrel_again_have_the_same_matter_only_if_they_say_about_what() -> None:
    """H-061 “全市矛盾纠纷同一事项重复报警环比下降47.6%”: what is counted is one matter reported again, not one pair of
    people."""
    parties = [{"name": "张三"}, {"name": "李四"}]
    noise = report("D", parties=parties, narrative="楼上半夜拍皮球，声音很大")
    for about in ("两家又吵起来了，要求民警马上到场", "又因空调外机滴水吵起来了", "上次的事没完，又为晾衣杆吵"):
        assert judge(report(parties=parties, narrative=about), noise) == (False, "有相同当事人，但不是同一事项")
    for about in ("又拍皮球", "还是拍皮球，说过几次了"):
        assert judge(report(parties=parties, narrative=about), noise).join


def test_who_serves_many_reports_each_of_them_apart() -> None:
    """The telephone of a shop or a property manager is in the reports of all whom they have to do with."""
    shop: dict[str, Any] = {
        "category": "consumer_service",
        "address": "人民路88号",
        "parties": [{"name": "老板", "phone": "0571-1"}],
    }
    known = report("D", narrative="客人喝多了不付钱，掀了桌子", **shop)
    assert not judge(report(narrative="还是客人喝酒不付钱，又掀桌子", **shop), known).join
    fee = {"category": "property_fee", "address": "枣林铺小区8幢"}
    roles = [{"name": "物业公司"}, {"name": "业主"}]
    known = report("D", parties=[*roles, {"name": "干某"}], narrative="干某不交物业费，打了收费员", **fee)
    assert not judge(
        report(parties=[*roles, {"name": "明某"}], narrative="明某又不交物业费，推了收费员", **fee), known
    ).join


def test_a_home_between_two_leaks_is_in_two_matters() -> None:
    leak = {"category": "neighbor_water_leak"}
    above = report("D", address="银杏苑3幢402", parties=[{"name": "褚某"}], narrative="楼上502祁家漏水", **leak)
    below = report(address="银杏苑3幢302", parties=[{"name": "毕某"}], narrative="楼上402康家漏水", **leak)
    assert not judge(below, above).join
    answer = report(address="银杏苑3幢502", parties=[{"name": "祁某"}], narrative="楼下402褚某赖我家漏水", **leak)
    assert judge(answer, above).join


def test_a_masked_name_is_nobody() -> None:
    parties = [{"name": "张某"}]
    assert not judge(report(category="neighbor_pet", parties=parties), report("D", parties=parties)).join


def test_different_parties_at_a_public_place_stay_apart() -> None:
    mall = {"category": "neighbor_noise", "address": "人民路88号"}
    known = report("D2026-000001", parties=[{"name": "张三"}], **mall)
    assert judge(report(**mall), known).join
    assert not judge(report(parties=[{"name": "李四"}], **mall), known).join


def test_a_street_without_a_house_is_not_specific_enough() -> None:
    assert not judge(report(address="人民路"), report("D", address="人民路")).join


def test_two_callers_of_one_crash_join_but_next_weeks_crash_does_not() -> None:
    crash = {"category": "injury_traffic_accident", "address": "人民路88号"}
    known = report("D2026-000001", **crash)
    assert judge(report(reported_at=NOON + timedelta(minutes=20), **crash), known).join
    assert not judge(report(reported_at=NOON + timedelta(days=7), **crash), known).join


def test_one_report_by_two_channels_joins() -> None:
    words = "小区门口的烧烤店每天营业到凌晨，油烟和吵闹让人无法休息，请处理"
    known = report("D2026-000001", category="neighbor_odor_fume", address="阳光小区门口", narrative=words)
    assert judge(report(category="neighbor_odor_fume", address="阳光小区大门口", narrative=words + "。"), known).join


def test_a_closed_dispute_is_joined_only_by_its_own_parties() -> None:
    closed = report("D2026-000001", closed=True, parties=[{"name": "张三"}])
    assert not judge(report(), closed).join
    relapse = judge(report(parties=[{"name": "张三"}]), closed)
    assert relapse.join
    assert relapse.why.endswith("反复")


def test_nothing_said_is_no_reason_to_join() -> None:
    """Two narratives in which no cue spoke share a category by ignorance."""
    assert not judge(report(category="other_civil_dispute"), report("D", category="other_civil_dispute")).join


def test_another_place_never_joins_not_even_the_same_parties() -> None:
    parties = [{"name": "张三"}, {"name": "李四"}]
    assert not judge(report(address="和平路1号", parties=parties), report("D", parties=parties)).join


def test_reasons_hold_no_personal_data() -> None:
    people = [{"name": "欧阳修", "phone": "13800000001", "id_number": "330702199001010011"}]
    known = report("D2026-000001", parties=people, narrative="欧阳修敲墙")
    said = judge(report(parties=people), known).why
    assert not any(secret in said for secret in ("欧阳修", "13800000001", "330702", "通港路", "502"))


def test_the_categories_named_here_are_in_the_list() -> None:
    texts = [(PLAYBOOKS / f"{name}.yaml").read_text("utf-8") for name in ("categories", "risk_kinds")]
    categories = parse_lexicon(*texts).categories
    assert set(categories) >= MANY_CALLERS
    assert {code.partition("_")[0] for code in categories} >= LASTING


def test_where_the_place_cannot_be_told_nothing_joins_by_itself() -> None:
    known = report("D2026-000001", category="neighbor_odor_fume", address="阳光小区3幢对面")
    new = report(category="neighbor_odor_fume", address="阳光小区3幢")
    assert judge(new, known) == (False, "不能确定是否同一地点")


def test_another_entrance_is_another_home() -> None:
    first = report("D2026-000001", address="通港路8号3幢1单元502")
    assert judge(report(address="通港路8号3栋一单元502室"), first).join
    for other in ("通港路8号3幢2单元502", "通港路8号3幢502"):
        verdict = judge(report(address=other), first)
        assert (verdict.join, verdict.why) == (False, "同一楼栋、同一类别，但住户不同")

"""How like two reports are: people, place and the words they share; what no score makes up for; and what is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import PolicyInvalid
from domain.triage.repeats.grams import Commonness, rare_pairs, shared_words, vector
from domain.triage.repeats.known import Known
from domain.triage.repeats.likeness import AGAINST, PARTS, parse_weights, score
from domain.triage.repeats.nearness import nearness
from domain.triage.repeats.people import of_parties, surnames
from infra.runtime.policy_files import PLAYBOOKS

TEXT = (PLAYBOOKS / "repeats" / "likeness.yaml").read_text("utf-8")
WEIGHTS = parse_weights(TEXT)
FEW = Commonness(texts=100, pairs={"楼上": 60, "报警": 80})
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def report(narrative: str, *names: str, address: str = "翠苑3幢", days: int = 0, **given: Any) -> Known:
    said: dict[str, Any] = {"category": "neighbor_noise", **given}
    people = [{"name": name} for name in names]
    return Known(address=address, narrative=narrative, parties=people, reported_at=NOON + timedelta(days=days), **said)


FIRST = report("楼上封某半夜拖铁架子，吵得睡不着", "封小民", "瞿大伟")


def test_the_same_people_who_say_that_it_goes_on_join_with_the_words_they_share() -> None:
    found = score(report("封某昨晚又拖铁架子到两点", "封小民", days=9), FIRST, WEIGHTS)
    assert found.sure
    assert "拖铁架子" in found.words
    assert {"again", "nobody_new"} <= {part.name for part in found.parts}


@pytest.mark.parametrize(
    "other",
    [
        report("封某昨晚又拖铁架子到两点", "封小民", address="翠苑5幢"),
        report("封某昨晚又拖铁架子到两点", "封小民", address="翠苑北区3幢"),
        report("昨晚又拖铁架子到两点", "常某"),
        report("封某昨晚又拖欠工钱", "封小民", category="labor_wage"),
        report("封某在楼道停电动车", "封小民", category="neighbor_parking"),
    ],
)
def test_another_place_other_people_or_another_matter_never_join_by_themselves(other: Known) -> None:
    first = FIRST.model_copy(update={"address": "翠苑南区3幢"}) if "北区" in other.address else FIRST
    assert not score(other, first, WEIGHTS).sure


def test_only_what_a_place_a_person_or_one_text_leads_to_is_proposed() -> None:
    again = report("封某昨晚又拖架子到两点", "封某")
    assert (score(again, FIRST, WEIGHTS).shown, score(again, FIRST, WEIGHTS).sure) == (True, False)
    masked = [{"name": "封某"}]
    assert not score(again, FIRST.model_copy(update={"address": "梅里弄32号", "parties": masked}), WEIGHTS).shown
    known = {"name": "封某", "phone": "13800000001"}
    moved = FIRST.model_copy(update={"address": "梅里弄32号", "parties": [known]})
    assert score(again.model_copy(update={"parties": [known]}), moved, WEIGHTS).shown


def test_a_score_is_the_sum_of_its_parts_and_each_is_called_by_what_it_is() -> None:
    found = score(report("封某昨晚又拖铁架子", "封小民", days=60), FIRST, WEIGHTS)
    assert all(part.title == PARTS[part.name] for part in found.parts)
    assert all((part.adds < 0) == (part.name in AGAINST) for part in found.parts)


def test_no_part_learnt_counts_against_its_meaning() -> None:
    assert WEIGHTS.parts.keys() == PARTS.keys()
    assert min(WEIGHTS.parts.values()) >= 0


@pytest.mark.parametrize(
    ("there", "instead"), [("others:", "strangers:"), ("again: ", "again: -"), ("strict: 0", "strict: 7")]
)
def test_weights_that_are_misspelt_or_turned_round_are_refused(there: str, instead: str) -> None:
    assert there in TEXT
    with pytest.raises(PolicyInvalid):
        parse_weights(TEXT.replace(there, instead, 1))


def test_one_text_that_came_by_two_ways_is_wholly_alike_and_two_others_are_not() -> None:
    same = vector("车库渗水淹了配电箱", FEW)
    assert sum(weight * weight for weight in same.values()) == pytest.approx(1)
    assert not same.keys() & vector("彩礼退还", FEW).keys()


def test_shared_words_are_the_longest_and_the_rarest_first() -> None:
    assert shared_words("报警称车库渗水了", "昨天报警，车库渗水没修", FEW) == ["车库渗水", "报警"]


def test_the_pairs_looked_up_are_the_rare_ones_in_an_order_that_does_not_hang_on_the_text() -> None:
    assert rare_pairs("楼上报警", FEW, str) == ["上报", "楼上", "报警"]
    long = "车库渗水淹了配电箱物业说等雨停再修三户冰箱烧坏要求赔偿电费"
    kept = rare_pairs(long, FEW, str)
    assert len(kept) == 16
    assert set(kept) <= set(rare_pairs(long[2:] + long[:2], FEW, str)) | {"车库", "库渗", "费车"}


def test_people_are_known_by_surname_where_the_name_is_masked() -> None:
    assert surnames("施家的羊，姓江的和邬某") == {"施", "江", "邬"}
    assert surnames("全家人报警，保安说大家自家的事") == frozenset()
    assert of_parties([{"name": "葛某夫妻"}, {"name": "物业"}, {"name": "葛卫国"}]) == {"葛"}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("梅里弄23号旁", "梅里弄32号旁", True),
        ("锦枫苑南区5栋", "锦枫苑北区5栋", True),
        ("和盛家园一期12栋", "和盛家园二期12栋", True),
        ("南河街88号附3号", "南河街88号", False),
        ("东篱小区15栋601", "东篱15栋501室", False),
        ("下川村三组", "柳坪镇下川村3社", False),
    ],
)
def test_numbers_tell_two_places_apart_but_not_two_homes_of_one_building(one: str, other: str, apart: bool) -> None:
    near = nearness(one, other)
    assert (near.apart, near.shared >= 0.5) == (apart, True)


def test_the_same_two_people_s_other_quarrel_joins_only_with_a_word_that_is_no_name() -> None:
    parked = report("封某的电动车停在楼道里，瞿某不让过，又吵了起来", "封小民", category="neighbor_passage", days=9)
    found = score(parked, FIRST, WEIGHTS)
    assert (found.sure, found.shown) == (False, True)
    dragged = report("瞿某又骂封某拖铁架子", "封小民", category="neighbor_passage", days=9)
    assert score(dragged, FIRST, WEIGHTS).sure

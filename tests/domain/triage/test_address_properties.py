"""What holds of every address, sensible or not."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.triage.address.folding import fold
from domain.triage.address.reading import MOST_READ, read
from domain.triage.address.sameness import compare, compare_buildings, key, traces
from domain.triage.address.wordings import canonical

WORDS = st.sampled_from(
    "古山镇 芝英镇 城西街道 白洋社区 金江龙村 上马村 三组 第2组 人民路 和平巷 8号 十二号 88号附3 阳光花园 翠苑 小区 "
    "南区 B区 二期 5栋 五号楼 3# 2单元 502 六楼 1102室 东户 华联超市 村委会 对面 旁边 门口 的 "
    "( ) （ ） ， - 号 栋 一 〇 12 Ⅱ 公路边 第 之 附".split()
)
ADDRESSES = st.lists(WORDS, max_size=9).map("".join) | st.text(max_size=40)
UNHURRIED = settings(deadline=None)
PARTS = {
    "section": ["南区", "北区", "A区", "一区", "二区"],
    "phase": ["一期", "二期", "三期"],
    "building": ["3幢", "5栋", "13号楼", "A座"],
    "unit": ["1单元", "2单元", "11单元"],
    "room": ["301", "502室", "1102"],
}


@UNHURRIED
@given(ADDRESSES)
def test_folding_what_was_folded_changes_nothing(address: str) -> None:
    once = fold(address).text
    assert fold(once).text == once


@UNHURRIED
@given(ADDRESSES)
def test_wording_what_was_worded_changes_nothing(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)


@UNHURRIED
@given(ADDRESSES, ADDRESSES)
def test_sameness_has_no_direction(one: str, other: str) -> None:
    assert compare(one, other) == compare(other, one)
    assert compare_buildings(one, other) == compare_buildings(other, one)


@UNHURRIED
@given(ADDRESSES)
def test_a_place_is_itself(address: str) -> None:
    assume(read(address) != read(""))
    assert compare(address, address) == compare_buildings(address, address) == "same"


@UNHURRIED
@given(ADDRESSES, ADDRESSES)
def test_the_same_is_of_the_same_building_and_shares_what_leads_to_it(one: str, other: str) -> None:
    if compare(one, other) == "same":
        assert compare_buildings(one, other) == "same"
    if compare_buildings(one, other) == "same":
        assert set(traces(one)) & set(traces(other))


@UNHURRIED
@given(
    st.data(),
    st.sampled_from(["翠苑", "阳光花园", "通港路8号翠苑", "古山镇锦绣江南小区"]),
    st.sampled_from(sorted(PARTS)),
)
def test_a_part_that_differs_parts_two_places(data: st.DataObject, estate: str, differs: str) -> None:
    """“阳光花园南区5栋” is not “阳光花园北区5栋”; whatever else the two say alike or leave out."""
    said = {part: data.draw(st.sampled_from(["", *choices])) for part, choices in PARTS.items()}
    one, other = data.draw(st.permutations(PARTS[differs]))[:2]
    first, second = (estate + "".join({**said, differs: value}.values()) for value in (one, other))
    assert compare(first, second) == "different", (read(first), read(second))


@UNHURRIED
@given(st.data(), st.sampled_from(["翠苑", "阳光花园", "通港路8号翠苑"]), st.sampled_from(sorted(PARTS)))
def test_a_part_that_one_leaves_out_leaves_it_open(data: st.DataObject, estate: str, missing: str) -> None:
    said = {part: data.draw(st.sampled_from(choices)) for part, choices in PARTS.items()}
    whole, less = (estate + "".join(parts.values()) for parts in (said, {**said, missing: ""}))
    assert compare(whole, less) == "unknown", (read(whole), read(less))


@UNHURRIED
@given(
    st.sampled_from(["翠苑5栋", "人民路8号", "华联超市", "上马村三组12号"]),
    st.sampled_from(["对面", "旁边", "门口", "后面"]),
)
def test_what_is_beside_a_place_is_not_the_place(place: str, relation: str) -> None:
    assert compare(place, place + relation) == compare_buildings(place, place + relation) == "unknown"
    assert compare(place + relation, place + relation) == "same"


@UNHURRIED
@given(ADDRESSES, st.integers(1, 5000))
def test_any_length_is_read(address: str, times: int) -> None:
    text = (address or "号") * times
    assert read(text) == read(text)
    assert (len(text) > MOST_READ) == (text[MOST_READ:] in read(text).unread and len(text) > MOST_READ)
    assert isinstance(key(text), str)

"""One place in all its spellings, and never two places made one: the answers that pairs of addresses have, and why."""

from itertools import combinations

import pytest

from domain.triage.address.reading import read
from domain.triage.address.sameness import Sameness, compare, compare_buildings, key, traces

ONE_PLACE = [
    # counters of buildings, numerals, widths, blanks
    [
        "阳光花园南区5栋",
        "阳光花园南区5幢",
        "阳光花园南区五号楼",
        "阳光花园南区5#楼",
        "阳光花园 南区 ５ 座",
        "阳光花园（南区）5栋",
        "阳光花园小区南区5栋",
    ],
    ["翠苑一区12幢302室", "翠苑1区十二幢302", "翠苑第一区12号楼3楼302室", "翠苑小区1区12#302", "翠苑一区12-302"],
    [
        "锦绣江南二期3幢2单元1102室",
        "锦绣江南2期3-2-1102",
        "锦绣江南Ⅱ期三栋二单元1102",
        "锦绣江南二期3号楼2单元11层1102室",
        "锦绣江南二期3#2-1102",
        "锦绣江南二期03幢02单元1102号",
    ],
    ["国贸大厦A座1502室", "国贸大厦a栋1502", "国贸大厦Ａ座15楼1502室"],
    ["和平家园3幢五零二室", "和平家园3栋502", "和平家园3号楼五〇二"],
    ["幸福里7栋2门401", "幸福里七号楼2单元401室"],
    ["滨江花园8幢2单元5楼东户", "滨江花园8栋二单元五层东户"],
    ["万达广场B1层", "万达广场负一楼", "万达广场地下1层"],
    # what stands before the street
    [
        "通港路8号3幢502",
        "浙江省金华市婺城区通港路8号3栋502室",
        "金华市通港路8号3幢502",
        "婺城区多湖街道通港路八号三号楼502",
        "浙江金华市通港路8号3座502",
    ],
    ["凉州区东大街88号", "甘肃省武威市凉州区东大街88号", "武威市东大街８８号", "东大街八十八号", "东大街88"],
    ["高新区科技路12号院2号楼", "科技路12号2幢", "科技路12号大院2栋"],
    ["路桥区南官大道120号", "台州市路桥区南官大道一百二十号", "南官大道120号"],
    ["建设二路15号", "建设2路15号", "建设二路十五号院内"],
    ["人民路8号附3号", "人民路8号附3", "人民路8-3号", "人民路8号-3", "人民路8号之三"],
    ["解放东路120弄5号302室", "解放东路一百二十弄五号302"],
    # villages and their groups
    [
        "古山镇金江龙村3组12号",
        "金江龙村三组12号",
        "金江龙村第三组十二号",
        "金江龙村3社12号",
        "金江龙村三队12号",
        "永康市古山镇金江龙村三村民小组12号",
        "古山镇金江龙村3组 12号院里",
    ],
    ["柳河乡王家湾村2组", "王家湾村二组", "王家湾村第2村民小组"],
    [
        "白洋街道白洋社区幸福路8号",
        "白洋街道幸福路8号",
        "幸福路8号",
        "白洋街道办事处幸福路8号",
        "白洋街办白洋社区幸福路8号",
    ],
    ["金江龙村村委会", "金江龙村委会", "古山镇金江龙村民委员会"],
    # names, doors and crossings
    ["华联超市", "华联超市内", "古山镇华联超市", "华联超市里面"],
    ["华联超市门口", "华联超市大门口", "古山镇华联超市门前"],
    ["华联超市旁边", "华联超市旁", "华联超市边上", "华联超市隔壁"],
    ["人民路88号", "人民路88号（人民医院对面）", "人民路88号，近人民医院", "人民路88号人民医院旁边", "人民路88号院内"],
    ["人民路与和平路交叉口", "和平路与人民路交叉口", "人民路和平路口", "和平路人民路十字路口", "人民路、和平路交汇处"],
    ["通港路8号阳光花园5幢", "阳光花园5幢", "阳光花园小区5栋"],
    ["人民路和平巷8号", "和平巷8号"],
    ["地址：新华里2幢101", "新华里2号楼101室", "住新华里2栋101"],
]

SAME = [
    ("香榭丽舍3期7栋1单元1503", "香榭丽舍三期7-1-1503", "three numbers are building, unit and door"),
    ("高桥镇大山村七组", "大山村7社", "the town is left out; 社 is 组"),
    ("高桥镇大山村七组", "高桥大山七组", "镇 and 村 are left out"),
    ("大山村卫生室", "高桥镇大山村卫生所", "one thing under two names"),
    ("一品天下D区12栋二单元三楼六号", "一品天下D区12栋2单元306", "a door said by its floor and its place there"),
    ("城南汽车站候车室", "城南客运站候车大厅", "the station and its hall under two names"),
    ("人民广场地铁站B口", "人民广场站B出口", "出口 is 口"),
    ("县第一中学北门", "县一中北门", "a school for short"),
    ("桂花苑小区4号楼2单元电梯", "桂花苑4栋2单元电梯间", "the lift of one entrance"),
    ("丽水花园17幢地下车库", "丽水花园17栋地库", "the garage for short"),
    ("白马镇菜市场", "白马农贸市场", "the town for short, the market under two names"),
    ("和平街与解放路路口东北角", "解放路和平街路口东北角", "a crossing from either road"),
    ("新民路建行对面", "新民路建设银行对面", "both say opposite"),
    ("石坝村六组张家院子", "石坝村六社张家大院", "a courtyard under two names"),
    ("石坝村水库边", "石坝水库旁边", "both say beside"),
    ("金色家园三十二栋一单元九楼902", "金色家园32-1-902", "the floor is in the door's number"),
    ("北门街道惠民社区光华巷13号附2号", "光华巷13号附2（惠民社区）", "the community behind, in brackets"),
    ("中医院门诊楼三楼", "中医院门诊部3楼", "the outpatients under two names"),
    ("东风厂家属院6号楼3单元2楼西户", "东风厂家属区6栋3单元二楼西边户", "the flat of a floor by its side"),
    ("水岸名城一期3号楼102商铺", "水岸名城1期3幢102号铺", "a shop by its number"),
    ("国道318线12公里处", "318国道12公里", "a highway's number before or behind"),
    ("月亮湾工地", "月亮湾施工现场", "a site under two names"),
    ("沙河村委会办公楼", "沙河村村委会办公楼", "村村 for short"),
    ("槐树街2号院1号楼3单元501", "槐树街2号院1-3-501", "a yard of a street has buildings"),
    ("通济村4组王家田", "通济4组王某田", "a field by its holder"),
    ("望江路66号旁边的巷子", "望江路六十六号旁巷子里", "both say beside, of a number"),
    ("锦绣家苑14栋2单元204", "锦绣家园14栋2单元204", "a slip of the ear, borne out by three numbers"),
    ("宏泽纺织厂（塘埠镇纬三路9号）", "塘埠纬三路9号宏泽纺织有限公司", "the firm for short, the street behind"),
    ("锦绣江南Ⅱ期3幢", "锦绣江南2期3栋", "Roman numerals"),
    ("和平路贰佰号", "和平路200号", "capital numerals"),
    ("江湾公寓21层10号", "江湾公寓2110", "the tenth door of floor 21"),
]

TWO_PLACES = [
    ("阳光花园南区5栋", "阳光花园北区5栋"),
    ("阳光花园南区5栋", "翠苑东区5栋"),
    ("阳光花园A区3幢", "阳光花园B区3幢"),
    ("翠苑一区5幢", "翠苑二区5幢"),
    ("翠苑一区5幢", "翠苑一期5幢"),
    ("阳光花园一期5栋", "阳光花园二期5栋"),
    ("阳光花园二期5栋", "阳光花园5栋"),
    ("阳光花园5栋", "阳光家园5栋"),
    ("阳光新村5栋", "阳光小区5栋"),
    ("新城南区11栋", "新城南区1栋"),
    ("翠苑3幢502", "翠苑5幢302"),
    ("翠苑13幢", "翠苑1幢3单元"),
    ("翠苑3号楼", "翠苑3楼"),
    ("翠苑3幢1单元502", "翠苑3幢2单元502"),
    ("翠苑3幢502", "翠苑3幢602"),
    ("翠苑3幢5楼东户", "翠苑3幢5楼西户"),
    ("国贸大厦A座1502", "国贸大厦B座1502"),
    ("万达广场1层", "万达广场负1层"),
    ("古山镇人民路8号", "芝英镇人民路8号"),
    ("婺城区人民路8号", "金东区人民路8号"),
    ("永康市人民路8号", "义乌市人民路8号"),
    ("人民路8号", "人民路18号"),
    ("人民路8号", "人民路8号附3号"),
    ("人民路8弄3号", "人民路8号3幢"),
    ("人民东路8号", "人民西路8号"),
    ("人民路东段8号", "人民路西段8号"),
    ("建设一路15号", "建设二路15号"),
    ("人民路1号", "人民巷1号"),
    ("通港路8号阳光花园5幢", "人民路9号阳光花园5幢"),
    ("人民路88号华联超市", "人民路88号永辉超市"),
    ("人民路和平巷8号", "解放路和平巷8号"),
    ("金江龙村3组12号", "金江龙村12组3号"),
    ("金江龙村3组12号", "坑口村3组12号"),
    ("石桥镇上马村12号", "柳河镇上马村12号"),
    ("上马村3组", "上马村3号"),
    ("上马村", "上马新村"),
    ("上马村12号", "上马社区12号"),
    ("城西街道12号", "石桥镇12号"),
    ("古山镇人民医院", "芝英镇人民医院"),
    ("古山镇人民医院", "永康市人民医院"),
    ("古山镇政府", "古山镇卫生院"),
    ("金江龙村文化礼堂", "坑口村文化礼堂"),
    ("人民医院", "人民医院对面"),
    ("华联超市旁边", "华联超市对面"),
    ("华联超市门口", "华联超市后面"),
    ("人民路88号", "人民路88号对面"),
    ("阳光小区东门", "阳光小区西门"),
    ("阳光小区门口烧烤店", "月光小区门口烧烤店"),
    ("第一小学", "第二小学"),
    ("人民路与和平路交叉口", "人民路与解放路交叉口"),
    ("人民路与和平路交叉口", "人民路"),
    ("五一路5号", "五四路5号"),
    ("铁路新村5幢", "电力新村5幢"),
    ("三户村3组", "三户3组"),
    ("城西工业区5幢", "城东工业区5幢"),
    ("江南水乡5幢", "梦想小镇5幢"),
    ("大山村七组12号", "大山村一组12号"),
    ("县一中", "县二中"),
    ("建设银行", "农业银行"),
    ("万达广场三楼", "万达广场二楼"),
    ("光华巷13号附2号", "光华巷132号"),
    ("石坝村水库", "石坝村鱼塘"),
    ("国道318线12公里处", "国道318线21公里处"),
    ("和平街与解放路路口东北角", "和平街与解放路路口西南角"),
    ("金色家园3栋2单元", "金色家园32栋"),
    ("槐树街2号院1号楼", "槐树街1号院2号楼"),
    ("迎宾大道188号", "迎宾路188号"),
    ("上河村", "下河村"),
    ("老街12号", "新街12号"),
    ("桂花苑4栋东单元301", "桂花苑4栋西单元301"),
    ("万达广场1号门", "万达广场2号门"),
    ("河口镇中心小学", "城关镇中心小学"),
    ("人民医院住院部3楼", "人民医院门诊3楼"),
    ("红星村3组张家鱼塘", "红星村3组李家鱼塘"),
    ("梧桐苑1-1101", "梧桐苑11-101"),
    ("民主路12弄3号502", "民主路12弄3号503"),
    ("二环路北一段5号", "二环路北二段5号"),
    ("桥东村桥头", "桥东村桥尾"),
    ("建材市场A区12号", "建材市场B区12号"),
    ("世纪大厦12楼1205", "世纪大厦12楼1206"),
    ("丽景花园B1-117车位", "丽景花园B2-117车位"),
    ("马家巷6号", "马家后巷6号"),
    ("塘埠镇河东村12号", "塘埠镇河西村12号"),
]
"""Each pair is told apart by one part: a section, a building, an entrance, a door, a number, a name, a road, a town."""

CANNOT_TELL = [
    ("华联超市", "华联超市门口", "its door is beside it"),
    ("人民路88号", "人民路88号对面", "what is opposite is another house, of which it says no number"),
    ("桂花苑4栋旁边", "桂花苑4栋", "nor is what lies beside it"),
    ("水岸名城A区3号楼", "水岸名城3号楼", "which section is not said"),
    ("桂花苑4栋1单元", "桂花苑4栋", "a building and its entrance"),
    ("桂花苑4栋1单元502", "桂花苑4栋502", "another entrance may have a 502"),
    ("大山村七组", "大山村七组12号", "a group and a house of it"),
    ("世纪大厦1205", "世纪大厦2楼1205", "one of the two numbers is wrong"),
    ("新城花苑9号楼", "新城花园9号楼", "a slip of the ear, or two estates: one number bears nothing out"),
    ("人民医院", "城关镇人民医院", "every town may have one"),
    ("龙潭村五组", "龙谭村五组", "a slip, or two villages"),
    ("滨河步道平台(河西)", "河东街道滨河步道平台", "the bracket names another part of the town"),
    ("3组12号", "古山镇3组12号", "of which village?"),
    ("", "", "nothing is said"),
]


def test_the_table_is_worth_its_name() -> None:
    ways = [way for place in ONE_PLACE for way in place]
    assert len(ways) == len(set(ways)) >= 60
    assert len(SAME) + len(TWO_PLACES) + len(CANNOT_TELL) >= 60


@pytest.mark.parametrize("ways", ONE_PLACE, ids=lambda ways: ways[0])
def test_one_place_in_all_its_spellings(ways: list[str]) -> None:
    apart = [(one, other) for one, other in combinations(ways, 2) if compare(one, other) != "same"]
    assert not apart, {way: read(way) for pair in apart for way in pair}


@pytest.mark.parametrize(("one", "other", "why"), SAME)
def test_a_place_is_known_in_other_words(one: str, other: str, why: str) -> None:
    assert compare(one, other) == compare_buildings(one, other) == "same", (why, read(one), read(other))


@pytest.mark.parametrize(("one", "other"), TWO_PLACES)
def test_two_places_are_never_made_one(one: str, other: str) -> None:
    assert compare(one, other) != "same", (read(one), read(other))


@pytest.mark.parametrize(("one", "other", "why"), CANNOT_TELL)
def test_what_cannot_be_told_is_said_to_be_unknown(one: str, other: str, why: str) -> None:
    assert compare(one, other) == "unknown", (why, read(one), read(other))


def test_most_places_that_differ_are_said_to_differ() -> None:
    """`unknown` would be an answer to everything."""
    said = [compare(one, other) for one, other in TWO_PLACES]
    assert said.count(Sameness.DIFFERENT) >= 0.85 * len(said), [p for p in TWO_PLACES if compare(*p) != "different"]


def test_homes_of_one_building_are_of_one_building() -> None:
    for other in ("通港路8号3幢2单元602", "通港路8号3栋", "金华市通港路8号三幢一单元"):
        assert compare_buildings("通港路8号3幢1单元502", other) == "same"
        assert compare("通港路8号3幢1单元502", other) != "same"
        assert key("通港路8号3幢1单元502") == key(other)


def test_what_is_the_same_is_found_by_what_leads_to_it() -> None:
    pairs = [(one, other) for one, other, _ in SAME] + [p for ways in ONE_PLACE for p in combinations(ways, 2)]
    assert [pair for pair in pairs if not set(traces(pair[0])) & set(traces(pair[1]))] == []


def test_what_could_not_be_read_is_kept() -> None:
    assert read("阳光小区3幢2单元晾衣架坏的那一侧").unread == ("晾衣架坏那一侧",)
    assert compare("阳光小区3幢2单元晾衣架坏的那一侧", "阳光小区3幢2单元") == "unknown"

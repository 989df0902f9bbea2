"""The words of an address: what its names end in, and what stands before the street."""

from __future__ import annotations

import re
from enum import IntEnum


class Level(IntEnum):
    """What a region is, the widest first. A city may be one of a county or of a prefecture."""

    PROVINCE = 0
    CITY = 1
    COUNTY = 2
    TOWN = 3


Region = tuple[Level, str]

_SECTION = "东西南北中前后左右上下内外老新甲乙丙丁戊a-z"
"""What tells an estate's sections apart (翠苑东区, 阳光花园A区). A district may be named so too (金东区), but then with
two characters, behind a province, a city or nothing."""
_GROUNDS = "小社园校厂景库宅活墅舍属业"
"""An estate, a campus, a works: 小区, 住宅区, 别墅区, 工业区."""
_BODY = "(?![政卫中小医办委])(?!城(?![关东西南北区里上内人隍]))(?!人民政府)"
"""An office, a school, a clinic keeps its town: 古山镇政府, 古山镇中心小学."""
_PROVINCES = (
    "浙江|湖北|甘肃|四川|江苏|安徽|江西|福建|山东|山西|河北|河南|湖南|广东|海南|贵州|云南|陕西|青海|辽宁|吉林|黑龙江"
)
_N = r"[^\d\s省市区县镇乡路街巷弄村号幢栋楼]"
_REGIONS: tuple[tuple[Level, re.Pattern[str]], ...] = (
    (Level.PROVINCE, re.compile(rf"{_N}{{2,3}}省|{_N}{{2,5}}自治区|(?:{_PROVINCES})(?={_N}{{2,5}}[市州县])")),
    (Level.CITY, re.compile(
        rf".{_N}{{1,5}}(?:(?<![超菜夜门集花鱼])市(?![场镇乡])|自治州"
        rf"|(?<=[^\d]{{2}})州(?=.{{2,4}}[市县]))")),
    (Level.COUNTY, re.compile(
        rf"[^\d\s][东西南北中]区{_BODY}|.{_N}{{0,6}}?(?:县|(?<![红锦国军战旌])旗(?![路街镇村乡区社小])|(?<![{_GROUNDS}{_SECTION}])区|高新区|开发区){_BODY}"
        rf"|(?:高新|经开)区|[市路镇]{_N}{{1,3}}区{_BODY}|市[东西南北中]区{_BODY}")),
    (Level.TOWN, re.compile(
        rf"(?:[^\d\s省市区县镇乡]{{1,6}}?(?:街道(?:办事处(?=.)|办(?=[^事]))?|街办)|.{_N}{{0,6}}?(?:市?(?<![小古])镇|(?<!水)乡|苏木))"
        rf"{_BODY}")),
)  # fmt: skip
_VILLAGE = re.compile(
    r"(?!\d+[国省县乡]道)([^\s路街巷村号]{1,9}?[路街巷]?社区|[^\s路街巷村号社]{1,9}?(?<!农)村(?![镇庄]))"
    r"(居委会|居民委员会|社区服务中心|(?:村?民)?委员会|(?:村?民)?委会|村?委会?(?![^\s的大院门对旁东西南北])"
    r"|两委|村?部(?!队)|大?队部|党群(?:服务中心)?)?"
)
_ROAD = re.compile(
    r"([^\s\d]{2,4}高速(?:公?路)?(?!路?口|收费|服务|[出入]口|[上下边旁]|$)"
    r"|[^\s][^\s路街道巷弄村号]{0,8}?(?:大道|大街|国道|省道|县道|(?<![铁马])路|街(?!道)(?:[巷弄](?=堂|子|$))?|巷|弄|胡同)(?!社区))"
    r"(?:(?<=弄)堂|(?<=巷)[子道])?(.段)?"
)
_AND = re.compile(r"[与跟同及\s]|和(?![平谐睦顺兴美合畅泰善信])|和(?=和)")
_CROSSING = re.compile(
    r"的?(?:十字|丁字|三[岔叉]|[岔叉]|交叉|红绿灯)?(?:路口|交叉[口处]|交汇[口处]|交界[口处]|口)(?:红绿灯)?(?:处|附近)?|的?红绿灯(?:处|附近)?$|的?(?:十字|丁字|三[岔叉])$"
)
_CORE = re.compile(
    r"(?:(?<=县)城(?![关东西南北隍])|县城|城区|市区|城里)的?(?=[^\W\d]{2,6}[路街巷])"
    r"|(?:^|(?<=[县区镇乡道]))(?:[集场]镇|[镇乡集街场]上)(?:上|[里内])?的?(?=[^\W\d]{2})"
)
"""The built-up middle says nothing: of a county ahead of a road (城区中学 is a name), of a town ahead of anything."""
_SECTIONS = re.compile(rf"(?:东南|东北|西南|西北|[{_SECTION}])区$")
_ESTATE = re.compile(r"(?:住宅|生活)?小区$")

_AT = re.compile(r"(?:院内|院里|[里内]面|里[头边]|之?内|该?处|[这那](?:里|儿|点)|家[里中]|屋[里头])$")
"""Still the place itself."""
_RELATIONS = (
    (r"斜对(?:面|门子?|过|角)", "斜对面"),
    (r"(?:马路|[街河])?(?:对面|对过|对街|对门子?)", "对面"),
    (r"(?:旁[边侧]?|侧[边面旁]|边上|隔壁子?|(?<![那这东西南北])边(?=$))", "旁边"),
    (r"(?:附近|周边|周围|一带|跟前)", "附近"),
    (r"(?:[屋楼]?后面|后边|后头|背后头?|背面|屋后头?|楼后)", "后面"),
    (r"(?:前面|前边|前头)", "前面"),
    (
        r"(?:(?<=[学中小])校)?(?:(?<![东西南北前后侧])(?:(?:正|大)?门口|大门前|门前|大门|正门)|门外|当门|(?<![公学舍合大诊院务])楼[下前]|(?<=[公学舍合大诊院务]楼)[下前]|(?<!大)楼(?:脚下?|底下?)|(?<=校)门)",
        "门口",
    ),
)
_BEHIND = tuple((re.compile(f"{said}$"), word) for said, word in _RELATIONS)
_AHEAD = tuple((re.compile(f"{said}的?"), word) for said, word in _RELATIONS)
_WITHIN = tuple((re.compile(rf"(?<=..){said}的?(?=..)"), word) for said, word in _RELATIONS[:-1])
_COMMON = re.compile(
    "人民|中心|中医|妇幼|文化|老年|活动|综合|便民|农贸|医院|政府|卫生|院|派出所|司法所|法庭|学校|小学|中学|幼儿园|大学|银行"
    "|超市|市场|商场|商店|饭店|宾馆|酒店|网吧|药店|菜|汽车|火车|客运|站|广场|公园|礼堂|祠堂|室|村委会|居委会|服务|办事处|党群"
    "|办公|楼|大楼|宿舍|家属|工地|厂|公司|停车场|加油|小卖部|饭馆|烧烤店|店|口|[东西南北正后大]|门|镇|乡|县|市|区|第|[\\d号]"
)


def regions(text: str) -> tuple[list[Region], str]:
    """What stands before the street, the widest first, and the rest. A body's own words stay with the rest."""
    found: list[Region] = []
    below, at = Level.PROVINCE, 0
    while match := next(((level, m) for level, p in _REGIONS if level >= below and (m := p.match(text, at))), None):
        level, name = match[0], match[1].group()
        at = match[1].end()
        found.append((level, _official(level, name)))
        # 金华市永康市: a city of the county's rank lies in one of the prefecture's
        second = sum(1 for each, _ in found if each is Level.CITY) < 2
        below = level if level is Level.CITY and second else Level(min(level + 1, Level.TOWN))
        if level is Level.TOWN:
            break
    core = _CORE.match(text, at)
    return found, text[core.end() if core else at :]


def _official(level: Level, name: str) -> str:
    if level is Level.PROVINCE:
        return name.removesuffix("省")
    if level is Level.TOWN:
        return re.sub(r"(?<=..)[场集]镇$", "镇", re.sub(r"(?:街道(?:办事处|办)?|街办)$", "街道", name))
    return name


def village(text: str) -> tuple[str, str, str] | None:
    """The village or community that a text begins with, its committee's house where that is meant, and the rest."""
    if not (found := _VILLAGE.match(text)):
        return None
    name, committee = found.group(1), found.group(2)
    house = "" if not committee else "居委会" if name.endswith("社区") else "村委会"
    return name, house, text[found.end() :]


def road(text: str) -> tuple[str, str] | None:
    """The road or lane that a text begins with, with its stretch (东段), and the rest."""
    found = _ROAD.match(_after_and(text))
    if found and found.group() in {"公路", "大路", "马路", "水路", "小路", "土路", "水泥路", "机耕路"}:
        return None
    if not found:
        return None
    name = found.group(1).replace("高速公路", "高速").replace("高速路", "高速")
    return name + (found.group(2) or ""), _after_and(text)[found.end() :]


def _after_and(text: str) -> str:
    found = _AND.match(text)
    return text[found.end() :] if found else text


def crossing(text: str) -> str | None:
    """The rest behind the words for a crossing, or None where it is none."""
    found = _CROSSING.match(text)
    return text[found.end() :] if found else None


def section(name: str) -> tuple[str, str]:
    """A name without the section that it ends in, and the section: 阳光花园南区 -> 阳光花园, 南区."""
    found = _SECTIONS.search(name)
    return (name[: found.start()], found.group()) if found else (name, "")


def estate(name: str) -> str:
    """Without 小区, which some write and some don't; 花园, 新村, 家园 are names."""
    short = _ESTATE.sub("", name)
    return short if len(short) > 1 else name


_ESTATE_OF_ITS_OWN_NAME = re.compile(r"(?<=...)(?:花[园苑]|公寓|苑)$")


def without_its_kind(name: str) -> str:
    """An estate whose name says enough without what it is: 荷塘月色花园 -> 荷塘月色; 翠竹苑 stays."""
    return _ESTATE_OF_ITS_OWN_NAME.sub("", name)


_AHEAD_OF_A_NAME = re.compile(
    r"[县市区](?=.{2,6}局|.中学|党校|中医院|实验|职|供销|第.人民医院|[^人].{1,4}公司)|\d{1,2}号线(?=..)"
)


def left_out_ahead(name: str) -> str:
    """What people leave out at the front of a body's name, since there is one of it: 县农机局, 2号线青莲站."""
    found = _AHEAD_OF_A_NAME.match(name)
    return found.group() if found else ""


def relation(text: str) -> tuple[str, str]:
    """A landmark and what the place is to it (天主堂斜对门 -> 天主堂, 斜对面); nothing where it is the landmark."""
    text = _AT.sub("", text)
    for pattern, word in _BEHIND:
        if found := pattern.search(text):
            return text[: found.start()].removesuffix("的"), word
    return text, ""


def relations_alike(name: str) -> str:
    """A name with one word for each relation within it: 镇政府隔壁信用社 -> 镇政府旁边信用社."""
    for said, word in _WITHIN:
        name = said.sub(word, name)
    return name


def beside(text: str) -> tuple[str, str]:
    """What the place is to what was named before it, and what is there: 旁边的巷子 -> 旁边, 巷子."""
    for pattern, word in _AHEAD:
        if found := pattern.match(text):
            return word, text[found.end() :]
    return "", text


_OF_THE_COUNTY = re.compile("[县市区州]")


def is_common(name: str) -> bool:
    """Whether every town has one of that name (人民医院, 文化礼堂), so that it says nothing without the town.

    县人民医院 there is one of.
    """
    return not _OF_THE_COUNTY.match(name) and len(_COMMON.sub("", name)) < 2


def stem(name: str) -> str:
    """A region's or village's name as it is said for short: 河西街道 -> 河西, 丰禾村 -> 丰禾. No shorter than two."""
    short = re.sub(r"(?:街道|社区|新村|行政村|自然村|[镇乡村省市县区])$", "", name)
    return short if len(short) > 1 else name

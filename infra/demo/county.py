"""The demo county's organisations: 14 townships, 13 responsible departments, 457 grids and as many beats.

Pure, and the same on every run. The names are made up, but for Gushan, Baiyang and Jinjianglong, which the reports
name; a body's codes follow its township's (`town-gushan`, `station-gushan`, `justice-gushan`, `village-gushan-1`).
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.people.organisation import Level, Line
from domain.triage.places import Kind, Listed

GRIDS = 457
"""Q-100: 457 grids, and one beat for each."""

TOWNSHIPS = {
    "baiyang": "白洋街道 白洋社区 桥头社区 滨江社区 后塘弄村",
    "chengdong": "城东街道 东门社区 和平社区 望湖社区 学前社区",
    "chengxi": "城西街道 西门社区 文昌社区 水南社区 五里牌村",
    "jiangnan": "江南街道 溪心社区 南苑社区 园丁社区 下园朱村 塘头村",
    "gushan": "古山镇 金江龙村 古山社区 前黄村 坑口村 大塘沿村",
    "shiqiao": "石桥镇 石桥社区 上马村 枫林村 岭脚村",
    "qingxi": "清溪镇 清溪社区 上坪村 竹园村 沙滩村",
    "liuhe": "柳河镇 柳河社区 杨柳湾村 大湾村",
    "longtan": "龙潭镇 龙潭社区 九龙村 响水村 石门村",
    "taoyuan": "桃源镇 桃源社区 桃花坞村 梅林村",
    "shuanghe": "双河镇 双河社区 河口村 三江村 大田村",
    "fengming": "凤鸣镇 凤鸣社区 梧桐村 鸣岗村 茶园村",
    "qingyun": "青云乡 青云村 云岭村 高峰村",
    "daping": "大坪乡 大坪村 松林村 乌石村",
}
"""A township, its villages and communities. By path the county's seat comes first: it serves where nothing is known."""

TRIBUNALS = {
    "gushan": "古山镇 石桥镇 清溪镇 柳河镇",
    "longtan": "龙潭镇 桃源镇 双河镇",
    "fengming": "凤鸣镇 青云乡 大坪乡",
}
"""Tribunals and the townships they serve; the four streets of the seat go to the county's court."""

DEPARTMENTS = {
    "market_reg": "市场监督管理局",
    "hrss": "人力资源和社会保障局",
    "housing": "住房和城乡建设局",
    "urban_mgmt": "综合行政执法局（城市管理局）",
    "natural_res": "自然资源和规划局",
    "agri": "农业农村局",
    "eco_env": "生态环境局",
    "health": "卫生健康局",
    "education": "教育局",
    "transport": "交通运输局",
    "civil_affairs": "民政局",
    "fire_rescue": "消防救援大队",
    "consumer_assoc": "消费者权益保护委员会",
}
"""The 13 responsible departments (Q-006), under the codes of the responsibility list."""

UNITS = {
    "petition": ("信访局", Line.GOV_CENTER),
    "union": ("总工会", Line.GOV_CENTER),
    "youth_league": ("共青团县委", Line.GOV_CENTER),
    "disabled_fed": ("残疾人联合会", Line.GOV_CENTER),
    "procuratorate": ("人民检察院", Line.JUDICIAL),
    "forestry": ("林业局", Line.HOTLINE),
    "water": ("水务局", Line.HOTLINE),
    "health_ins": ("医疗保障局", Line.HOTLINE),
    "commerce": ("商务局", Line.HOTLINE),
    "culture_tourism": ("文化和旅游局", Line.HOTLINE),
    "finance_reg": ("地方金融管理办公室", Line.HOTLINE),
    "telecom": ("通信发展管理办公室", Line.HOTLINE),
    "postal": ("邮政管理局", Line.HOTLINE),
    "emergency": ("应急管理局", Line.HOTLINE),
    "development_reform": ("发展和改革局", Line.HOTLINE),
    "cyberspace": ("网信办", Line.HOTLINE),
    "veterans": ("退役军人事务局", Line.HOTLINE),
    "expropriation": ("房屋征收服务中心", Line.HOTLINE),
    "big_data": ("政务服务和大数据局", Line.HOTLINE),
}
"""The other member units that the responsibility list names."""

_SUFFIXES = ("街道", "镇", "乡")
_LEAST_STEM = 3


def organisations() -> list[Listed]:
    """Every organisation of the county, each after the one above it."""
    county = list(_county())
    return [*county, *_townships({o.code: o for o in county})]


def _county() -> Iterator[Listed]:
    root = _under(None, Kind.COUNTY, "county", "示范县")
    yield root
    yield _under(root, Kind.COMMITTEE, "committee", "县委政法委")
    yield _under(root, Kind.CENTRE, "centre", "县综治中心")
    yield _under(root, Kind.RISK_CENTRE, "risk-centre", "县风控中心")
    bureau = _under(root, Kind.BUREAU, "bureau", "县公安局", line=Line.POLICE)
    yield bureau
    yield _under(bureau, Kind.UNIT, "traffic_police", "县公安局交通警察大队")
    yield _under(root, Kind.WOMENS_FEDERATION, "women_fed", "县妇女联合会")
    for code, name in DEPARTMENTS.items():
        yield _under(root, Kind.DEPARTMENT, code, f"县{name}", line=Line.HOTLINE)
    yield _under(root, Kind.UNIT, "justice", "县司法局")
    for code, (name, line) in UNITS.items():
        unit = _under(root, Kind.UNIT, code, name if "县" in name else f"县{name}", line=line)
        yield unit
        if code == "big_data":
            yield _under(unit, Kind.HOTLINE, "hotline", "县12345政务服务热线")
    court = _under(root, Kind.COURT, "court", "县人民法院", line=Line.JUDICIAL)
    yield court
    for slug, served in TRIBUNALS.items():
        name = f"县人民法院{_stem(served.split()[0])}人民法庭"
        yield _under(court, Kind.TRIBUNAL, f"tribunal-{slug}", name, *served.split(), level=Level.TOWN)


def _townships(above: dict[str, Listed]) -> Iterator[Listed]:
    """The townships with all that lies in them or serves them, and the grids dealt out to the villages evenly."""
    each, more = divmod(GRIDS, sum(len(names.split()) - 1 for names in TOWNSHIPS.values()))
    villages = grids = 0
    for slug, names in TOWNSHIPS.items():
        name, *village_names = names.split()
        stem = _stem(name)
        town = _under(above["county"], Kind.TOWN, f"town-{slug}", name, name, stem, level=Level.TOWN)
        station = _under(above["bureau"], Kind.STATION, f"station-{slug}", f"{stem}派出所", name, level=Level.TOWN)
        yield town
        yield _under(town, Kind.TOWN_CENTRE, f"town-{slug}-centre", f"{name}综治中心")
        yield station
        office = f"{stem}司法所"
        yield _under(above["justice"], Kind.JUSTICE_OFFICE, f"justice-{slug}", office, name, level=Level.TOWN)
        for number, village_name in enumerate(village_names, start=1):
            words = _words(village_name)
            village = _under(town, Kind.VILLAGE, f"village-{slug}-{number}", village_name, *words, level=Level.VILLAGE)
            yield village
            villages += 1
            for ordinal in range(1, each + (villages <= more) + 1):
                grids += 1
                called = f"{village_name}第{ordinal}网格"
                grid = _under(village, Kind.GRID, f"grid-{grids:03}", called, called, level=Level.GRID)
                yield grid
                # The same number on both sides, and the grid's code among the beat's keywords: one to one.
                beat = f"{village_name}第{ordinal}警格"
                yield _under(station, Kind.BEAT, f"beat-{grids:03}", beat, grid.code, level=Level.GRID)


def _words(village: str) -> list[str]:
    """A village's name, and its stem where that is long enough not to be met by chance in the name of a street."""
    stem = village.removesuffix("村")
    return [village, stem] if stem != village and len(stem) >= _LEAST_STEM else [village]


def _stem(township: str) -> str:
    """A township's name without what it is: 古山镇 is 古山."""
    return next(township.removesuffix(suffix) for suffix in _SUFFIXES if township.endswith(suffix))


def _under(
    above: Listed | None,
    kind: Kind,
    code: str,
    name: str,
    *keywords: str,
    level: Level | None = None,
    line: Line | None = None,
) -> Listed:
    """An organisation below another, whose level and line it shares where none is given."""
    return Listed(
        code=code,
        name=name,
        path=f"{above.path if above else ''}/{code}",
        level=level or (above.level if above else Level.COUNTY),
        line=line or (above.line if above else Line.GOV_CENTER),
        kind=kind,
        keywords=list(keywords),
    )

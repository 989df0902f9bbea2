"""A tolerant parser: an address taken apart into what it says, and what it could not read, kept.

    古山镇金江龙村三组12号门口         town 古山镇, village 金江龙村, group 3, number 12
    通港路8号阳光花园南区5#2-502      road 通港路, number 8, name 阳光花园, section 南区, building 5, unit 2, room 502

The text is folded to one spelling, cut into numbered parts (5幢, 3组, 88号) and the names between them, and each is put
where it belongs, from left to right. No gazetteer: what a name is, its ending says, or what follows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from domain.triage.address import names
from domain.triage.address.folding import fold
from domain.triage.address.names import Region
from domain.triage.address.wordings import canonical

MOST_READ = 300
"""So many characters of an address are read; the rest is kept as unread. The contract allows fewer."""


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says; empty is what it does not. Numbers are in Arabic numerals, without their counters."""

    regions: tuple[Region, ...] = ()
    """down to the township or street office, the widest first"""
    villages: tuple[str, ...] = ()
    """communities and villages, the widest first (桥头社区, 万石院新村)"""
    group: str = ""
    """村民小组, whether written 组, 社 or 队; a grid or a row of houses"""
    roads: tuple[str, ...] = ()
    """the road, its lane"""
    crossing: bool = False
    """where the roads meet"""
    number: str = ""
    """of the house; `8-3` for 8号附3号, `8弄3` for a house in a lane"""
    name: str = ""
    """of the estate, without 小区, or of a landmark"""
    sections: tuple[str, ...] = ()
    """of the estate (南区, 1区, A区, 2期), sorted"""
    building: str = ""
    unit: str = ""
    floor: str = ""
    rooms: tuple[str, ...] = ()
    relation: str = ""
    """what the place is to the name or number before it, where it is not that itself (对面)"""
    notes: tuple[str, ...] = ()
    """landmarks that only help to find it"""
    hints: tuple[str, ...] = ()
    """of the area, without saying of what kind: (河西)"""
    unread: tuple[str, ...] = ()

    @property
    def inside(self) -> bool:
        """Whether a floor or a door is said."""
        return bool(self.rooms or self.floor)

    @property
    def lowest_region(self) -> str:
        """The township, or what else is named of regions last."""
        return self.regions[-1][1] if self.regions else ""


_VALUE = r"(?<![\da-z-])(?:负|[a-z]{1,2}-?)?\d{1,6}(?:-\d{1,3})?[a-z]?|(?<![\da-z])[a-z](?![\da-z])|[甲乙丙丁戊己庚辛]"
_TOKEN = re.compile(
    r"(?P<dashed>(?<![\da-z-])[a-z]?\d{1,4}[a-z]?-(?:\d{1,3}-){0,2}\d{1,4}[a-z]?)(?:室|(?:(?<=-\d-\d{3})|(?<=-\d-\d{4}))号(?![楼幢栋])|(?![\da-z号幢栋座楼单#组-]))"
    rf"|(?P<value>{_VALUE}|[东西南北中](?=单元|户))"
    r"(?P<counter>号?(?:商铺|店铺|门面房?|门市房?(?!部)|店面|铺面?|门店|底商)|号?(?:摊位?|档口?|车位|柜台|窗口?|仓(?:库房?)?|库房?)(?![^\W\d])|号[楼栋幢]|#楼?|[幢栋橦座]|号?单元|楼?门洞|楼门(?![面市店口])|组团|(?:村民|村)?小?组|生产队|小队|[社队户](?![村乡镇庄区伍])|号门(?![口前外面市店])|号房间?(?![屋子产顶东主前后])|号(?:大院|院[子坝落]?(?![内里]))?(?![线桥店井机仓])"
    r"|[弄楼层f]|室|房间?(?![屋子产顶东主前后])|区|期|门(?![村镇口前外店])|[梯排](?![村镇])|网格)(?:(?<=号)室)?"
    r"|(?P<bare>(?<![\da-z-])[a-z]?\d{1,6}[a-z]?(?=$|\s|[东西南北中]户|[大正]?门口|门[前外]|斜?对[面门过]|旁|附近|楼[下后前]|后面|背后))"
)


_ONE_LETTER = re.compile(r"^([a-z]{1,2})-")
_OF_A_ROW = re.compile(r"[a-z]\d{1,3}-\d{1,3}")
"""b3-12号 in a market: row b3, door 12."""


@dataclass(slots=True)
class _Reading:
    """An address while it is read."""

    regions: list[Region] = field(default_factory=list)
    villages: list[str] = field(default_factory=list)
    group: str = ""
    roads: list[str] = field(default_factory=list)
    crossing: bool = False
    number: str = ""
    name: str = ""
    sections: set[str] = field(default_factory=set)
    building: str = ""
    unit: str = ""
    floor: str = ""
    rooms: list[str] = field(default_factory=list)
    relation: str = ""
    notes: list[str] = field(default_factory=list)
    hints: tuple[str, ...] = ()
    unread: list[str] = field(default_factory=list)

    @property
    def inside(self) -> bool:
        """Whether a building, or what is in one, was read."""
        return bool(self.building or self.unit or self.floor or self.rooms)

    def put(self, slot: str, value: str) -> None:
        """Fills a slot; what finds its slot taken by something else is unread."""
        if getattr(self, slot) in ("", value):
            setattr(self, slot, value)
        else:
            self.unread.append(value)


@lru_cache(maxsize=4096)
def read(address: str) -> Address:
    """What an address says. Never fails; the same text is always read alike."""
    text, notes, hints = fold(address[:MOST_READ])
    reading, at = _Reading(notes=list(notes), hints=hints), 0
    for token in _TOKEN.finditer(text):
        _name(reading, text[at : token.start()])
        at = token.end()
        if token["dashed"]:
            _dashed(reading, token["dashed"].split("-"))
        elif token["bare"]:
            _bare(reading, token["bare"])
        else:
            _numbered(reading, _ONE_LETTER.sub(r"\1", token["value"]), token["counter"])
    _name(reading, text[at:])
    if len(address) > MOST_READ:
        reading.unread.append(address[MOST_READ:])
    return _finished(reading)


def _finished(reading: _Reading) -> Address:
    if reading.number and (reading.unit or reading.rooms) and reading.name and not (reading.building or reading.roads):
        reading.building, reading.number = reading.number, ""  # 阳光花园3号502: estates number their buildings so
    name = canonical(names.relations_alike(names.estate(reading.name)))
    return Address(
        regions=tuple(reading.regions), villages=tuple(reading.villages), group=reading.group,
        roads=tuple(sorted(reading.roads) if reading.crossing else reading.roads), crossing=reading.crossing,
        number=reading.number, name=name, sections=tuple(sorted(reading.sections)),
        building=reading.building, unit=reading.unit, floor=reading.floor, rooms=tuple(sorted(set(reading.rooms))),
        relation=reading.relation, notes=tuple(reading.notes), hints=reading.hints, unread=tuple(reading.unread),
    )  # fmt: skip


def _numbered(reading: _Reading, value: str, counter: str) -> None:
    """A numbered part, by what is counted."""
    match counter:
        case "单元" | "号单元" | "门洞" | "楼门洞" | "楼门" | "门" | "梯":
            _entrance(reading, value, counter)
        case "楼" | "层" | "f":
            reading.put("floor", value)
        case "室" | "房" | "房间" | "户":
            reading.rooms.append(value if value[-1].isalnum() and value.isascii() else f"{reading.floor}{value}")
        case "区" | "期" | "组团":
            reading.sections.add(value + counter)
        case "排" | "网格":
            reading.put("group", value + counter)
        case "号门":
            reading.put("relation", value + counter)
        case "弄":
            reading.put("number", value + counter)
        case _ if counter in {"号", "号房", "号房间"} or "院" in counter:
            _house(reading, value)
        case _ if found := re.search("[铺面店档摊柜窗库市]|车位", counter):
            _stall(reading, value, "铺" if found.group() in "面店档市" else found.group())
        case _ if counter[-1] in "组社队":
            reading.put("group", value)
        case _:
            reading.put("building", value)


def _entrance(reading: _Reading, value: str, counter: str) -> None:
    """Of a building; 2门 of a market or an estate is a gate."""
    if counter in {"门", "梯"} and not (reading.building or reading.floor):
        reading.put("relation", value + counter)
        return
    if reading.floor.isdigit() and not (reading.building or reading.rooms):
        reading.building, reading.floor = reading.floor, ""  # 5楼3单元201: nobody says the floor before the entrance
    reading.put("unit", value)


def _stall(reading: _Reading, value: str, of: str) -> None:
    """A shop, a stall, a store: a house of its road where no market or building is named."""
    row = re.fullmatch(r"([a-z])(\d{1,4})", value)
    if row:  # a23 is 23 of section a
        reading.sections.add(f"{row[1]}区")
        value = row[2]
    placed = reading.number or reading.name or reading.sections or reading.inside
    if (reading.roads or reading.villages) and not placed:
        reading.number = value
    else:
        reading.rooms.append(value + of)


def _house(reading: _Reading, value: str) -> None:
    """N号: of a house on a road or in a village, of a house in a lane, or of a flat."""
    if _OF_A_ROW.fullmatch(value) and reading.name and not reading.building:
        _dashed(reading, value.split("-"))
    elif reading.number.endswith("弄"):
        reading.number += value
    elif reading.floor.isdigit() and value.isdigit() and len(value) < 3:
        reading.rooms.append(f"{reading.floor}{int(value):02d}")  # 21层10号: the door 2110
    elif reading.inside:
        reading.rooms.append(value)
    elif not reading.number:
        reading.number = value
    else:
        reading.put("building", value)


def _bare(reading: _Reading, value: str) -> None:
    """A number that nothing counts, at the end: a house of a road or a village, or a flat."""
    placed = bool(reading.number or reading.name or reading.sections)
    if reading.inside or (placed and len(value) > 2):
        reading.rooms.append(value)
    elif not placed and (reading.roads or reading.villages):
        reading.number = value
    else:
        reading.unread.append(value)


def _dashed(reading: _Reading, parts: list[str]) -> None:
    """3-2-502, 3-502 or, behind a building, 2-502. 8-1 is a house of a road, and elsewhere could be anything."""
    *before, last = parts
    slots = ["building", "unit"] if not reading.building else ["unit"]
    if not (reading.number or reading.name or reading.building) and (reading.roads or reading.villages):
        if len(before) == 1 and len(last) < 3:
            reading.number = "-".join(parts)
            return
        slots = ["number", "building"] if reading.roads else slots
    if reading.unit and len(before) == 1 and len(last) < 3 and before[0].isdigit() and last.isdigit():
        reading.rooms.append(f"{before[0]}{int(last):02d}")  # 1单元7-2: the second door of floor 7
        return
    if len(before) == 3 and len(last) < 3:  # 18-1-7-2
        before, last = before[:2], f"{before[2]}{last:0>2}"
    row = before[0][0].isalpha()
    if len(before) > len(slots) or (len(before) == 1 and len(last) < 3 and not (reading.building or row)):
        reading.unread.append("-".join(parts))
        return
    for slot, value in zip(slots, before, strict=False):
        reading.put(slot, value)
    reading.rooms.append(last)


def _name(reading: _Reading, text: str) -> None:
    """The words between two numbers: regions, villages and roads off their front, then what has a name."""
    text = text.strip()
    if not text:
        return
    if reading.inside or reading.relation:
        _behind(reading, text)
        return
    if not (reading.regions or reading.villages or reading.roads or reading.number or reading.name or reading.group):
        found, text = names.regions(text)
        reading.regions.extend(found)
    for taken in (_villages, _roads):
        text = taken(reading, text)
    if text.startswith("的"):
        text = text[1:]
    _named(reading, text.replace(" ", ""))


def _villages(reading: _Reading, text: str) -> str:
    while not reading.number and (found := names.village(text)):
        name, house, text = found
        reading.villages.append(name)
        reading.name = house or reading.name
    return text


def _roads(reading: _Reading, text: str) -> str:
    while not reading.number and (found := names.road(text)):
        name, text = found
        reading.roads.append(name)
        if len(reading.roads) > 1 and (rest := names.crossing(text)) is not None:
            reading.crossing = True
            return rest
    return text


def _named(reading: _Reading, text: str) -> None:
    """An estate, a landmark, or what the place is to one."""
    if reading.name or reading.number:
        relation, there = names.beside(text)
        if relation and there:
            reading.relation, reading.name = relation, reading.name + there
            return
    text, section = names.section(text)
    if section:
        reading.sections.add(section)
    landmark, relation = names.relation(text)
    if relation and landmark and reading.number:
        reading.notes.append(text)
        return
    reading.relation = relation
    if landmark and reading.name:
        reading.name += landmark
    else:
        reading.name = landmark or reading.name


_SIDE = re.compile(r"([东西南北中左右])(?:手?边|侧|面|手)?(?:那[一]?[家户]|[户室家门]|第?1[家户])?")
_OF_A_BUILDING = re.compile(
    r"(?:电梯[间口里内]?|楼道|楼梯间?|过道|走廊|地下室|楼顶|天台|屋顶|架空层|大厅|车位|露台|阳台)$"
)


def _behind(reading: _Reading, text: str) -> None:
    """Words behind the building: whose flat of a floor it is, a section named late, a door, or not read."""
    _, section = names.section(text)
    side = _SIDE.fullmatch(text)
    rest, relation = names.relation(text)
    if reading.floor and len(text) == 1 and text.isascii():
        reading.rooms.append(reading.floor + text)  # 7楼B
    elif section == text:
        reading.sections.add(section)
    elif text in {"顶楼", "顶层"}:
        reading.put("floor", "顶")
    elif side and (reading.floor or text[-1] != "门"):  # the west door of a floor, not of the house
        reading.rooms.append(f"{reading.floor}{side.group(1)}")
    elif relation and not rest:
        reading.put("relation", relation)
    elif not relation and (beside := names.beside(text))[0] and not reading.relation:
        reading.relation = beside[0]
        reading.unread.append(_there(beside[1]))
    elif relation:
        reading.notes.append(text)
    elif rest and not (reading.name or _OF_A_BUILDING.search(rest)) and not reading.roads:
        reading.name = rest
    elif rest and canonical(rest):
        reading.unread.append(_there(rest))


def _there(words: str) -> str:
    """What is at a place, in the one wording, with or without 店: 海底捞店."""
    return re.sub(r"(?<=..)店$", "", canonical(words))

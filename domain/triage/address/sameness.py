"""Whether two addresses are of one place: same, different, or it cannot be told (ADR 0032).

Two places are never made one: what both say must agree, and what only one says must be what people leave out (the town,
the village, the road of a known estate), never a part of the place (a building, a section, a door, 对面).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from domain.triage.address.names import Level, is_common, left_out_ahead, stem, without_its_kind
from domain.triage.address.reading import Address, read
from domain.triage.address.wordings import slip, sound


class Sameness(StrEnum):
    """What two addresses say of each other."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """one says what the other does not, or too little is said"""


_BORNE_OUT = 6
"""So many characters of a name and numbers must agree before a character in it is taken for a slip."""
_TELLS_AN_ESTATE = 4
"""So many characters tell an estate without 花园 behind them."""
_NEAR = "附近"
"""Said of anything beside, before or behind a place."""
_TRACED = 3
"""So many characters of a name's end lead to it, whatever was left out before them (北关马家巷, 马家巷)."""


def compare(one: str, other: str) -> Sameness:
    """Whether two addresses are of one place, down to the door. Symmetric."""
    return _compare(read(one), read(other), doors=True)


def compare_buildings(one: str, other: str) -> Sameness:
    """Whether two addresses are of one building, house, yard or landmark, whichever its floors and doors. Symmetric."""
    return _compare(read(one), read(other), doors=False)


def compare_parts(one: Address, other: Address, *, doors: bool = False) -> Sameness:
    """`compare`, or without doors `compare_buildings`, of two that were read."""
    return _compare(one, other, doors=doors)


def key(address: str) -> str:
    """One text for nearly all ways of writing one building, by which places are grouped, the widest part first.

    Floors, doors and what the place is to a landmark (对面) are no part of it. An equal key is no proof:
    古山镇人民路8号 and 芝英镇人民路8号 share theirs, since most leave out the town.
    """
    said = read(address)
    parts = [*_where(said), "+".join(said.sections), said.building and f"{said.building}幢"]
    # Where nothing else was said, a floor or a door is all there is.
    return "/".join(filter(None, parts)) or "/".join([*said.rooms, said.floor, *said.unread])


def traces(address: str) -> tuple[str, ...]:
    """The texts, seldom more than two, that lead to an address among many: any two that are the same share one, and
    so do some that are not."""
    return ends(read(address))


def ends(said: Address) -> tuple[str, ...]:
    """`traces` of an address that was read."""
    if said.roads and not said.name:
        return (f"{sound(_road(said))[-_TRACED:]}/{said.number}/{said.building}",)
    number = "" if said.roads else said.number
    around = "".join(stem(name) for name in (said.lowest_region, *said.villages[-1:]))
    short = [said.name] if said.name else [stem(name) for name in said.villages or (said.lowest_region,)]
    found = dict.fromkeys(sound(way)[-_TRACED:] for words in (*short, around + said.name)
                          for way in (words, without_its_kind(words)))  # fmt: skip
    return tuple(f"{end}/{said.group}/{number}/{said.building}" for end in found)


def _where(address: Address) -> list[str]:
    """What tells a building's surroundings."""
    village = address.villages[-1] if address.villages else ""
    road = _road(address)
    house = address.number and f"{address.number}号"
    group = address.group and f"{address.group}组"
    if address.name and not is_common(address.name):
        estate = address.building or address.sections
        return [address.name] if estate or road else [village, group, house, address.name]
    if road:
        return [road, house, address.name]
    return [village or address.lowest_region, group, house, address.name]


def _road(address: Address) -> str:
    """The lane alone where it has a name: 2巷 is of its road."""
    if address.crossing:
        return "×".join(address.roads)
    named = [road for road in address.roads if not road[0].isdigit()]
    return "".join(address.roads[address.roads.index(named[-1]) :]) if named else "".join(address.roads)


def _compare(one: Address, other: Address, *, doors: bool) -> Sameness:
    if one == other:
        return Sameness.SAME if one != Address() else Sameness.UNKNOWN
    one, other = _in_the_light_of(one, other), _in_the_light_of(other, one)
    parts = [*_outer(one, other), *_inner(one, other), *(_doors(one, other) if doors else ())]
    if Sameness.DIFFERENT in parts:
        return Sameness.DIFFERENT
    named = _name(one, other)
    if named is Sameness.DIFFERENT:
        return Sameness.DIFFERENT
    if Sameness.UNKNOWN in parts or named is Sameness.UNKNOWN or not _told(one, other):
        return Sameness.UNKNOWN
    return Sameness.SAME


def _in_the_light_of(one: Address, other: Address) -> Address:
    """An address whose village or town, said for short at the front of a name, the other says in full.

    丰禾2组 beside 丰禾村2组; 北关马家巷 beside 北关社区马家巷; 塘埠工业园 beside 塘埠镇工业园.
    永康古山镇 beside 古山镇.
    """
    if one.name and one.name == other.name and one.roads == other.roads:
        return one  # 石桥水库 in 石桥镇
    one = replace(one, regions=tuple((level, _shorter(name, _at(other, level))) for level, name in one.regions))
    for level, name in other.regions:
        if level in {at for at, _ in one.regions}:
            continue
        if shorter := _without(one, name) or _without(one, stem(name)):  # 太平乡卫生院 keeps its town; 塘埠工业园
            one = replace(shorter, regions=tuple(sorted([*shorter.regions, (level, name)])))
    for village in other.villages if not one.villages else ():
        if shorter := _without(one, stem(village)):
            one = replace(shorter, villages=other.villages)
    return one


def _shorter(name: str, names: list[str]) -> str:
    """A region's name without the words for what it lies in, where the other has it without them."""
    return next((short for short in names if _longer(name, short)), name)


def _without(one: Address, short: str) -> Address | None:
    """The address without those words at its front; None where they are not there."""
    if one.roads and one.roads[0].startswith(short) and len(one.roads[0]) > len(short) + 1:
        return replace(one, roads=(one.roads[0].removeprefix(short), *one.roads[1:]))
    if one.name.startswith(short) and not one.roads and (one.name != short or one.group or one.number):
        return replace(one, name=one.name.removeprefix(short))
    return None


def _outer(one: Address, other: Address) -> Iterable[Sameness]:
    """Where the place lies: what only one says may have been left out, what both say must agree."""
    for level in Level:
        yield _left_out(_at(one, level), _at(other, level))
    yield _left_out(one.villages, other.villages)
    for hints, around in ((one.hints, other), (other.hints, one)):
        known = [stem(name) for _, name in around.regions] + [stem(name) for name in around.villages]
        yield Sameness.UNKNOWN if hints and known and not set(hints) & set(known) else Sameness.SAME
    yield Sameness.UNKNOWN if one.hints and other.hints and one.hints != other.hints else Sameness.SAME
    if one.roads and other.roads:
        if one.crossing or other.crossing:
            yield _same(one.roads, other.roads) if one.crossing and other.crossing else Sameness.UNKNOWN
        else:
            # The lane must agree; the road that it leaves may have been left out.
            yield _roads(one, other)
            yield _left_out(_before_the_lane(one), _before_the_lane(other))
        yield _whole(one.number, other.number)
    elif one.roads or other.roads:
        with_road, without = (one, other) if one.roads else (other, one)
        yield Sameness.SAME if without.name else Sameness.UNKNOWN
        yield Sameness.SAME if not without.number or without.number == with_road.number else Sameness.UNKNOWN
    else:
        yield _whole(one.number, other.number)


def _roads(one: Address, other: Address) -> Sameness:
    """A slip in the road is borne out by the estate on it."""
    if _road(one) == _road(other):
        return Sameness.SAME
    if not slip(_road(one), _road(other)):
        return Sameness.DIFFERENT
    named = one.name == other.name and one.name and not is_common(one.name)
    borne_out = named and len(one.name) + _numbers_agreed(one, other) >= _BORNE_OUT
    return Sameness.SAME if borne_out else Sameness.UNKNOWN


def _before_the_lane(address: Address) -> list[str]:
    named = [road for road in address.roads if not road[0].isdigit()]
    return named[:-1]


def _at(address: Address, level: Level) -> list[str]:
    return [name for at, name in address.regions if at is level]


def _inner(one: Address, other: Address) -> Iterable[Sameness]:
    """The parts of a place: said by one alone, they leave open which is meant."""
    yield _whole(one.group, other.group)
    mine, theirs = set(one.sections), set(other.sections)
    if mine - theirs and theirs - mine:
        yield Sameness.DIFFERENT
    else:
        yield Sameness.SAME if mine == theirs else Sameness.UNKNOWN
    yield _whole(one.building, other.building)
    yield Sameness.UNKNOWN if _NEAR in (one.relation, other.relation) else _whole(one.relation, other.relation)
    yield Sameness.SAME if set(one.unread) == set(other.unread) else Sameness.UNKNOWN


def _doors(one: Address, other: Address) -> Iterable[Sameness]:
    yield _whole(one.unit, other.unit)
    if one.rooms and other.rooms:
        yield _rooms(set(one.rooms), set(other.rooms))
        yield _left_out([one.floor] if one.floor else [], [other.floor] if other.floor else [])
        yield Sameness.SAME if _on_its_floor(one) and _on_its_floor(other) else Sameness.UNKNOWN
    else:
        yield Sameness.SAME if one.rooms == other.rooms else Sameness.UNKNOWN
        yield _whole(one.floor, other.floor)


def _rooms(mine: set[str], theirs: set[str]) -> Sameness:
    """201西户 is 201 and is not 301西户; 西户 alone there is one of on each floor."""
    if mine - theirs and theirs - mine:
        return Sameness.DIFFERENT
    told = mine == theirs or any(character.isdigit() for door in mine & theirs for character in door)
    return Sameness.SAME if told else Sameness.UNKNOWN


def _on_its_floor(address: Address) -> bool:
    """Whether the doors are of the floor that is named: of 2楼1205 one number is wrong, or it is another door."""
    return not address.floor.isdigit() or all(
        door.startswith(address.floor) or not (door.isdigit() and len(door) > 2) for door in address.rooms
    )


def _name(one: Address, other: Address) -> Sameness:
    """The estate or the landmark."""
    mine, theirs = one.name, other.name
    if mine == theirs:
        return Sameness.SAME
    if not (mine and theirs):
        return Sameness.UNKNOWN
    if bool(left_out_ahead(mine)) != bool(left_out_ahead(theirs)):
        mine, theirs = (name.removeprefix(left_out_ahead(name)) for name in (mine, theirs))
        if mine == theirs:
            return Sameness.SAME
    short = min(mine, theirs, key=len)
    if mine != theirs and without_its_kind(mine) == without_its_kind(theirs) == short:
        told = len(short) >= _TELLS_AN_ESTATE or len(short) + _numbers_agreed(one, other) >= _BORNE_OUT
        return Sameness.SAME if told and one.building else Sameness.UNKNOWN
    if slip(mine, theirs):
        borne_out = len(mine) + _numbers_agreed(one, other)
        return Sameness.SAME if borne_out >= _BORNE_OUT else Sameness.UNKNOWN
    return Sameness.UNKNOWN if mine in theirs or theirs in mine else Sameness.DIFFERENT


def _numbers_agreed(one: Address, other: Address) -> int:
    told = [(one.building, other.building), (one.group, other.group), (one.number, other.number)]
    told += [("".join(one.sections), "".join(other.sections))]
    told += [(one.unit, other.unit), ("".join(one.rooms), "".join(other.rooms))]
    return sum(bool(mine) and mine == theirs for mine, theirs in told)


def _told(one: Address, other: Address) -> bool:
    """Whether what agrees tells the place from others of the county."""
    around = bool(set(one.regions) & set(other.regions) or set(one.villages) & set(other.villages))
    if one.name and other.name:
        common = is_common(one.name) and is_common(other.name)
        return around or not common or bool(one.roads and other.roads)
    return around or bool(one.roads and other.roads)


def _whole(one: str, other: str) -> Sameness:
    """A part of the place: both or neither must say it."""
    if one == other:
        return Sameness.SAME
    return Sameness.DIFFERENT if one and other else Sameness.UNKNOWN


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> Sameness:
    return Sameness.SAME if set(one) == set(other) else Sameness.DIFFERENT


def _left_out(one: Sequence[str], other: Sequence[str]) -> Sameness:
    """What is often left out: it is different only where both say something and nothing of it is the same.

    One may be told with what lies around it (永康古山镇, 古山镇) or be a slip: that leaves it open.
    """
    if not one or not other or set(one) & set(other):
        return Sameness.SAME
    near = any(_longer(a, b) or _longer(b, a) or slip(a, b) for a in one for b in other)
    return Sameness.UNKNOWN if near else Sameness.DIFFERENT


def _longer(name: str, short: str) -> bool:
    """Whether a name is the short one behind words of its own."""
    return len(short) >= _TRACED and len(name) >= len(short) + 2 and name.endswith(short)

"""The mechanism as a picture: its stages in a column, ways on at their right, ways back at their left. Narrow enough
for a phone; what leads each way stands beside it in words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from domain.policy.stages import Stage

WIDE, HIGH, GAP = 156, 40, 26
"""Of a box, and the room between two."""
LANE, MARGIN = 13, 10
"""From one way beside the boxes to the next, and from the last to the edge."""
Way = tuple[int, int]
"""From which place in the column to which."""


def drawn(
    names: Mapping[Stage, str],
    leads: Sequence[tuple[Stage, Stage]],
    said: str,
    *,
    states: Mapping[Stage, str] | None = None,
    gone: Collection[tuple[Stage, Stage]] = (),
) -> str:
    """The picture (SVG). `names` are the stages in order, `leads` the ways from stage to stage; `said` is the id of
    what says the same in words. Of a case: how it stands to each stage (`passed`, `here`, `skipped`, `ahead`), and the
    ways that it has gone.
    """
    places = {stage: n for n, stage in enumerate(names)}
    ways = sorted({(places[one], places[other]) for one, other in leads if one is not other})
    went = {(places[one], places[other]) for one, other in gone}
    last = len(names) - 1
    ends = {one for one, other in ways if other == last and one < last - 1}
    on = [way for way in ways if way[1] > way[0] + 1 and way[1] != last]
    back = [way for way in ways if way[1] < way[0]]
    lanes_on, lanes_back = lanes(on), lanes(back)
    left = MARGIN + (max(lanes_back.values(), default=0) + 1) * LANE
    width = left + WIDE + max(MARGIN + (max(lanes_on.values(), default=0) + 1) * LANE, 78 if ends else 0)
    height = len(names) * (HIGH + GAP) - GAP + 4
    svg = Element("svg", {"class": "chart", "viewBox": f"0 0 {width} {height}", "width": str(width), "role": "img",
                          "height": str(height), "aria-labelledby": said,
                          "xmlns": "http://www.w3.org/2000/svg"})  # fmt: skip
    for way in on:
        _beside(svg, way, left + WIDE, LANE * (lanes_on[way] + 1), _port(way, on), f"way{_gone(way, went)}")
    for way in back:
        _beside(svg, way, left, -LANE * (lanes_back[way] + 1), _port(way, back), f"way back{_gone(way, went)}")
    for n, (stage, name) in enumerate(names.items()):
        top, middle = 2 + n * (HIGH + GAP), left + WIDE / 2
        if (n, n + 1) in ways:
            kind = f"way{_gone((n, n + 1), went)}"
            SubElement(svg, "path", {"class": kind, "d": f"M{middle} {top + HIGH}v{GAP - 2}"})
            SubElement(svg, "path", {"class": "tip", "d": f"M{middle - 4} {top + HIGH + GAP - 8}h8l-4 8z"})
        state = f" {states[stage]}" if states else ""
        box = {"class": f"box{' end' if n == last else ''}{state}", "x": str(left), "y": str(top), "rx": "6"}
        SubElement(svg, "rect", {**box, "width": str(WIDE), "height": str(HIGH)})
        _word(svg, f"word{state}", middle, top + HIGH / 2 + 5, name)
        if n in ends:
            # Nearly every stage may end a case: a line from each of them to the last would hide all others.
            SubElement(svg, "path", {"class": "way ends", "d": f"M{left + 12} {top + HIGH}v8"})
            SubElement(svg, "path", {"class": "way ends", "d": f"M{left + 7} {top + HIGH + 9}h10"})
            _word(svg, "small", left + 22, top + HIGH + 14, "可办结", "start")
    return tostring(svg, encoding="unicode")


def lanes(ways: Sequence[Way]) -> dict[Way, int]:
    """A lane beside the boxes for each way, the nearest to short ones: in one lane no two ways overlap."""
    taken: list[list[Way]] = []
    found: dict[Way, int] = {}
    for way in sorted(ways, key=lambda way: (abs(way[1] - way[0]), way)):
        low, high = sorted(way)
        free = (n for n, there in enumerate(taken) if all(high <= min(o) or low >= max(o) for o in there))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append(way)
        found[way] = lane
    return found


def _gone(way: Way, went: Collection[Way]) -> str:
    return " gone" if way in went else ""


def _port(way: Way, ways: Sequence[Way]) -> tuple[float, float]:
    """How far down its boxes a way leaves and arrives, of their height: no two at the same place."""

    def at(place: int) -> float:
        here = sorted((o for o in ways if place in o), key=lambda o: (o[0] + o[1] - place, o))
        return (here.index(way) + 1) / (len(here) + 1)

    return at(way[0]), at(way[1])


def _beside(svg: Element, way: Way, edge: float, out: float, ports: tuple[float, float], kind: str) -> None:
    start, end = (2 + place * (HIGH + GAP) + port * HIGH for place, port in zip(way, ports, strict=True))
    tip = 6 if out > 0 else -6
    SubElement(svg, "path", {"class": kind, "d": f"M{edge} {start:.1f}h{out}V{end:.1f}h{tip - out}"})
    SubElement(svg, "path", {"class": "tip back" if "back" in kind else "tip",
                             "d": f"M{edge} {end:.1f}l{tip} -4v8z"})  # fmt: skip


def _word(svg: Element, kind: str, x: float, y: float, said: str, anchor: str = "middle") -> None:
    SubElement(svg, "text", {"class": kind, "x": str(x), "y": str(y), "text-anchor": anchor}).text = said

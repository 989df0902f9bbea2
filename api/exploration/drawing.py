"""A policy drawn as it is gone: what is asked at once is a box, and where answers lead are its arrows.

Places of an exploration that ask the same in the same stage are one box: rounds, colours and names are left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

from api.exploration.explorer import Explored, Place
from domain.policy.catalogue import KINDS, OUTCOMES
from domain.policy.process import Process
from domain.policy.stages import Stage

Box = tuple[Stage, tuple[str, ...]]
"""A stage and the kinds of question that wait in it."""
MOST_WORDS = 4
"""words on an arrow before the rest is counted"""


@dataclass
class Chart:
    """Boxes, and the words of the moves from one to another."""

    boxes: list[Box]
    arrows: dict[tuple[Box, Box], set[str]] = field(default_factory=dict)


def chart_of(explored: Explored) -> Chart:
    """What an exploration comes to, drawn small."""
    arrows: dict[tuple[Box, Box], set[str]] = defaultdict(set)
    boxes = {box_of(place): None for place in explored.places}
    for place in explored.places:
        for move, to in place.leads.items():
            there = explored.places[to]
            if not there.beyond:
                arrows[box_of(place), box_of(there)].add(move.drawn)
    return Chart(list(boxes), dict(arrows))


def box_of(place: Place) -> Box:
    """The box that a place stands in."""
    return (place.stage, (place.outcome,) if place.stage is Stage.CLOSED else place.asks)


def mermaid(explored: Explored) -> str:
    """The chart as a Mermaid flow chart: one subgraph a stage, in the order of the mechanism."""
    chart, process = chart_of(explored), explored.playbook.process
    names = {box: f"b{number}" for number, box in enumerate(chart.boxes)}
    lines = ["flowchart TD"]
    for stage in process.stages:
        inside = [box for box in chart.boxes if box[0] is stage]
        if inside:
            lines += [f'  subgraph {stage.value} ["{process.words.stage(stage)}"]']
            lines += [f'    {names[box]}["{_label(process, box)}"]' for box in inside]
            lines += ["  end"]
    for (one, other), words in sorted(chart.arrows.items(), key=lambda arrow: (names[arrow[0][0]], names[arrow[0][1]])):
        if one != other:
            lines.append(f'  {names[one]} -->|"{_arrow(words)}"| {names[other]}')
    return "\n".join(lines)


def _label(process: Process, box: Box) -> str:
    stage, kinds = box
    if stage is Stage.CLOSED:
        return f"办结：{OUTCOMES[kinds[0]]}"
    return "、".join(process.words.tasks.get(kind) or KINDS[kind].name for kind in kinds) or "等候"


def _arrow(words: set[str]) -> str:
    told = sorted(words)
    more = f" 等{len(told)}项" if len(told) > MOST_WORDS else ""
    return "；".join(told[:MOST_WORDS]) + more


# --- as a picture

WIDE, HIGH, GAP, ROW = 15, 34, 28, 150
"""Pixels: of a character, of a box, between two boxes, from one stage's row to the next."""
_STYLE = (
    "text{font:14px sans-serif}.box{fill:#fff;stroke:#345}.row{fill:#eef2f6}.name{font-weight:bold;fill:#345}"
    ".arrow{fill:none;stroke:#789}.arrow:hover{stroke:#c00;stroke-width:3}"
)


@dataclass(frozen=True)
class _Laid:
    """A box where it lies: its left upper corner and its width."""

    x: int
    y: int
    width: int

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


def svg(explored: Explored) -> str:
    """The chart as a picture that stands by itself: a row a stage, and on each arrow, pointed at, what leads there."""
    chart, process = chart_of(explored), explored.playbook.process
    laid = _laid_out(chart, process)
    width = max(box.x + box.width for box in laid.values()) + GAP
    rows = {box[0]: each.y for box, each in laid.items()}
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", width=str(width), height=str(max(rows.values()) + ROW))
    SubElement(root, "style").text = _STYLE
    arrow = SubElement(SubElement(root, "defs"), "marker", id="tip", viewBox="0 0 10 10", refX="10", refY="5",
                       markerWidth="7", markerHeight="7", orient="auto-start-reverse")  # fmt: skip
    SubElement(arrow, "path", d="M0 0L10 5L0 10z", fill="#789")
    for stage, y in rows.items():
        SubElement(root, "rect", attrib={"class": "row"}, x="0", y=str(y - 40), width=str(width), height=str(HIGH + 60))
        SubElement(root, "text", attrib={"class": "name"}, x="8", y=str(y - 20)).text = process.words.stage(stage)
    for (one, other), words in chart.arrows.items():
        if one != other:
            drawn = SubElement(root, "path", attrib={"class": "arrow", "marker-end": "url(#tip)"},
                               d=_bent(laid[one], laid[other]))  # fmt: skip
            SubElement(
                drawn, "title"
            ).text = f"{_label(process, one)} → {_label(process, other)}：{'；'.join(sorted(words))}"
    for box, at in laid.items():
        SubElement(root, "rect", attrib={"class": "box"}, x=str(at.x), y=str(at.y), width=str(at.width),
                   height=str(HIGH), rx="6")  # fmt: skip
        SubElement(root, "text", attrib={"text-anchor": "middle"}, x=str(at.middle), y=str(at.y + 22)).text = _label(
            process, box
        )
    return tostring(root, encoding="unicode")


def _laid_out(chart: Chart, process: Process) -> dict[Box, _Laid]:
    """Each stage in a row of its own, in the middle of the widest."""
    rows = [[box for box in chart.boxes if box[0] is stage] for stage in process.stages]
    rows = [row for row in rows if row]
    widths = {box: len(_label(process, box)) * WIDE + 24 for box in chart.boxes}
    lengths = [sum(widths[box] + GAP for box in row) for row in rows]
    laid: dict[Box, _Laid] = {}
    for number, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        x = GAP + (max(lengths) - length) // 2
        for box in row:
            laid[box] = _Laid(x, number * ROW + 60, widths[box])
            x += widths[box] + GAP
    return laid


def _bent(one: _Laid, other: _Laid) -> str:
    """Down from below a box to the top of another, back up the other way; in a row in a bow above it."""
    if one.y == other.y:
        start, end, pulls = one.y, other.y, (-HIGH, -HIGH)
    else:
        down = 1 if other.y > one.y else -1
        start, end = (one.y + HIGH, other.y) if down > 0 else (one.y, other.y + HIGH)
        pull = max(abs(end - start) // 2, 40) * down
        pulls = (pull, -pull)
    return f"M{one.middle} {start}C{one.middle} {start + pulls[0]} {other.middle} {end + pulls[1]} {other.middle} {end}"

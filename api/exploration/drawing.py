"""A policy drawn as it is gone: what is asked at once is a box, and where answers lead are its arrows.

Places of an exploration that ask the same in the same stage are one box: rounds, colours and names are left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from api.exploration.explorer import Explored, Place
from domain.policy.catalogue import KINDS
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
        return f"办结 {kinds[0]}"
    return "、".join(process.words.tasks.get(kind) or KINDS[kind].name for kind in kinds) or "等候"


def _arrow(words: set[str]) -> str:
    told = sorted(words)
    more = f" 等{len(told)}项" if len(told) > MOST_WORDS else ""
    return "；".join(told[:MOST_WORDS]) + more

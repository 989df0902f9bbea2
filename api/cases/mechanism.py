"""The mechanism as a picture of its stages, with where a case stands in it: passed, present, not gone through, ahead,
and each way back that it went. Drawn from the case's own stages and timeline; the chart of every possible way takes
minutes (`santui playbook graph`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, tostring

from api.disputes.schemas import Case
from api.web import formatting as w
from api.web.rendering import View

WIDE, HIGH, GAP = 84, 38, 18
ROOM = 58
"""Above the boxes, where there are ways back."""


def mechanism_of(case: Case, steps: Sequence[View], went: Sequence[str]) -> View:
    """The picture (SVG) and the same in words; `went` are the stages that it entered, in order."""
    places = {stage.value: n for n, stage in enumerate(case.stages)}
    back: dict[tuple[int, int], int] = {}
    for one, other in pairwise([places[stage] for stage in went if stage in places]):
        if other < one:
            back[one, other] = back.get((one, other), 0) + 1
    names = [w.stage_short(stage, case.stage_names) for stage in case.stages]
    said = [f"{step['name']}（{step['spoken']}）" for step in steps]
    said += [f"由{names[one]}返回{names[other]} {times} 次" for (one, other), times in back.items()]
    return {"svg": _drawn(steps, back), "said": "；".join(said)}


def _drawn(steps: Sequence[View], back: dict[tuple[int, int], int]) -> str:
    top_of = ROOM if back else 4
    width = len(steps) * (WIDE + GAP) - GAP + 4
    svg = Element("svg", {"class": "mechanism", "viewBox": f"0 0 {width} {top_of + HIGH + 6}", "role": "img",
                          "width": str(width), "height": str(top_of + HIGH + 6), "aria-labelledby": "mechanism-said",
                          "xmlns": "http://www.w3.org/2000/svg"})  # fmt: skip
    for n, step in enumerate(steps):
        left, state = 2 + n * (WIDE + GAP), str(step["state"])
        if n:
            middle = top_of + HIGH / 2
            gone = "way ahead" if state == "ahead" else "way skipped" if state == "skipped" else "way"
            SubElement(svg, "path", {"class": gone, "d": f"M{left - GAP} {middle}h{GAP - 4}"})
            SubElement(svg, "path", {"class": f"{gone} tip", "d": f"M{left - 6} {middle - 4}l5 4l-5 4"})
        box = {"class": f"box {state}", "x": str(left), "y": str(top_of), "width": str(WIDE), "height": str(HIGH)}
        SubElement(svg, "rect", {**box, "rx": "6"})
        _word(svg, f"word {state}", left + WIDE / 2, top_of + HIGH / 2 + 5, str(step["name"]))
    for level, ((one, other), times) in enumerate(sorted(back.items())):
        start, end = (2 + n * (WIDE + GAP) + WIDE / 2 for n in (one, other))
        start, end, top = (start + 16, end - 16, top_of - 18 - level % 2 * 18)
        SubElement(svg, "path", {"class": "way back", "d": f"M{start} {top_of}V{top}H{end}V{top_of - 3}"})
        SubElement(svg, "path", {"class": "way back tip", "d": f"M{end - 5} {top_of - 8}l5 7l5 -7"})
        _word(svg, "word back", (start + end) / 2, top - 5, f"返回 {times} 次")
    return tostring(svg, encoding="unicode")


def _word(svg: Element, kind: str, x: float, y: float, said: str) -> None:
    SubElement(svg, "text", {"class": kind, "x": str(x), "y": str(y), "text-anchor": "middle"}).text = said

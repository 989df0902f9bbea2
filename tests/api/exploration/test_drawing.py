"""A policy drawn as it is gone: Mermaid and a picture, of the same boxes and arrows."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from api.exploration.drawing import chart_of, mermaid, svg
from api.exploration.explorer import Explored, Explorer
from api.exploration.trying import Bounds
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from tests.api.exploration.test_findings import HAMLET

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def explored() -> Explored:
    return Explorer(load_playbook(HAMLET, "hamlet.yaml"), Bounds(rounds=1, interruptions=0, states=300)).explore()


def test_answers_lead_from_what_is_asked_to_what_is_asked_next(explored: Explored) -> None:
    arrows = chart_of(explored).arrows
    scene, judges = (Stage.PUSH_1, ("handle_on_scene",)), (Stage.EVALUATION, ("evaluate",))
    assert arrows[scene, judges] == {"现场平息"}
    assert arrows[judges, (Stage.FOLLOW_UP, ("visit",))] == {"评估通过"}
    assert arrows[(Stage.TRIAGE, ("confirm_triage",)), (Stage.CLOSED, ("no_risk",))] == {"无风险"}


def test_a_mermaid_chart_has_a_box_for_each_question_and_names_only_boxes(explored: Explored) -> None:
    chart, text = chart_of(explored), mermaid(explored)
    boxes = dict(re.findall(r'^    (b\d+)\["(.+)"\]$', text, re.MULTILINE))
    assert len(boxes) == len(chart.boxes)
    arrows = re.findall(r'^  (b\d+) -->\|"[^"|]+"\| (b\d+)$', text, re.MULTILINE)
    assert len(arrows) == sum(one != other for one, other in chart.arrows)
    assert {name for arrow in arrows for name in arrow} <= boxes.keys()
    assert text.count("subgraph") == text.count("\n  end") == len({stage for stage, _ in chart.boxes})


def test_the_picture_has_the_same_boxes_none_over_another_and_says_what_leads_where(explored: Explored) -> None:
    chart, root = chart_of(explored), ElementTree.fromstring(svg(explored))
    boxes = [each for each in root.iter(f"{SVG}rect") if each.get("class") == "box"]
    assert len(boxes) == len(chart.boxes)
    for one, other in combinations(boxes, 2):
        if one.get("y") == other.get("y"):
            left, right = sorted((one, other), key=lambda box: int(box.get("x", "")))
            assert int(left.get("x", "")) + int(left.get("width", "")) < int(right.get("x", ""))
    titles = [title.text or "" for title in root.iter(f"{SVG}title")]
    assert len(titles) == sum(one != other for one, other in chart.arrows)
    assert "现场处置 → 成效评估：现场平息" in titles

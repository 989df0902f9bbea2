"""The ways that ship beside the playbooks are theirs, and their picture holds every stage."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from api.mechanism.drawing import drawn, lanes
from api.mechanism.service import grown
from api.mechanism.ways import ways_here
from domain.policy.catalogue import KINDS
from domain.policy.comparing.told import told
from infra.runtime.policy_files import PLAYBOOKS, playbook_codes, read_playbook


@pytest.mark.parametrize("code", playbook_codes())
def test_what_ships_was_tried_as_it_is(code: str) -> None:
    playbook = read_playbook(code)
    ways = ways_here(code, playbook.process.stages)
    assert ways is not None
    assert ways.digest == playbook.digest, f"santui playbook graph {code} --data > playbooks/ways/{code}.json"
    assert ways.whole
    reached = {lead.end for lead in ways.leads}
    assert {*playbook.process.stages} - {playbook.process.stages[0]} <= reached
    assert {kind for kinds in ways.asks.values() for kind in kinds} <= {*KINDS}


def test_no_two_ways_of_a_lane_overlap() -> None:
    ways = [(0, 3), (1, 4), (3, 5), (4, 6), (0, 6)]
    found = lanes(ways)
    assert found == {(0, 3): 0, (1, 4): 1, (3, 5): 0, (4, 6): 1, (0, 6): 2}
    playbook = read_playbook("huangshi")
    names = {stage: playbook.process.words.stage(stage) for stage in playbook.process.stages}
    known = ways_here("huangshi", playbook.process.stages)
    assert known
    svg = ElementTree.fromstring(drawn(names, [(lead.start, lead.end) for lead in known.leads], "said"))
    words = [each.text for each in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert [word for word in words if word != "可办结"] == [*names.values()]
    assert float(svg.attrib["width"]) <= 358, "a phone of 390 px shows it at its size"


@pytest.mark.parametrize("code", playbook_codes())
def test_the_rules_are_told_without_a_code(code: str) -> None:
    risks = {"domestic_violence": "家庭暴力"}
    said = [f"{rule.of}{rule.says}" for part in told(read_playbook(code), risks) for rule in part.rules]
    assert len(said) > 40
    assert [each for each in said if any("a" <= letter <= "z" for letter in each)] == []


def test_a_text_that_grows_without_end_is_not_read() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert grown("\n".join(lines))
    assert grown("a: &a [*a]")
    assert grown("[" * 100_000)
    assert not grown((PLAYBOOKS / "ronghe.yaml").read_text(encoding="utf-8"))
    assert not grown("a: [")

"""A city's own rows of the responsibility list, from a day on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.errors import PolicyInvalid
from domain.triage.lexicon import parse_lexicon
from domain.triage.overlays import in_force, parse_overlays
from domain.triage.triage import triage

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
LEXICON = parse_lexicon(*((PLAYBOOKS / f"{name}.yaml").read_text("utf-8") for name in ("categories", "risk_kinds")))
NOISE = "楼上噪声扰民，半夜拖桌椅"
CITY = """
city: yunhe
overlays:
  - effective: 2026-03-01
    title: 试行
    rows: {neighbor_noise: {lead: eco_env, cooperating: [urban_mgmt]}}
  - effective: 2026-09-01
    title: 正式
    rows: {neighbor_noise: {non_police: false}}
"""


@pytest.mark.req("H-012", "H-032")
def test_each_edition_holds_from_its_day_on_and_says_only_what_differs() -> None:
    overlays = parse_overlays(CITY, "yunhe.yaml", LEXICON, city="yunhe")
    found = [triage(NOISE, in_force(LEXICON, overlays, date(2026, m, d))) for m, d in ((2, 28), (3, 1), (9, 1))]
    assert {each.category for each in found} == {"neighbor_noise"}
    assert [(each.suggested_lead, each.elsewhere, each.police) for each in found] == [
        ("urban_mgmt", True, False), ("eco_env", True, False), ("eco_env", False, True),
    ]  # fmt: skip
    assert found[1].suggested_cooperating == ["urban_mgmt"]
    assert LEXICON.categories["neighbor_noise"].lead == "urban_mgmt"


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("yunhe", "yunhai", "write city: yunhe"),
        ("neighbor_noise: {lead", "neighbour_noise: {lead", "no such category: neighbour_noise"),
        ("eco_env", "eco_environment", "no such department: eco_environment"),
        ("[urban_mgmt]", "[eco_env]", "stands once"),
        ("2026-09-01", "2026-03-01", "does not come after"),
    ],
)
def test_a_mistake_is_told_by_its_edition_and_row(wrong: str, right: str, says: str) -> None:
    with pytest.raises(PolicyInvalid, match=says):
        parse_overlays(CITY.replace(wrong, right, 1), "yunhe.yaml", LEXICON, city="yunhe")

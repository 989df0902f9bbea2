"""What stands behind fields: of fields that there are, and from sources that say it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from api.web.forms import Control
from api.web.grounds import GROUNDS, REPORT_OF, Figure, Law, Report, grounded
from domain.indicators.definitions import DEFINITIONS
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS

ROOT = Path(__file__).parents[3]
LINES: dict[str, str] = {
    line: words
    for report in yaml.safe_load((ROOT / "docs/requirements.yaml").read_text(encoding="utf-8")).values()
    for line, words in report["requirements"].items()
}
LAWS = re.sub(r"[\s*]", "", "".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("domain/**/*.py"))))


@pytest.mark.parametrize("name", GROUNDS)
def test_every_ground_is_of_a_field_and_from_its_source(name: str) -> None:
    kind, _, decision = name.partition("/")
    form = KINDS[kind].decisions[decision].form if decision else ACTIONS[kind].form
    assert set(GROUNDS[name]) <= set(form.model_fields)
    for ground in (each for grounds in GROUNDS[name].values() for each in grounds):
        match ground:
            case Report(line, words):
                assert LINES[line] == words, "quoted to the letter"
            case Figure(code):
                assert code in DEFINITIONS
            case Law(article, _):
                assert article in LAWS, "no article that the rules do not name"


def test_no_county_is_shown_another_citys_report() -> None:
    assert {path.stem for path in ROOT.glob("playbooks/*.yaml")} >= set(REPORT_OF)
    for playbook, shown in (("qionglai", True), ("jinhua", False), ("elsewhere", False)):
        colour = Control(name="colour", label="预警颜色", kind="select", required=True)
        grounded([colour], "recolour", playbook)
        assert bool(colour.grounds) is shown
    urgent = Control(name="urgent", label="情况紧急", kind="check", required=False)
    grounded([urgent], "apply_protection/apply", "jinhua")
    assert [source for source, _ in urgent.grounds] == ["反家庭暴力法第28条"]

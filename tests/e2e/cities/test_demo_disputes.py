"""The demo disputes under a mechanism that takes a village's reports from its own people only."""

from __future__ import annotations

import pytest

from api.cli.demo.disputes import Making
from api.cli.demo.scripts import SCRIPTS, Script
from api.cli.stories import current_process
from tests.instance import Instance


@pytest.mark.parametrize("script", [s for s in SCRIPTS if s.source == "grid"], ids=lambda script: script.code)
def test_what_the_grid_reports_is_reported_by_somebody_of_the_place(huangshi: Instance, script: Script) -> None:
    county = huangshi.county
    making = Making(county, script, current_process(county))
    making.make()
    assert county.dispute(making.number)["source"] == "grid"

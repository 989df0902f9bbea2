"""Twenty reports through each mechanism, on the real server; docs/cities.md is the same table."""

from __future__ import annotations

import pytest

from api.cli.stories.telling import Telling
from tests.e2e.cities.playing import Playing
from tests.e2e.cities.steps import Report, reports
from tests.instance import Instance

REPORTS = [pytest.param(report, id=f"{report.number}-{report.title.replace(' ', '-')}") for report in reports()]


@pytest.mark.parametrize("report", REPORTS)
def test_jinhua_does_with_a_report_what_its_mechanism_says(jinhua: Instance, report: Report) -> None:
    Playing(Telling(jinhua.county, "jinhua"), report).play(report.steps["jinhua"])


@pytest.mark.parametrize("report", REPORTS)
def test_qionglai_does_with_a_report_what_its_mechanism_says(qionglai: Instance, report: Report) -> None:
    Playing(Telling(qionglai.county, "qionglai"), report).play(report.steps["qionglai"])


@pytest.mark.parametrize("report", REPORTS)
def test_wuwei_does_with_a_report_what_its_mechanism_says(wuwei: Instance, report: Report) -> None:
    Playing(Telling(wuwei.county, "wuwei"), report).play(report.steps["wuwei"])


@pytest.mark.parametrize("report", REPORTS)
def test_fused_policing_does_with_a_report_what_its_mechanism_says(ronghe: Instance, report: Report) -> None:
    Playing(Telling(ronghe.county, "ronghe"), report).play(report.steps["ronghe"])


@pytest.mark.parametrize("report", REPORTS)
def test_huangshi_does_with_a_report_what_its_mechanism_says(huangshi: Instance, report: Report) -> None:
    Playing(Telling(huangshi.county, "huangshi"), report).play(report.steps["huangshi"])

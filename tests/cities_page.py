"""What each city must do with twenty reports: `python -m tests.cities_page` writes docs/cities.md from the table that
tests/e2e/cities plays on the real server.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.e2e.cities.steps import CITIES, Report, reports

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cities.md"
NAMES = {
    "jinhua": "金华“一警情三推送”",
    "qionglai": "邛崃“摇摇临”风控管家",
    "wuwei": "武威“三早”工作法",
    "ronghe": "“融合警务”四级联动",
    "huangshi": "黄石“三纵四横”分流化解",
}
HEAD = """# Twenty reports, and what each city does with them

Written by `python -m tests.cities_page` from [reports.yaml](../tests/e2e/cities/reports.yaml); don't edit it. The
reports are ours; what each mechanism must do follows from its city's report, quoted where a step is told there, with
the requirement it shows ([requirements.yaml](requirements.yaml)). Every row is played on the real server by
[its player](../tests/e2e/cities/playing.py).
"""


def page() -> str:
    """The page as it should stand."""
    return "\n".join([HEAD, *(line for report in reports() for line in _of(report))]).rstrip() + "\n"


def _of(report: Report) -> list[str]:
    lines = [f"## {report.number} · {report.title}", "", f"From `{report.source}`, {report.at}: “{report.text}”", ""]
    for city in CITIES:
        lines += [f"**{NAMES[city]}**", "", "| step | follows from | shows |", "|---|---|---|"]
        lines += [f"| {step.words()} | {step.says} | {' '.join(step.ids)} |" for step in report.steps[city]]
        lines.append("")
    return lines


def main() -> int:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

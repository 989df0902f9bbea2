"""The indicators in docs/reference.md, made from their definitions: `python -m tests.docs.indicator_section`."""

from __future__ import annotations

from pathlib import Path

from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import DEFAULT_WINDOWS, WINDOWS, Definition

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"
BEGIN, END = "<!-- indicators: begin -->\n", "<!-- indicators: end -->\n"


def section() -> str:
    """The table of all indicators, and what each does where the formula leaves a choice."""
    rows = [
        f"| `{d.code}` | {d.name} | {d.basis} | `{d.kind}` | {d.better} | {_window(d)} | {d.formula} | {d.source} |"
        for d in DEFINITIONS.values()
    ]
    edges = [f"- {d.name}：{'；'.join(d.edges)}。" for d in DEFINITIONS.values()]
    head = ["| code | name | basis | counts | better | window (days) | formula | source |", "|---" * 8 + "|"]
    return "\n".join([*head, *rows, "", *edges, ""])


def _window(definition: Definition) -> str:
    if definition.window is None:
        return "–"
    default = DEFAULT_WINDOWS[definition.window]
    return ", ".join(f"**{days}**" if days == default else str(days) for days in WINDOWS[definition.window])


def current(page: str) -> str:
    """The section as it stands in the page."""
    return page.partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.replace(BEGIN + current(text), BEGIN + section()), encoding="utf-8")

"""A dispute on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from api.cli.client import County, Document

console = Console(highlight=False)
_COLOURS = {"red": "red", "orange": "dark_orange", "yellow": "yellow", "blue": "blue"}


def show_dispute(county: County, number: str) -> None:
    """Prints where a dispute stands, its clocks, its open tasks and its timeline."""
    case = county.dispute(number)
    colour = _COLOURS.get(case["colour"], "white")
    outcome = f" · {case['outcome']}" if case["outcome"] else ""
    console.print(f"[bold]{number}[/] {case['title']}")
    console.print(f"[{colour}]●[/] {case['stage_name']} · 第{case['round']}轮{outcome} · 版本{case['revision']}")
    running = [clock for clock in case["clocks"] if clock["state"] not in ("met", "missed")]
    if running:
        table = Table("时限", "到期", "状态", box=None)
        for clock in running:
            table.add_row(clock["title"], _time(clock["due_at"]), clock["state"])
        console.print(table)
    for task in case["tasks"]:
        if task["state"] in ("open", "claimed"):
            posts = "、".join(dict.fromkeys(post["role_name"] for post in task["posts"]))
            console.print(f"待办 [bold]{task['kind_name']}[/]（{posts}）")
    for entry in county.timeline(number):
        print_entry(entry)


def print_entry(entry: Document) -> None:
    """Prints one line of a timeline."""
    who = f"  [dim]{entry['actor']}[/]" if entry["actor"] else ""
    about = entry["detail"].get("about") or {}
    whom = about.get("name") or about.get("party") or about.get("title")
    title = f"{entry['title']}（{whom}）" if whom else entry["title"]
    console.print(f"  {entry['seq']:>3}  {_time(entry['at'])}  {title}{who}", soft_wrap=True)


def _time(at: str) -> str:
    return at[5:16].replace("T", " ")

"""The pages of incidents from a spreadsheet in words."""

from __future__ import annotations

from collections.abc import Sequence

from api.importing.reading import Row
from api.incident_import import service
from api.incident_import.schemas import Came
from api.incident_import.sheet import ADDRESS, LINE, NARRATIVE
from api.incident_import.trial import rows_of
from api.web.formatting import colour, present, stamp
from api.web.rendering import View
from domain.policy.process import Process
from infra.database.tables.audit import JobRow

PAGE = 50
"""Rows of a page."""
OPENING = 40
"""Characters of a narrative by which a row is known again."""
WAYS = {"wrong": "有错误", "new": "新登记", "joined": "并入", "known": "已登记过", "twice": "重复行"}


def listed(job: JobRow) -> View:
    """A file as a list shows it."""
    waits, tried = job.state in ("queued", "running"), job.kind == service.TRIAL
    said = ("正在检查" if tried else "正在登记") if waits else ("检查完毕，尚未登记" if tried else "已登记")
    return {
        "id": job.job_id, "at": stamp(job.at, present()), "file": job.sealed["request"]["file"],
        "rows": len(job.sealed["request"]["rows"]), "said": "没有完成" if job.state == "failed" else said,
    }  # fmt: skip


def import_view(job: JobRow, asked: Sequence[str]) -> View:
    """A file as it stands: what was asked, how far it is, and what came of it so far."""
    counts = service.counted(service.came_of(job))
    total = len(job.sealed["request"]["rows"])
    form = "json" if job.sealed["request"]["heads"] == [LINE] else "xlsx"
    return {
        **listed(job),
        "tried": job.kind == service.TRIAL,
        "waits": job.state in ("queued", "running"),
        "failed": job.state == "failed",
        "error": job.sealed.get("error") or "",
        "done": min(job.done, total),
        "counts": counts,
        "good": counts.created + counts.joined,
        "unread": service.unread(job, asked),
        "back": f"/incidents/import/{job.job_id}/refused.{form}",
    }


def rows_view(job: JobRow, process: Process, only: str, page: int) -> View | None:
    """A page of the rows with what becomes of each, those refused first; none before the first step is done."""
    came = service.came_of(job)
    if not came or job.state in ("queued", "running"):
        return None
    here = f"/incidents/import/{job.job_id}"
    ways = {way: sum(each.outcome == way for each in came) for way in WAYS}
    ways = {way: count for way, count in ways.items() if count}
    shown = [each for each in came if not only or each.outcome == only]
    shown.sort(key=lambda each: (each.outcome != "wrong", each.row))
    pages = max(1, -(-len(shown) // PAGE))
    page = min(page, pages)
    read = {row.number: row for row in rows_of(job.sealed["request"])}
    names = {code: rule.name for code, rule in process.colours.items()}
    tried = job.kind == service.TRIAL
    return {
        "tabs": [{"href": here, "name": f"全部 {len(came)}", "current": not only}]
        + [{"href": f"{here}?only={way}", "name": f"{WAYS[way]} {count}", "current": only == way}
           for way, count in ways.items()],
        "rows": [_row(each, read[each.row], names, tried=tried) for each in shown[(page - 1) * PAGE : page * PAGE]],
        "page": page,
        "pages": pages,
        "before": f"{here}?only={only}&page={page - 1}" if page > 1 else "",
        "after": f"{here}?only={only}&page={page + 1}" if page < pages else "",
    }  # fmt: skip


def _row(came: Came, row: Row, names: dict[str, str], *, tried: bool) -> View:
    said = row.cells.get(NARRATIVE, row.cells.get(LINE, ""))
    return {
        "n": came.row,
        "way": came.outcome,
        "said": _said(came, tried=tried),
        "no": came.dispute_no,
        "incident": came.incident_id,
        "category": came.category,
        "colour": colour(came.colour, names) if came.colour else None,
        "police": came.police,
        "taken": came.number_taken,
        "address": row.cells.get(ADDRESS, ""),
        "narrative": said if len(said) <= OPENING else f"{said[:OPENING]}…",
        "errors": [(each.field, each.message) for each in came.errors],
    }


def _said(came: Came, *, tried: bool) -> str:
    match came.outcome:
        case "wrong":
            return "有错误，不登记" if tried else "没有登记"
        case "new":
            return "将新登记" if tried else "已登记"
        case "joined" if came.with_row:
            return f"将与第 {came.with_row} 行并为一件"
        case "joined" if not came.dispute_no:
            return "将并入已有的一件（登记后告知编号）"
        case "joined":
            return "将并入" if tried else "已并入"
        case "twice":
            return f"与第 {came.with_row} 行相同，不重复登记"
        case "known":
            return "已登记过，不重复登记"

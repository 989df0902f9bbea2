"""The board in words and numbers, and what its charts are drawn of."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from urllib.parse import urlencode

from api.indicators.board import AMONG, CONCLUDED, FOUR, FUNNEL, IN_GRIDS, RANKED, Board, Ranked, Tile, Town, few
from api.indicators.figure_view import again, cell_view, change_view, definition_view, total_view
from api.indicators.presenters import present_definition
from api.indicators.question import Question
from api.indicators.schemas import DefinitionItem
from api.web.rendering import View
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import SMALL, Figure
from domain.indicators.mechanism.pushes import PUSHED
from domain.indicators.ranking import Rank

LEVELS = 5
"""Shades of the heat map."""
FEW = f"不足{SMALL}件"
ITEMS: dict[str, DefinitionItem] = {code: present_definition(definition) for code, definition in DEFINITIONS.items()}


def four_view(board: Board) -> list[View]:
    """四数四率, each with what it means."""
    found = []
    for code in FOUR:
        shown = total_view(board.question, board.total, ITEMS[code])
        found.append({**shown, "few": _few(board.total.values[code]), "meaning": definition_view(ITEMS[code])})
    return found


def months_view(board: Board) -> View:
    """The table of the months, and its charts: of the numbers, and of the rates."""
    rates = [code for code in FOUR if DEFINITIONS[code].rate]
    numbers = [code for code in FOUR if not DEFINITIONS[code].rate]
    names = [month for month, _ in board.months]
    cells = [[_month_cell(told.get(code), code) for code in FOUR] for _, told in board.months]
    last = board.question.period.last
    return {
        "columns": [DEFINITIONS[code].name for code in FOUR],
        "rows": [{"month": month, "cells": row} for month, row in zip(names, cells, strict=True)],
        "few": any(cell["few"] for row in cells for cell in row),
        "until": f"{last.month}月{last.day}日",
        "rates": {"labels": names, "series": [_series(board, code) for code in rates], "unit": "%"},
        "numbers": {"labels": names, "series": [_series(board, code) for code in numbers], "unit": ""},
    }


def funnel_view(board: Board) -> View:
    """How far what was taken in came, and where it was settled."""
    values = board.total.values
    taken = values[FUNNEL[0]].numerator
    steps = [_step(board, "受理", FUNNEL[0], None)]
    names = ("一推 处警民警", "二推 责任民警", "三推 部门、乡镇")
    for stage, name in zip(PUSHED, names, strict=True):
        steps.append(_step(board, name, f"{stage}_reached", f"{stage}_settled"))
    concluded = cell_view(board.question, ITEMS[CONCLUDED], board.total)
    return {
        "steps": steps,
        "taken": taken,
        "done": {"count": f"{values[CONCLUDED].numerator:g}", "href": concluded["href"], "rate": concluded["shown"],
                 "few": _few(values[CONCLUDED])},
        "chart": {"steps": [{"name": step["name"].split()[0], "value": step["value"]} for step in steps]},
        "meanings": [definition_view(ITEMS[code]) for code in (*FUNNEL, CONCLUDED)],
    }  # fmt: skip


def ranking_view(board: Board, among: str, code: str, page: str) -> View:
    """Who stands where, and how that moved against the period before; with the choices of whom and by what."""
    asked = {**again(board.question), "among": among, "rank": code}
    most = max((ranked.row.values[code].value or 0 for ranked in board.ranking), default=0)
    of = board.question.model_copy(update={"by": board.by})
    rate = DEFINITIONS[code].rate
    return {
        "name": DEFINITIONS[code].name,
        "who": AMONG[among][0],
        "among": [
            {"name": name, "current": key == among, "href": f"{page}?{urlencode({**asked, 'among': key})}#ranking"}
            for key, (name, _) in AMONG.items()
        ],
        "by": [(key, DEFINITIONS[key].name) for key in RANKED],
        "code": code,
        "among_code": among,
        "rows": [_ranked(each, code, of, 100 if rate else most or 1) for each in board.ranking],
        "few": any(each.few for each in board.ranking),
        "meaning": definition_view(ITEMS[code]),
    }  # fmt: skip


def heat_view(board: Board) -> View:
    """What was taken in by grid, by township and village; shaded by how much."""
    most = max((tile.count for town in board.towns for v in town.villages for tile in v.tiles), default=0)
    edges = [most * level // LEVELS for level in range(LEVELS + 1)]
    asked = {**again(board.question), "by": "beat", "indicator": IN_GRIDS, "part": "numerator"}
    href = f"/indicators/cases?{urlencode(asked)}"
    towns = sorted(board.towns, key=lambda town: -town.count)
    return {
        "towns": [_town(town, most, href) for town in towns],
        "elsewhere": board.elsewhere,
        "most": most,
        "legend": [
            {"level": level, "words": f"{low + 1}" if high == low + 1 else f"{low + 1}–{high}"}
            for level, (low, high) in enumerate(pairwise(edges), 1) if high > low
        ],
        "meaning": definition_view(ITEMS[IN_GRIDS]),
    }  # fmt: skip


def _few(figure: Figure) -> str:
    return FEW if few(figure) else ""


def _month_cell(figure: Figure | None, code: str) -> View:
    nothing = "—" if DEFINITIONS[code].rate else "0"
    return {"shown": figure.shown if figure else nothing, "few": figure is not None and few(figure)}


def _series(board: Board, code: str) -> View:
    rate = DEFINITIONS[code].rate
    values = [told[code].value if code in told else None if rate else 0 for _, told in board.months]
    return {"name": DEFINITIONS[code].name, "values": values}


def _step(board: Board, name: str, came: str, settled: str | None) -> View:
    count, taken = board.total.values[came].numerator, board.total.values[FUNNEL[0]].numerator
    shown = cell_view(board.question, ITEMS[came], board.total)
    ended = cell_view(board.question, ITEMS[settled], board.total) if settled else None
    return {
        "name": name,
        "value": count,
        "count": shown["numerator"],
        "href": shown["href"],
        "share": f"{100 * count / taken:.1f}%" if taken else "—",
        "settled": ended["numerator"] if ended else "",
        "settled_href": ended["href"] if ended else "",
    }


def _ranked(each: Ranked, code: str, question: Question, most: float) -> View:
    figure, rank = each.row.values[code], each.row.ranks.get(code)
    return {
        "name": each.row.name,
        **cell_view(question, ITEMS[code], each.row),
        "rank": rank.rank if rank else "",
        "moved": _moved(rank),
        "previous": change_view(ITEMS[code], each.row.compared[code].previous),
        "few": FEW if each.few else "",
        "value": figure.value or 0,
        "most": most,
    }


def _moved(rank: Rank | None) -> View:
    """How a place moved: words, and which way."""
    if rank is None or rank.before is None:
        return {"words": "", "tone": ""}
    by = rank.before - rank.rank
    if not by:
        return {"words": "持平", "tone": ""}
    return {"words": f"{'升' if by > 0 else '降'}{abs(by)}位", "tone": "up" if by > 0 else "down"}


def _town(town: Town, most: int, href: str) -> View:
    return {
        "name": town.name,
        "count": town.count,
        "villages": [
            {"name": village.name, "count": sum(tile.count for tile in village.tiles),
             "tiles": [_tile(tile, most, href, village.name) for tile in village.tiles]}
            for village in town.villages
        ],
    }  # fmt: skip


def _tile(tile: Tile, most: int, href: str, village: str) -> View:
    return {
        "name": tile.name,
        "short": tile.name.removeprefix(village),
        "count": tile.count,
        "before": tile.before,
        "level": _level(tile.count, most),
        "href": f"{href}&{urlencode({'group': tile.beat})}" if tile.count else "",
    }


def _level(count: int, most: int) -> int:
    return ceil(LEVELS * count / most) if most else 0

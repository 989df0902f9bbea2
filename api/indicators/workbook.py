"""The indicators as a workbook for the office: a sheet of figures, a sheet of what they mean."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any, cast

import xlsxwriter

from api.indicators.schemas import DefinitionItem, Indicators
from domain.base import china
from domain.indicators.attribution import ATTRIBUTIONS, Attribution
from domain.indicators.formulas import NOTHING, SECTIONS
from domain.policy.matters.matter import MATTER_NAMES

Formats = dict[str, Any]
"""Cell formats by name, of a library without types."""
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BASES = {"cohort": "按批（期内进入的一批，看到读数日）", "flow": "按流量（期内发生的）"}
BETTER = {"higher": "越高越好", "lower": "越低越好", "neither": "不论高低"}


def workbook(indicators: Indicators, by_whom: str) -> bytes:
    """The indicators as .xlsx; every sheet says who exported it, and when."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    taken = f"{by_whom} 于 {china(datetime.now(UTC)):%Y-%m-%d %H:%M} 导出，内部使用"
    period = indicators.period
    part = ATTRIBUTIONS[cast("Attribution", indicators.attribution)]
    about = f"{period.from_} 至 {period.to}（末日24时止），读数日 {indicators.as_of}，"
    about += f"数据截至 {indicators.counted_at:%Y-%m-%d %H:%M}，单位身份：{part}，"
    about += f"事项：{MATTER_NAMES[indicators.matter]}"
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "faint": book.add_format({"font_color": "#5A6472"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "count": book.add_format({"num_format": "0"}),
        "rate": book.add_format({"num_format": "0.0%"}),
        "nothing": book.add_format({"align": "right"}),
    }
    _figures(book, indicators, about, taken, formats)
    _definitions(book, indicators, about, taken, formats)
    book.close()
    return buffer.getvalue()


def _sheet(book: Any, name: str, about: str, taken: str, formats: Formats) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_header(f"&C{name}&R{taken}")
    sheet.set_footer(f"&L{taken}&R第 &P 页，共 &N 页")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, name, formats["title"])
    sheet.write_string(1, 0, about)
    sheet.write_string(2, 0, taken, formats["faint"])
    return sheet


def _figures(book: Any, indicators: Indicators, about: str, taken: str, formats: Formats) -> None:
    """One row a group and indicator: what can be sorted, filtered and summed."""
    sheet = _sheet(book, "指标", about, taken, formats)
    heads = ("分组", "指标", "单位", "数值", "分子", "分母", "参与", "更正", "环比", "同比", "另列", "位次")
    sheet.write_row(4, 0, heads, formats["head"])
    sheet.freeze_panes(5, 2)
    rows = [indicators.total, *(indicators.rows if indicators.by else [])]
    line = 5
    for row in rows:
        for definition in indicators.definitions:
            figure, compared = row.values[definition.code], row.compared[definition.code]
            sheet.write_string(line, 0, row.name)
            sheet.write_string(line, 1, definition.name)
            sheet.write_string(line, 2, definition.unit)
            _value(sheet, line, definition, figure.value, formats)
            sheet.write_number(line, 4, figure.numerator)
            if figure.denominator is not None:
                sheet.write_number(line, 5, figure.denominator)
            sheet.write_number(line, 6, figure.participated, formats["count"])
            sheet.write_number(line, 7, figure.amended, formats["count"])
            sheet.write_string(line, 8, compared.previous.shown)
            sheet.write_string(line, 9, compared.year.shown)
            sheet.write_string(line, 10, "，".join(f"{name} {n}" for name, n in figure.marks.items()))
            sheet.write_string(line, 11, row.ranks[definition.code].shown if definition.code in row.ranks else "")
            line += 1
    sheet.autofilter(4, 0, max(line - 1, 5), len(heads) - 1)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 7, 9)
    sheet.set_column(8, 9, 16)
    sheet.set_column(10, 11, 30)


def _value(sheet: Any, line: int, definition: DefinitionItem, value: float | None, formats: Formats) -> None:
    if value is None:
        sheet.write_string(line, 3, NOTHING, formats["nothing"])
    elif definition.kind == "rate":
        sheet.write_number(line, 3, round(value / 100, 3), formats["rate"])
    else:
        sheet.write_number(line, 3, value, formats["count"])


def _definitions(book: Any, indicators: Indicators, about: str, taken: str, formats: Formats) -> None:
    sheet = _sheet(book, "指标说明", about, taken, formats)
    sheet.write_row(4, 0, ("栏目", "指标", "口径", "依据", "统计方式", "高低", "窗口（天）", "说明"), formats["head"])
    for line, d in enumerate(indicators.definitions, start=5):
        window = str(indicators.windows[d.window]) if d.window else ""
        cells = (
            SECTIONS[d.section],
            d.name,
            d.formula,
            d.source_words,
            BASES[d.basis],
            BETTER[d.better],
            window,
            "；".join(d.edge_cases),
        )
        for column, cell in enumerate(cells):
            sheet.write_string(line, column, cell, formats["text"])
    for column, width in enumerate((14, 22, 44, 18, 20, 12, 12, 80)):
        sheet.set_column(column, column, width)

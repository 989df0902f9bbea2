"""A list of people as a file (.csv, .xlsx): read into rows of text, and the empty one to be filled in.

The file is foreign: formulas are not taken, a book with macros is refused, and no cell is more than text.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from dataclasses import dataclass

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound, XmlError, ZipError

from domain.errors import FieldsInvalid, MediaRefused, TooLarge
from domain.storable_text import is_fit

HEADS = ("用户名", "姓名", "岗位", "单位")
MOST_ROWS = 5_000
MOST_BYTES = 4 * 2**20
MOST_UNPACKED = 64 * 2**20
"""Bytes of all parts of a workbook: who packs more into a small file wants memory."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""With these a text begins that an office program would reckon."""
_BROKEN = (CalamineError, PasswordError, WorksheetNotFound, XmlError, ZipError, zipfile.BadZipFile, ValueError, OSError)


@dataclass(frozen=True)
class Row:
    """A line of the file by its number as an office program shows it, with its cells by the head of their column."""

    number: int
    cells: dict[str, str]


def read_rows(content: bytes) -> list[Row]:
    """The lines of a file below its heads; empty ones are left out.

    Raises:
        TooLarge: the file, or what is packed in it, or its number of lines.
        MediaRefused: it is neither, or has macros.
        FieldsInvalid: a column is missing.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(f"文件不得超过{MOST_BYTES // 2**20}MB")
    table = _workbook(content) if content.startswith(b"PK") else _text(content)
    if not table or (missing := [head for head in HEADS if head not in table[0]]):
        raise FieldsInvalid(
            errors=[{"field": "file", "message": f"首行缺少列：{'、'.join(missing if table else HEADS)}"}]
        )
    at = {head: table[0].index(head) for head in HEADS}
    rows = [
        Row(number, {head: line[column] if column < len(line) else "" for head, column in at.items()})
        for number, line in enumerate(table[1:], start=2)
        if any(line)
    ]
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"一次最多导入{MOST_ROWS}行")
    return rows


def unsafe(cell: str) -> str:
    """Why a cell can't be taken; empty where it can."""
    if cell.startswith(_FORMULAS):
        return "不能以=、+、-、@等公式符号开头"
    if not is_fit(cell) or any(unicodedata.category(c) in ("Cc", "Cf") for c in cell):
        return "含有控制字符"
    return "过长" if len(cell) > 64 else ""


def template() -> bytes:
    """The file to be filled in (.xlsx); every cell is text, so that no number loses its zeros."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, text = book.add_worksheet("人员"), book.add_format({"num_format": "@"})
    sheet.set_column(0, len(HEADS) - 1, 22, text)
    sheet.write_row(0, 0, HEADS, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _workbook(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise TooLarge("文件解压后过大")
        if any(part.filename.lower().endswith(("vbaproject.bin", ".xlm")) for part in parts):
            raise MediaRefused("不接受含宏的工作簿")
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheet = book.get_sheet_by_index(0)
            if sheet.total_height > 2 * MOST_ROWS or sheet.total_width > 200:
                raise TooLarge(f"一次最多导入{MOST_ROWS}行")
            found = sheet.to_python(skip_empty_area=False)
    except _BROKEN as error:
        raise MediaRefused("无法读取该工作簿") from error
    return [[_worded(cell) for cell in line] for line in found]


def _worded(cell: object) -> str:
    """A cell as text; a number that stands for itself without a fraction."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip(" ")


def _text(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            lines = csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True)
            return [[cell.strip(" ") for cell in line] for line in lines]
        except (UnicodeDecodeError, csv.Error):
            continue
    raise MediaRefused("无法读取该文件，请使用.xlsx或UTF-8、GB18030编码的.csv")

"""A table as a file (.csv, .xlsx): read into rows of text, and the empty one to be filled in.

The file is foreign: formulas are not taken, a book with macros is refused, and no cell is more than text.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from domain.errors import FieldsInvalid, MediaRefused, TooLarge
from domain.storable_text import wrong_name

HEADS = ("用户名", "姓名", "岗位", "单位")
"""Of a list of people."""
MOST_ROWS = 5_000
MOST_BYTES = 4 * 2**20
MOST_UNPACKED = 64 * 2**20
"""Bytes of all parts of a workbook: who packs more into a small file wants memory."""
MOST_COLUMNS = 200
_UNREADABLE = "无法读取该工作簿，请另存为 .csv 后再选"
_FOREIGN = (
    "首行没有认得的列名，文件的编码可能不是 UTF-8 或 GB18030（例如繁体系统的 Big5）：请用表格软件打开，"
    "另存为“CSV UTF-8”或 .xlsx 后再选"
)
"""Nearly all bytes in Big5 are some characters in GB18030, none that anybody wrote."""
_READER = Path(__file__).with_name("workbook_reader.py")
_READ_WITHIN = 20.0
"""Seconds: a workbook of `MOST_ROWS` takes one."""


@dataclass(frozen=True)
class Row:
    """A line of the file by its number as an office program shows it, with its cells by the head of their column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A file's heads in their order, and the lines below them."""

    heads: list[str]
    rows: list[Row]


def read_rows(content: bytes) -> list[Row]:
    """The lines of a list of people, with its own columns only; raises as `read_table`."""
    rows = read_table(content, HEADS).rows
    return [Row(row.number, {head: row.cells[head] for head in HEADS}) for row in rows]


def read_table(content: bytes, needed: Sequence[str], known: Sequence[str] = (), most: int = MOST_ROWS) -> Table:
    """The lines of a file below its heads, among which are those `needed`; empty lines are left out. Of a head that is
    there twice the first counts, but no column that is read, `known` ones too, may be.

    Raises:
        TooLarge: the file, or what is packed in it, or its number of lines.
        MediaRefused: it is neither, or has macros.
        FieldsInvalid: a column is missing, or is there twice.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(f"文件不得超过{MOST_BYTES // 2**20}MB")
    table = _workbook(content, most) if content.startswith(b"PK") else _text(content, most)
    heads = table[0] if table else []
    if not {*heads} & {*needed, *known} and not _is_known(content):
        raise FieldsInvalid(errors=[{"field": "file", "message": _FOREIGN}])
    if missing := [head for head in needed if head not in heads]:
        raise FieldsInvalid(errors=[{"field": "file", "message": f"首行缺少列：{'、'.join(missing)}"}])
    if twice := [head for head in (*needed, *known) if heads.count(head) > 1]:
        raise FieldsInvalid(errors=[{"field": "file", "message": f"首行有重复的列：{'、'.join(twice)}"}])
    named = list(dict.fromkeys(filter(None, heads)))
    if len(named) > MOST_COLUMNS:  # asked before a row is made: each has a cell for every head
        raise TooLarge(f"一个文件最多{MOST_COLUMNS}列")
    at = {head: heads.index(head) for head in named}
    rows = [
        Row(number, {head: line[column] if column < len(line) else "" for head, column in at.items()})
        for number, line in enumerate(table[1:], start=2)
        if any(line)
    ]
    if len(rows) > most:
        raise TooLarge(f"一次最多导入{most}行")
    return Table(named, rows)


def unsafe(cell: str) -> str:
    """Why a cell can't be taken; empty where it can."""
    return wrong_name(cell) or ("过长" if len(cell) > 64 else "")


def template(heads: Sequence[str] = HEADS, title: str = "人员", rows: Iterable[Sequence[str]] = ()) -> bytes:
    """A file to be filled in (.xlsx), or mended; every cell is text, so that no number loses its zeros."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, text = book.add_worksheet(title), book.add_format({"num_format": "@"})
    sheet.set_column(0, len(heads) - 1, 22, text)
    sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell, text)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _workbook(content: bytes, most: int) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise MediaRefused(_UNREADABLE) from error
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise TooLarge("文件解压后过大")
    if any(part.filename.lower().endswith(("vbaproject.bin", ".xlm")) for part in parts):
        raise MediaRefused("不接受含宏的工作簿")
    try:
        read = subprocess.run(
            [sys.executable, "-I", str(_READER), str(2 * most), str(MOST_COLUMNS)],
            input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_READ_WITHIN, check=True,
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise MediaRefused(_UNREADABLE) from error
    lines: list[list[str]] | None = json.loads(read.stdout)
    if lines is None:
        raise TooLarge(f"一次最多导入{most}行、{MOST_COLUMNS}列；行列没有这么多的，请另存为 .csv 后再选")
    return lines


def _is_known(content: bytes) -> bool:
    """Whether a file's characters are what they seem: a workbook's, or those of a text in UTF-8."""
    if content.startswith(b"PK"):
        return True
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _counted(lines: Iterable[list[str]], most: int) -> list[list[str]]:
    """The lines in their places, no more than the head and `most`: four megabytes have two million of them."""
    found: list[list[str]] = []
    blank: list[str] = []
    filled = 0
    for line in lines:
        cells = [cell.strip(" ") for cell in line]
        found.append(cells if any(cells) else blank)
        filled += found[-1] is not blank
        if filled > most + 1:
            raise TooLarge(f"一次最多导入{most}行")
    return found


def _text(content: bytes, most: int) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030") if b"\0" not in content else ():  # UTF-16, a picture with another name
        try:
            lines = csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True)
            return _counted(lines, most)
        except (UnicodeDecodeError, csv.Error):
            continue
    raise MediaRefused("无法读取该文件，请使用.xlsx或UTF-8、GB18030编码的.csv（可用表格软件另存为“CSV UTF-8”）")

"""Reads the first sheet of a workbook. A script of its own process: `python workbook_reader.py HEIGHT WIDTH < book`
writes its lines as JSON, or null where the sheet is higher or wider.

The reader makes room for every cell between the first and the last before it says how many there are: two cells in
opposite corners want half a terabyte, and it ends its process where that is not to be had. So it has a process and
limits of its own, and what becomes of it is no concern of those who work here.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from contextlib import suppress

from python_calamine import CalamineWorkbook

_MEMORY = 2**29
"""Bytes of address space [DESIGN]: twice what the largest table takes that is read."""
_SECONDS = 15
"""Of the processor."""
_EXACT = 10**15
"""From here on a spreadsheet's number has lost its last digits."""


def worded(cell: object) -> str:
    """A cell as text; a number that stands for itself without a fraction, and as far as it can be exact."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return str(cell).strip(" ")


def main(height: int, width: int) -> None:
    """Reads and writes."""
    for what, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # not every system has every limit
            resource.setrlimit(what, (most, most))
    with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
        sheet = book.get_sheet_by_index(0)
        fits = sheet.total_height <= height and sheet.total_width <= width
        found = sheet.to_python(skip_empty_area=False) if fits else None
    json.dump(found and [[worded(cell) for cell in line] for line in found], sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

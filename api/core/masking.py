"""Personal numbers, masked on their way out: those in the fields for them, and those that somebody wrote into a text.

Sources: requirements E.2, L2: contact and identity "masked by default, unmask logged with purpose"; G.2, 17:
"手机 138****1234", "list/detail/export/report/API differ".
"""

from __future__ import annotations

import re

from domain.case.records import Party

_DATE = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_NUMBER = re.compile(
    rf"""(?<!\d)(?:
      (?P<identity>[1-9]\d{{5}}(?:19|20)\d\d{_DATE}\d{{3}}[\dXx] | [1-9]\d{{7}}{_DATE}\d{{3}})  # of 18, once 15 signs
    | 1[3-9]\d[ \-]?\d{{4}}[ \-]?\d{{4}}                                                        # mobile telephone
    | 0\d{{2,3}}[ \-)）][ \-]?\d{{7,8}}                                                        # with its area's code
    | 62\d{{14,17}}                                                                             # bank card (UnionPay)
    )(?!\d)""",
    re.VERBOSE,
)
"""Numbers by which a person is reached or known."""
_NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
_RUN = re.compile(r"[0-9][0-9 \-)）]{9,}[0-9Xx]")
"""Where a number may stand: looking for this first costs least."""
_CODE = re.compile(r"[!-~]*[A-Za-z_][!-~]*")
"""A JSON string without a space and with a letter: an id, a code, an instant, an address of ours."""
_AFTER = re.compile(r"[:,}\]][\s:,\[\]{}0-9.eE+-]*")
"""What may stand between the end of a string of JSON and a number of JSON's own."""
_PIECE = re.compile(
    r"""(?P<kept><textarea\b[^>]*>.*?</textarea>|<a\ href="tel:[^"]*">[^<]*</a>)|(?P<tag><[^>]*>)|(?P<text>[^<]+)""",
    re.VERBOSE | re.DOTALL,
)
_SAID = re.compile(r'(?<=\s)(?:title|alt|aria-label)="[^"]*"')
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def masked(party: Party) -> Party:
    """A party whose telephone and identity numbers show only their ends."""
    return party.model_copy(update={"phone": _ends(party.phone, 3, 4), "id_number": _ends(party.id_number, 3, 2)})


def masked_text(text: str) -> str:
    """A text whose telephone, identity and card numbers show only their ends."""
    return _RUN.sub(_run, _narrow(text)) if _holds_number(text) else text


def masked_json(document: str) -> str:
    """A JSON document with the numbers in its texts masked; ids, codes, instants and JSON's own numbers stay."""
    return _RUN.sub(_run_of_json, _narrow(document)) if _holds_number(document) else document


def masked_html(page: str) -> str:
    """A page with the numbers in its texts masked. What stands in a form's field stays as it was typed, and so does a
    link to call by: whoever writes it has asked whether the reader may.
    """
    return _PIECE.sub(_shown, page) if _holds_number(page) else page


def _holds_number(text: str) -> bool:
    return any(_NUMBER.search(run[0]) for run in _RUN.finditer(_narrow(text)))


def _narrow(text: str) -> str:
    """The text with the digits of an input method's wide letters as digits."""
    return text.translate(_NARROW) if "１" in text else text


def _shown(piece: re.Match[str]) -> str:
    if piece["tag"]:
        return _SAID.sub(lambda said: masked_text(said[0]), piece[0])
    return masked_text(piece[0]) if piece["text"] else piece[0]


def _run(run: re.Match[str]) -> str:
    return _NUMBER.sub(_hidden, run[0])


def _run_of_json(run: re.Match[str]) -> str:
    """As `_run`, where the run stands in a string that is a text."""
    document, begin = run.string, run.start()
    opened = document.rfind('"', 0, begin)
    while _escaped(document, opened):
        opened = document.rfind('"', 0, opened)
    if _AFTER.fullmatch(document, opened + 1, begin):
        return run[0]
    end = document.find('"', begin)
    return run[0] if _CODE.fullmatch(document, opened + 1, end) else _run(run)


def _escaped(document: str, at: int) -> bool:
    """Whether a quote stands within a string of JSON: an odd number of backslashes is before it."""
    backslashes = 0
    while document[at - 1 - backslashes] == "\\" and backslashes < at:
        backslashes += 1
    return backslashes % 2 == 1


def _hidden(found: re.Match[str]) -> str:
    number = found[0]
    if not found["identity"]:
        return f"{_ends(number, 3, 4)}"
    # A register's own number may begin with an area and this year's date: it is nobody's unless its check digit is.
    recent = len(number) == 18 and int(number[6:10]) >= 2020
    return number if recent and not _checks(number) else f"{_ends(number, 3, 2)}"


def _checks(identity: str) -> bool:
    """Whether the last sign of an identity number follows from the others (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, identity, strict=False))
    return "10X98765432"[total % 11] == identity[17].upper()


def _ends(number: str | None, head: int, tail: int) -> str | None:
    if not number:
        return None
    if len(number) <= head + tail:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]

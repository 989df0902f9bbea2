"""Text that can be kept: everything but a lone surrogate, which is no character and which no encoding knows, and a NUL,
which ends a text for some databases and not for others.

Of what others are called less can be kept: a name stands in lists, messages and tables that office programs open.
"""

from __future__ import annotations

import re
import unicodedata

from domain.errors import FieldsInvalid

_UNFIT = re.compile("[\ud800-\udfff\x00]")
UNFIT = "内容含有无法处理的字符"

FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""With these a text begins that an office program may reckon (OWASP, CSV injection), in full width too."""
_UNSEEN = {"Cc", "Cf", "Zl", "Zp"}
"""Unicode's categories of control and direction characters and of breaks: a name with them is another than it looks."""
FORMULA, UNSEEN = "不能以=、+、-、@等公式符号开头", "含有控制字符或方向控制字符"


def is_fit(text: str) -> bool:
    """Whether a text can be kept."""
    return _UNFIT.search(text) is None


def wrong_name(name: str) -> str:
    """Why nobody and nothing can be called so, in words; empty where it can."""
    if name.startswith(FORMULAS):
        return FORMULA
    return "" if is_fit(name) and not any(unicodedata.category(c) in _UNSEEN for c in name) else UNSEEN


def named(name: str) -> str:
    """A name that can be one, for a model's field.

    Raises:
        ValueError
    """
    if wrong := wrong_name(name):
        raise ValueError(wrong)
    return name


def plain_cell(cell: str) -> str:
    """A cell of a table that no office program takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def tame(text: str) -> str:
    """A text with a mark in place of what can't be kept: for telling where it was."""
    return _UNFIT.sub("�", text)


def fit(field: str, text: str) -> str:
    """The text of a field, if it can be kept.

    Raises:
        FieldsInvalid
    """
    if not is_fit(text):
        raise FieldsInvalid(UNFIT, errors=[{"field": tame(field), "message": UNFIT}])
    return text

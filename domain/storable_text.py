"""Text that can be kept: everything but a lone surrogate, which is no character and which no encoding knows, and a NUL,
which ends a text for some databases and not for others.
"""

from __future__ import annotations

import re

from domain.errors import FieldsInvalid

_UNFIT = re.compile("[\ud800-\udfff\x00]")
UNFIT = "内容含有无法处理的字符"


def is_fit(text: str) -> bool:
    """Whether a text can be kept."""
    return _UNFIT.search(text) is None


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

"""By what a person is known again wherever he was named: identity number, telephone, full name, each written one way.

Pure, and without judgement of anybody: two namings are alike or not. What tells nothing (张某, 楼上邻居, a number with
stars in it) is left out, for a wrong likeness lays one man's quarrels at another's door.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple


class Mark(StrEnum):
    """What a likeness rests on, the surest first."""

    ID_NUMBER = "id_number"
    PHONE = "phone"
    NAME = "name"
    """a name alone is weak: thousands are called 张伟"""


SURE = (Mark.ID_NUMBER, Mark.PHONE)
"""Either of them is enough by itself."""


class Identifier(NamedTuple):
    """One mark of somebody in its one way of writing; personal data as it stands."""

    mark: Mark
    value: str


def identifiers(name: str, phone: str | None = None, id_number: str | None = None) -> list[Identifier]:
    """The marks by which somebody is known again, the surest first; none where nothing said of him tells."""
    found = (
        (Mark.ID_NUMBER, _id_number(id_number or "")),
        (Mark.PHONE, plain_phone(phone or "")),
        (Mark.NAME, plain_name(name)),
    )
    return [Identifier(mark, value) for mark, value in found if value]


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
"""The eighteenth character by the remainder (GB 11643)."""
_SHORTEST_NUMBER = 6
_SHORTEST_PHONE = 7
_MOBILE = re.compile(r"(?:00)?86(1\d{10})")
_EXTENSION = re.compile(r"(?:转|ext\.?|x).*$")
_BRACKETED = re.compile(r"[(\[【〔「].*?[)\]】〕」]")
_HONORIFIC = re.compile(r"(?:先生|女士|小姐|太太|老板娘?|经理|师傅|同志|大爷|大娘|大妈|大叔|阿姨|老师|医生|警官|同学)$")
_LEFT_OUT = re.compile(r"[某*×?]|(?<![a-z])x+(?![a-z])")
"""What stands in a name for what is not said; an x between other letters (Alex) is one of them."""
_NOBODY = frozenset(
    "匿名 匿名人 无名氏 不详 未知 不明 本人 报警人 报案人 当事人 群众 路人 邻居 业主 房东 房客 租客 住户 租户 "
    "老板 店主 店家 商家 顾客 司机 车主 男子 女子 对方 双方 其他 物业 保安 楼上 楼下 隔壁 丈夫 妻子 老公 老婆 "
    "父亲 母亲 儿子 女儿 楼上邻居 楼下邻居 楼上住户 楼下住户 隔壁邻居".split()
)
"""Who is named so is not named."""


def _folded(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _id_number(written: str) -> str:
    number = re.sub(r"[-·]", "", _folded(written)).upper()
    if not re.fullmatch(r"[0-9A-Z]+", number) or len(number) < _SHORTEST_NUMBER or len(set(number)) < 3:
        return ""
    return _eighteen(number) if re.fullmatch(r"\d{15}", number) else number


def _eighteen(old: str) -> str:
    """A number of the first generation as it is written today."""
    body = f"{old[:6]}19{old[6:]}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return body + _CHECKS[rest]


def plain_phone(written: str) -> str:
    """A telephone in its one way of writing; empty where it is none, or not whole."""
    text = _EXTENSION.sub("", _folded(written).lower())
    if "*" in text:
        return ""
    digits = re.sub(r"\D", "", text)
    if mobile := _MOBILE.fullmatch(digits):
        digits = mobile.group(1)
    return digits if len(digits) >= _SHORTEST_PHONE and len(set(digits)) > 2 else ""


def plain_name(written: str) -> str:
    """A name in its one way of writing; empty where it tells nobody from others."""
    name = _HONORIFIC.sub("", _BRACKETED.sub("", _folded(written)))
    name = re.sub(r"[·•・.。,，、‧]", "", name).casefold()
    if len(name) < 2 or name in _NOBODY or _LEFT_OUT.search(name):
        return ""
    return name

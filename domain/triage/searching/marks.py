"""By which words a dispute is found again: parts of its people's names, ends of their telephones, parts of its address.

Pure. The words are only ever kept blinded (`infra.read_model.searching`), each with what it is of ahead of it, so that
the end of a telephone and a number in a street are two things. Nothing of one character is one of them: which of the
few common ones stands behind it, its frequency alone would tell (docs/adr/0051).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from domain.triage.address.names import estate, stem, without_its_kind
from domain.triage.address.reading import Address, read
from domain.triage.identity import plain_name, plain_phone
from domain.triage.searching.simplified import SIMPLIFIED

By = Literal["name", "phone", "address"]
GRAMS = (2, 3)
"""Characters of a part of a name."""
ENDS = (4, 6, 8)
"""Digits of an end of a telephone."""
LONGEST_NAME = 40
Asked = list[tuple[str, ...]]
"""What is sought: the words of any one of these stand at it, all of them."""


def marks_of(document: Mapping[str, Any]) -> set[str]:
    """All words by which a dispute is found, of its document."""
    incidents = document.get("incidents") or []
    people = [*(document.get("parties") or []), *(party for each in incidents for party in each["parties"])]
    found: set[str] = set()
    for party in people:
        found.update(_of_name(party["name"]))
        found.update(_of_phone(party.get("phone") or ""))
    for each in incidents:
        found.update(_of_address(read(each["address"])))
    return found


def sought(words: str, by: By) -> Asked:
    """Which words those of a search ask for; nothing where they tell nothing."""
    match by:
        case "name":
            wanted = tuple(dict.fromkeys(_wanted_of_name(words)))
            return [wanted] if wanted else []
        case "phone":
            return _wanted_of_phone(words)
        case "address":
            wanted = tuple(dict.fromkeys(_wanted_of_address(read(words))))
            return [wanted] if wanted else []


def is_number(words: str) -> bool:
    """Whether it is written as a telephone or an end of one is."""
    return bool(re.fullmatch(r"[\d\s+()\-]{4,30}", _plain(words)) and len(re.sub(r"\D", "", _plain(words))) >= ENDS[0])


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip()


def _runs(name: str) -> Iterator[str]:
    """A name without what nobody is called by, in simplified characters; Latin words apart from the others."""
    written = plain_name(re.sub(r"(?<=[a-zA-Z])[\s·•・.‧]+(?=[a-zA-Z])", "\0", _plain(name)[:LONGEST_NAME]))
    yield from re.findall(r"[a-z0-9]+|[^a-z0-9\0]+", written.translate(SIMPLIFIED))


def _of_name(name: str) -> Iterator[str]:
    for run in _runs(name):
        if run.isascii():
            yield from _named([run])
        else:
            for size in GRAMS:
                yield from _named(run[at : at + size] for at in range(len(run) - size + 1))


def _wanted_of_name(words: str) -> Iterator[str]:
    """Of a part of three or more characters each three that follow each other: they say more than each two."""
    for run in _runs(words):
        if run.isascii():
            yield from _named([run])
        else:
            size = min(len(run), GRAMS[-1])
            yield from _named(run[at : at + size] for at in range(len(run) - size + 1))


def _named(parts: Iterable[str]) -> Iterator[str]:
    yield from (f"part of name:{part}" for part in parts if len(part) >= GRAMS[0])


def _of_phone(phone: str) -> Iterator[str]:
    if number := plain_phone(phone):
        yield f"whole phone:{number}"
        yield from (_end(number, size) for size in ENDS if size < len(number))


def _end(number: str, size: int) -> str:
    return f"end of phone:{size}:{number[-size:]}"


def _wanted_of_phone(words: str) -> Asked:
    """The whole number, and the longest end that is kept."""
    digits = re.sub(r"\D", "", _plain(words))
    wanted: Asked = [(f"whole phone:{number}",)] if (number := plain_phone(words)) else []
    if ENDS[0] <= len(digits) < 11:
        wanted.append((_end(digits, max(size for size in ENDS if size <= len(digits))),))
    return wanted


def _of_address(address: Address) -> Iterator[str]:
    for name in address.villages:
        yield from _at(name, stem(name))
    for name in address.roads:
        yield from _at(name, _without_road(name))
        if address.number:
            yield from _at(f"{name}{address.number}号")
    if address.name:
        yield from _at(address.name, estate(address.name), without_its_kind(address.name))
        if address.building:
            yield from _at(f"{estate(address.name)}{address.building}幢")


def _wanted_of_address(address: Address) -> Iterator[str]:
    """A number says nothing without its road or estate."""
    for name in address.villages:
        yield from _at(name)
    for name in address.roads:
        yield from _at(f"{name}{address.number}号" if address.number else name)
    if address.name:
        name = estate(address.name)
        yield from _at(f"{name}{address.building}幢" if address.building else name)


def _at(*names: str) -> Iterator[str]:
    plain = {name.translate(SIMPLIFIED) for name in names}
    yield from sorted(f"part of address:{name}" for name in plain if len(name) > 1)


def _without_road(name: str) -> str:
    short = re.sub(r"(?:大道|大街|路|街|巷|弄)$", "", name)
    return short if len(short) > 1 else name

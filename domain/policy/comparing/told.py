"""A mechanism told in words, part by part, for people who read no YAML: what it says, and nothing it leaves unsaid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from domain.base import Model
from domain.policy.catalogue import KINDS
from domain.policy.comparing.differences import ABSENT, BESIDE, in_words, name_of, parts_of
from domain.policy.comparing.titles import PARTS
from domain.policy.playbook import Playbook
from domain.policy.process import Process


class Rule(Model):
    """One thing that a part says: of what, and what."""

    of: str
    says: str


class Part(Model):
    """A part of a mechanism; a part that is one thing has one rule, of nothing in particular."""

    code: str
    title: str
    rules: list[Rule]


UNTOLD = ("words",)
"""What names things and rules nothing: the names stand wherever the things do."""


_CODE = re.compile(r"\b[a-z]+(?:[_.][a-z0-9]+)*\b", re.ASCII)
_LEFT = re.compile(r"(^|[ ，；、])[ ]+")


def plain(words: str, named: Mapping[str, str] | None = None) -> str:
    """Words without the codes in them: by their names, or left out, for a code that nothing names stands beside its own
    words (of a reason, of a ground), and they are enough.
    """
    named = named or _decisions()
    return _LEFT.sub(r"\1", _CODE.sub(lambda code: named.get(code[0], ""), words))


def told(playbook: Playbook, others: Mapping[str, str]) -> list[Part]:
    """Every part that the playbook says something in, in the order of the process, then what stands beside it. `others`
    are the names of codes that no part of a playbook names: of kinds of risk, of indicators.
    """
    process = playbook.process
    inside = [(code, getattr(process, code)) for code in Process.model_fields if code in process.model_fields_set]
    outside = [(code, getattr(playbook, code)) for code in BESIDE]
    named = {**others, **_decisions(), **_tiers(process)}
    parts = [_part(process, code, value, named) for code, value in (*inside, *outside) if code not in UNTOLD and value]
    return [part for part in parts if part.rules]


def _tiers(process: Process) -> dict[str, str]:
    return {tier.code: tier.name for tier in process.ladder.tiers} if process.ladder else {}


def _decisions() -> dict[str, str]:
    """What may be decided, by its code: silence past a limit counts as one of them."""
    return {name: f"“{decision.title}”" for spec in KINDS.values() for name, decision in spec.decisions.items()}


def _part(process: Process, code: str, value: Any, named: Mapping[str, str]) -> Part:
    def said(key: Any, each: Any) -> str:
        return plain(in_words(process, key, each), named)

    rules: list[Rule] = []
    inside = parts_of(value)
    if inside is None:
        rules.append(Rule(of="", says=said(code, value)))
    for key, each in (inside or {}).items():
        if isinstance(value, BaseModel) and key not in value.model_fields_set:
            continue
        says = said(key, each)
        if says != ABSENT:
            rules.append(Rule(of=name_of(process, process, code, (), key), says=says))
    return Part(code=code, title=PARTS.get(code, code), rules=rules)

"""A labelled CSV of anybody's, and the mapping file that says which of its columns and labels mean what to us.

A mapping file is YAML with a section for each bench that it serves (`bench/texts/mapping.yaml` is the one of our own
texts). `columns` names the file's column for each of ours; whatever is left out has our own name:

    categories:
      columns: {text: question, label: label}
      labels: {family: 婚姻家庭, labor: 劳动纠纷}  # category or group of ours: its one label; left out: codes
      channels: {letter: letter}                  # column `channel`: code of the source; others 110
    danger:
      columns: {text: text, label: guise}
      dangerous: [plain, threat]                  # the labels of danger; all others are harmless
    repeats:
      columns: {first: a, second: b, same: label} # and first_place …, days_between, where the file has them
      same: ["yes"]                               # the labels that say that both are one
    places:
      same: ["1"]

A label is single: each of our categories stands for one, the category's own entry before its group's. A category that
stands for none is a wrong answer whatever was asked.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bench.support import BenchError
from domain.triage.lexicon import Lexicon

Row = Mapping[str, str]
NO_LABEL = "–"
"""What a category says that the mapping gives no label."""


class Section(BaseModel):
    """What one bench needs to know about a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str] = {}
    labels: dict[str, str] | None = None
    channels: dict[str, str] = {}
    dangerous: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset({"yes"})


def read_section(path: Path, bench: Literal["categories", "danger", "repeats", "places"]) -> Section:
    """The section of a mapping file for one bench.

    Raises:
        BenchError: the file is no YAML of that form, or has nothing for this bench.
    """
    try:
        sections = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Section.model_validate(sections[bench] or {})
    except (yaml.YAMLError, ValidationError) as fault:
        raise BenchError(f"{path.name}: {fault}") from fault
    except (KeyError, TypeError) as fault:
        raise BenchError(f"{path.name} has no section {bench}") from fault


def read_rows(paths: list[Path], section: Section, needed: tuple[str, ...]) -> list[Row]:
    """The rows of the files, by our own names for the columns.

    Raises:
        BenchError: a needed column is missing, or there is no row.
    """
    rows: list[Row] = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            there = set(reader.fieldnames or ())
            if missing := [name for name in needed if section.columns.get(name, name) not in there]:
                raise BenchError(f"{path.name} has no column for {', '.join(missing)}")
            ours = {theirs: name for name, theirs in section.columns.items()}
            rows += [{ours.get(column, column): value or "" for column, value in row.items()} for row in reader]
    if not rows:
        raise BenchError("not one row")
    return rows


def digest(text: str) -> str:
    """Where a row stands when files sorted by label are mixed: the same on every machine."""
    return hashlib.sha256(text.encode()).hexdigest()


class Labels:
    """Which label of a file each category of ours stands for, and which category a label is corrected to."""

    def __init__(self, section: Section, lexicon: Lexicon) -> None:
        """Raises: BenchError: an entry is neither a category nor a group."""
        named = section.labels
        groups = set(lexicon.group_of.values())
        if named and (strangers := sorted(set(named) - set(lexicon.categories) - groups)):
            raise BenchError(f"neither a category nor a group: {', '.join(strangers)}")
        self._of = {
            code: code if named is None else named.get(code, named.get(group, NO_LABEL))
            for code, group in lexicon.group_of.items()
        }
        self._first: dict[str, str] = {}
        for code in [*(named or ()), *self._of]:  # what the mapping names first stands for the label
            members = [code] if code in self._of else [c for c, group in lexicon.group_of.items() if group == code]
            for member in members:
                self._first.setdefault(self._of[member], member)

    def of(self, category: str) -> str:
        """The label that a category stands for."""
        return self._of.get(category, NO_LABEL)

    def category(self, label: str) -> str | None:
        """The category that somebody who corrects to this label would choose; None where we have none for it."""
        return self._first.get(label) if label != NO_LABEL else None

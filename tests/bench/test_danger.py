"""Danger and what sounds like it, as judged by hand: how much is heard and how little is diverted, never less."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
import yaml

from bench.triage.mutations import try_out
from bench.triage.pieces import dangerous, fit, taught, written
from domain.triage.triage import Triage, triage
from infra.runtime.policy_files import PLAYBOOKS, read_lexicon
from tests.bench.test_texts import TEXTS, bigrams, rows_of

LEXICON = read_lexicon()
EVERY = yaml.safe_load((TEXTS / "floors.yaml").read_text(encoding="utf-8"))
FLOORS, LETTERS = EVERY["danger"], EVERY["letters"]["dev"]
MUTATIONS = 1000
KEPT = 0.95


def judged(file: str) -> Iterator[Triage]:
    """Every row of a file, judged; none is ever printed, since the held half is looked at by nobody."""
    with (TEXTS / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
        yield from (triage(row["text"], LEXICON) for row in csv.DictReader(lines, strict=True))


@pytest.mark.parametrize("half", list(FLOORS))
def test_danger_is_heard_and_what_sounds_like_it_is_asked_about_at_most(half: str) -> None:
    floors = FLOORS[half]
    danger, alike, reports = (list(judged(f"{name}_{half}")) for name in ("danger", "lookalikes", "reports"))
    assert sum(one.police for one in danger) >= floors["police_first_at_least"]
    assert sum(one.divertible for one in danger) <= floors["divertible_at_most"]
    assert sum(one.police for one in alike) <= floors["alike_police_first_at_most"]
    assert sum(one.police_heard for one in reports) <= floors["reports_heard_at_most"]
    assert sum(bool(one.unsure) for one in reports) <= floors["reports_unsure_at_most"]


def test_letters_send_the_police_only_where_they_tell_of_danger() -> None:
    rows = rows_of("letters_dev.csv")
    calm, danger = ([triage(row["text"], LEXICON) for row in rows if row["danger"] == kind] for kind in ("no", "yes"))
    assert sum(one.police for one in calm) <= LETTERS["police_first_at_most"]
    assert sum(bool(one.unsure) for one in calm) <= LETTERS["unsure_at_most"]
    assert sum(one.police for one in danger) >= LETTERS["danger_police_first_at_least"]
    assert not any(one.divertible for one in danger)


def test_danger_typed_otherwise_is_never_divertible_and_keeps_its_flag() -> None:
    """Typos of the same sound, names put in, clauses swapped, traditional script; ten thousand of them in the bench."""
    kept = try_out(list(dangerous()), LEXICON, MUTATIONS)
    assert kept.divertible == []
    assert kept.flagged >= KEPT * MUTATIONS


def test_nothing_that_was_learned_from_is_nearly_a_text_of_the_held_half() -> None:
    held = [bigrams(row["text"]) for name in ("danger", "lookalikes") for row in rows_of(f"{name}_held.csv")]
    for row in rows_of("alarms.csv"):
        mine = bigrams(row["text"])
        assert all(len(mine & other) < 0.35 * len(mine | other) for other in held), "a text of alarms.csv"


def test_the_table_of_pieces_is_the_one_that_its_texts_make() -> None:
    assert written(*fit(list(taught()))) == (PLAYBOOKS / "danger_pieces.yaml").read_text(encoding="utf-8")

"""Whether danger is still heard when a report is typed otherwise: `python -m bench.triage.mutations --count 10000`.

Each mutation is one to two of: a character typed as another of its sound, a name put in, clauses told in another order,
traditional script. None may become divertible; a share keeps its flag. The dice have a seed.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench.triage.pieces import dangerous
from domain.triage.hearing.scripts import SIMPLER
from domain.triage.lexicon import Lexicon
from domain.triage.triage import triage
from infra.runtime.policy_files import read_lexicon

SEED = 20261127
NAMES = ("张某", "李建国", "王秀英", "老陈", "赵大哥", "刘家", "杨某某", "阿芳", "小周", "吴师傅", "郑主任", "孙老二")
_TRADITIONAL = str.maketrans({simple: form for form, simple in reversed(SIMPLER)})
_ENDS = re.compile(r"(?<=[，。,；;！!])")
Mutation = Callable[[str, random.Random], str]


class Kept(NamedTuple):
    """What mutations did: how many there were, of how many the flag was kept, and what became divertible."""

    tried: int
    flagged: int
    divertible: list[str]


def mutations(lexicon: Lexicon) -> dict[str, Mutation]:
    """Each way of typing a report otherwise, by what it is called."""
    sounds = lexicon.danger.sounds if lexicon.danger else {}
    alike = {letter: row.replace(letter, "") for row in sounds.values() for letter in row}

    def typo(text: str, dice: random.Random) -> str:
        spots = [at for at, letter in enumerate(text) if alike.get(letter)]
        if not spots:
            return text
        at = dice.choice(spots)
        return f"{text[:at]}{dice.choice(alike[text[at]])}{text[at + 1 :]}"

    def name(text: str, dice: random.Random) -> str:
        parts = _ENDS.split(text)
        at = dice.randrange(len(parts))
        return "".join([*parts[:at], dice.choice(NAMES), *parts[at:]])

    def swap(text: str, dice: random.Random) -> str:
        parts = [part for part in _ENDS.split(text) if part]
        if len(parts) < 2:
            return text
        at = dice.randrange(len(parts) - 1)
        parts[at], parts[at + 1] = parts[at + 1], parts[at]
        return "".join(part if _ENDS.search(part) else f"{part}，" for part in parts)

    def traditional(text: str, _: random.Random) -> str:
        return text.translate(_TRADITIONAL)

    return {"typo": typo, "name": name, "swap": swap, "traditional": traditional}


def try_out(texts: Sequence[str], lexicon: Lexicon, count: int, seed: int = SEED) -> Kept:
    """Mutates reports that go to the police first, one after another, until there are so many mutations."""
    flagged = [text for text in texts if triage(text, lexicon).police]
    ways, dice = list(mutations(lexicon).values()), random.Random(seed)
    kept, divertible = 0, list[str]()
    for at in range(count):
        text = flagged[at % len(flagged)]
        for way in dice.sample(ways, dice.randint(1, 2)):
            text = way(text, dice)
        found = triage(text, lexicon)
        kept += found.police
        if found.divertible:
            divertible.append(text)
    return Kept(count, kept, divertible)


def main() -> None:
    """Prints how many kept their flag, and each that became divertible."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    kept = try_out(list(dangerous()), read_lexicon(), parser.parse_args().count)
    print(f"{kept.tried} mutations: {kept.flagged / kept.tried:.1%} keep the flag, {len(kept.divertible)} divertible")
    print("\n".join(kept.divertible))


if __name__ == "__main__":
    main()

"""Whether every golden life is a path in the exploration of its city's playbook, which takes minutes a city:

python -m tests.replay.paths huangshi wuwei
"""

from __future__ import annotations

import argparse
import asyncio
from itertools import pairwise

from api.exploration.explorer import Explored, Explorer
from api.exploration.moves import steers
from api.exploration.trying import Bounds
from api.histories.replay import replay
from domain.case.state import DisputeState
from domain.policy.catalogue import KINDS
from domain.policy.matters.matter import Matter
from domain.policy.stages import Stage
from tests.domain.support import playbook
from tests.replay.golden import CONVERTER, FILES, name_of, read

CITIES = ("jinhua", "qionglai", "wuwei", "ronghe", "huangshi")
Step = tuple[str, str, str]
"""The stage a decision was taken in, of which kind of question, which; what stands beside the story has no stage: the
exploration answers it first."""


def steps_of(state: DisputeState) -> list[Step]:
    """What led a life on: its decisions, each with the stage it was taken in."""
    stage, steps = Stage.TRIAGE.value, list[Step]()
    for entry in state.timeline:
        if entry.kind == "stage":
            stage = str(entry.detail["stage"])
        elif entry.kind == "decision":
            kind, name = entry.detail["task_kind"], entry.detail["decision"]
            spec = KINDS[kind]
            if spec.decisions[name].ends and steers(kind):
                beside = spec.aside or (spec.by_levels and stage != Stage.TRIAGE)
                steps.append(("" if beside else stage, kind, name))
    return steps


def stages_of(state: DisputeState) -> list[str]:
    """The stages a life came through, one after the other."""
    entered = [str(entry.detail["stage"]) for entry in state.timeline if entry.kind == "stage"]
    return [Stage.TRIAGE.value, *entered, *([Stage.CLOSED.value] if state.closed else [])]


def strayed(explored: Explored, state: DisputeState) -> list[str]:
    """Where a life went that the exploration did not go."""
    moves = {(stage, move.name, move.decision) for place in explored.places for move in place.leads
             for stage in ("", place.stage.value)}  # fmt: skip
    ways = {(p.stage.value, explored.places[to].stage.value) for p in explored.places for to in p.leads.values()}
    lost = [" ".join(step) for step in steps_of(state) if step not in moves]
    return lost + [f"{one} → {other}" for one, other in pairwise(stages_of(state)) if (one, other) not in ways]


def lives_of(code: str) -> dict[str, DisputeState]:
    """A city's golden lives of disputes, as they ended."""
    files = [file for file in FILES if file.name.removesuffix(".json.gz").endswith(f"-{code}")]

    async def ends() -> dict[str, DisputeState]:
        replayed = {name_of(file): (await replay(read(file), CONVERTER)).state for file in files}
        return {name: state for name, state in replayed.items() if state and state.matter is Matter.DISPUTE}

    return asyncio.run(ends())


def main() -> None:
    """Tells of each city how far it was explored, and of each golden life where it strayed."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("cities", nargs="*", default=CITIES)
    asked.add_argument("--rounds", type=int, default=2)
    asked.add_argument("--interruptions", type=int, default=1)
    asked.add_argument("--seconds", type=float, default=900.0)
    options = asked.parse_args()
    bounds = Bounds(rounds=options.rounds, interruptions=options.interruptions, seconds=options.seconds)
    for code in options.cities:
        explored = Explorer(playbook(code), bounds).explore()
        extent = "whole" if explored.whole else f"whole within {explored.proven}"
        print(f"{code}: {len(explored.places)} standings, {extent}, {explored.seconds:.0f} s")
        for name, state in lives_of(code).items():
            print(f"  {name}: {'; '.join(strayed(explored, state)) or 'a path in it'}")


if __name__ == "__main__":
    main()

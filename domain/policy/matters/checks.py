"""What a playbook may not say of the lives of its matters: a case would have nobody to ask, or never be opened."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from domain.policy.loading import Mistake
from domain.policy.matters.matter import Matter
from domain.policy.parts.hazards import HazardPolicy
from domain.policy.process import Process

ASKED = ("rectify", "verify")
"""The tasks of a batch of hazards."""
RULE = "rule_items"
"""That which a mechanism may do without."""


def life_mistakes(process: Process, hazards: HazardPolicy | None) -> Iterator[Mistake]:
    """Everything of it, at its place in the playbook."""
    yield from _hazards(process, hazards)
    for matter in process.lives:
        if matter is not Matter.HAZARD:
            yield from _own_life(process, matter)


def _hazards(process: Process, hazards: HazardPolicy | None) -> Iterator[Mistake]:
    life = Matter.HAZARD in process.lives
    if hazards and not life:
        yield Mistake(("hazards",), "batches need a life: process.lives has no hazard: [notice, closed]")
    if life and not hazards:
        what = "who sends batches, and in which aspects? write hazards, or leave this life out"
        yield Mistake(("process", "lives", Matter.HAZARD), what)
    for kind in (*ASKED, *({RULE} & process.tasks.keys())) if life else ():
        policy = process.tasks.get(kind)
        if policy is None:
            yield Mistake(("process", "tasks"), f"the life of hazards needs tasks.{kind}")
        elif not (policy.limit or policy.limit_by_colour):
            yield Mistake(("process", "tasks", kind), f"silence would reach nobody: '{kind}' needs a limit")
        elif not policy.rungs.supervise_after:
            what = f"silence would reach nobody: say in rungs.supervise_after when '{kind}' is supervised"
            yield Mistake(("process", "tasks", kind), what)
    if (ruled := process.tasks.get(RULE)) and hazards and ruled.by != hazards.by:
        what = "whoever sent a batch rules upon its items that come back: write the same as hazards.by"
        yield Mistake(("process", "tasks", RULE, "by"), what)


def _own_life(process: Process, matter: Matter) -> Iterator[Mistake]:
    """A life other than a dispute's is a whole mechanism with those stages."""
    try:
        Process.model_validate(process.living(matter).model_dump(mode="json"))
    except ValidationError as error:
        for each in error.errors():
            yield Mistake(("process", "lives", matter), f"as a mechanism of its own: {each['msg']}")

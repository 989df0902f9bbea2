"""The ways of a mechanism from stage to stage, as an exploration found them: data that ships beside the playbooks,
because going every way takes a minute (`santui playbook graph --data`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pydantic import ValidationError

from api.exploration.drawing import chart_of
from api.exploration.explorer import Explored
from domain.base import Model
from domain.policy.stages import Stage
from infra.runtime.policy_files import read_ways


class Lead(Model):
    """One way from a stage to another, and the answers by which a case goes it."""

    start: Stage
    end: Stage
    by: list[str]


class Ways(Model):
    """What was gone of a process: of what digest, the questions of each stage, and the ways between stages."""

    digest: str
    whole: bool
    """every way within two rounds was gone; else there may be more"""
    asks: dict[Stage, list[str]]
    leads: list[Lead]


def ways_of(explored: Explored) -> Ways:
    """An exploration by stages: what is asked in each, and by which answers a case comes from one to another."""
    chart, process = chart_of(explored), explored.playbook.process
    asks: dict[Stage, set[str]] = defaultdict(set)
    for stage, kinds in chart.boxes:
        if stage is not Stage.CLOSED:
            asks[stage].update(kinds)
    leads: dict[tuple[Stage, Stage], set[str]] = defaultdict(set)
    for (one, other), words in chart.arrows.items():
        if one[0] is not other[0]:
            leads[one[0], other[0]].update(words)
    order = {stage: n for n, stage in enumerate(process.stages)}
    return Ways(
        digest=explored.playbook.digest,
        whole=explored.whole,
        asks={stage: sorted(asks[stage]) for stage in process.stages if asks[stage]},
        leads=[Lead(start=one, end=other, by=sorted(leads[one, other]))
               for one, other in sorted(leads, key=lambda way: (order[way[0]], order[way[1]]))],
    )  # fmt: skip


def ways_here(code: str, stages: Sequence[Stage]) -> Ways | None:
    """The ways on file of a playbook, where they name no stage that it lacks; whether they are of just this
    content says their digest.
    """
    text: str = read_ways(code)
    try:
        ways = Ways.model_validate_json(text) if text else None
    except ValidationError:
        return None
    named = {stage for lead in ways.leads for stage in (lead.start, lead.end)} if ways else set()
    return ways if ways and named <= {*stages} else None

"""Playbooks of every shape: each set of stages that a mechanism may have, and schemes of one to five colours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import yaml

from domain.policy.approvals import Road, roads_there_are
from domain.policy.catalogue import KINDS
from domain.policy.playbook import Playbook
from domain.policy.stages import Stage
from tests.domain.support import PLAYBOOKS

PUSHES = (Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3)


def shapes() -> Iterator[tuple[Stage, ...]]:
    """Every set of stages that can live."""
    tables = ((), (Stage.MEDIATION,), (Stage.MEDIATION, Stage.CONFIRMATION))
    officers = ((Stage.PUSH_2,), (Stage.PUSH_3,), (Stage.PUSH_2, Stage.PUSH_3))
    for scene, on, table, judged, seen in product(
        ((), (Stage.PUSH_1,)), officers, tables, ((), (Stage.EVALUATION,)), ((), (Stage.FOLLOW_UP,))
    ):
        yield (Stage.TRIAGE, *scene, *on, *table, *judged, *seen, Stage.CLOSED)


def telling_shapes() -> Iterator[tuple[Stage, ...]]:
    """Of these so many that every two stages stand in one together, each without the other, and in one neither of them,
    as far as they can: what goes wrong mostly hangs on one choice or two.
    """
    choices = {shape: _choices(shape) for shape in shapes()}
    wanted = set[tuple[tuple[Stage, bool], ...]]().union(*choices.values())
    while wanted:
        shape = max(choices, key=lambda each: len(wanted & choices[each]))
        wanted -= choices[shape]
        yield shape


def _choices(shape: tuple[Stage, ...]) -> set[tuple[tuple[Stage, bool], ...]]:
    return set(combinations(((stage, stage in shape) for stage in Stage), 2))


def city(stages: tuple[Stage, ...], *, colours: int = 3, clock_from: Stage | None = None) -> Playbook:
    """A city with these stages and so many colours, everything else as in Jinhua."""
    written: dict[str, Any] = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))
    process = written["process"]
    for kind, spec in KINDS.items():
        asked_in = {*spec.stages, *spec.within}
        if asked_in and not asked_in & {*stages, Stage.NOTICE}:
            process["tasks"].pop(kind, None)
    for policy in process["tasks"].values():  # of colours that are another's
        if policy.pop("limit_by_colour", None):
            policy.setdefault("limit", {"working_days": 1})
        policy.pop("silence_supervised", None)
        policy.pop("ring", None)
    if Stage.FOLLOW_UP in stages:  # a role and a place of its own, and its own words for what there is
        process["words"] = {
            "roles": {"scout": {"name": "探访员", "sight": "own", "like": "grid_worker"}},
            "places": {"lodge": {"name": "驿站", "kind": "lodge", "otherwise": "village"}},
            "stages": {"follow_up": "回看·探访员"},
            "tasks": {"visit": "探访"},
        }
        process["tasks"]["visit"]["by"].append({"role": "scout", "at": "lodge"})
        process["promotion"] = {
            "criteria": {"grave": {"name": "重大事项"}, "mass": {"name": "群体性", "parties": 3}},
            "approved": Stage.MEDIATION in stages,
            "to": [[{"role": "department_leader", "at": "township"}], [{"role": "leader", "at": "county"}]],
        }
    process["supervision"]["approvals"].pop("limit_by_colour", None)
    process["stages"] = [str(stage) for stage in stages]
    process["colour_clock_from"] = str(clock_from or next(stage for stage in stages if stage in PUSHES))
    if Stage.MEDIATION not in stages:
        del process["ladder"]
    if Stage.PUSH_3 not in stages:
        process["sources"] = {code: {**source, "divert": "may"} for code, source in process["sources"].items()}
        del process["diversion"]
    joint = Stage.MEDIATION in stages
    there = roads_there_are(
        list(stages), joint=joint, from_scene=[stages[stages.index(Stage.PUSH_1) + 1]] if Stage.PUSH_1 in stages else []
    )
    process["approval"]["roads"] = [road for road in process["approval"]["roads"] if road in there]
    if Road.DIVERTED not in there:
        del process["approval"]["never_with_police"]
    if not set(PUSHES[:2]) & set(stages):
        process["sources"]["110"].pop("push_at_once")
    rule = {"limit": {"working_days": 6}, "stops_at": "disposal"}
    process["colours"] = {f"c{rank}": {"name": f"{rank}级", "rank": rank, **rule} for rank in range(colours, 0, -1)}
    return Playbook.model_validate({**written, "code": "elsewhere", "name": "别处", "realises": []})

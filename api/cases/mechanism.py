"""The mechanism as a picture, with where a case stands in it: what it passed, where it is, what it left out, what lies
ahead, and every way that the mechanism knows, those that the case went set off. The ways are the data that ships beside
the playbooks (`santui playbook graph --data`); the stages are those of the case's own playbook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from api.disputes.schemas import Case
from api.mechanism.drawing import drawn
from api.mechanism.ways import Lead, ways_here
from api.web import formatting as w
from api.web.rendering import View
from domain.policy.stages import Stage

SAID = "mechanism-said"
MOST_ANSWERS = 4
"""Answers that are named of one way, before the rest is counted."""


def mechanism_of(case: Case, steps: Sequence[View], went: Sequence[str]) -> View:
    """The picture (SVG) and the same in words; `went` are the stages that it entered, in order."""
    stages = [Stage(stage) for stage in case.stages]
    known = ways_here(case.playbook.code, stages)
    leads = known.leads if known else [Lead(start=one, end=other, by=[]) for one, other in pairwise(stages)]
    entered = [Stage(stage) for stage in went if stage in stages]
    gone = Counter((one, other) for one, other in pairwise(entered) if one is not other)
    names = {stage: w.stage_short(stage, case.stage_names) for stage in stages}
    states = dict(zip(stages, (str(step["state"]) for step in steps), strict=True))
    picture = drawn(names, [*((each.start, each.end) for each in leads), *gone], SAID, states=states, gone=gone)
    return {
        "svg": picture,
        "stages": [
            {"name": step["name"], "state": step["state"], "spoken": step["spoken"],
             "leads": [_lead(each, names) for each in leads if each.start is stage] if step["state"] == "here" else []}
            for stage, step in zip(stages, steps, strict=True)
        ],
        "back": [f"由{names[one]}返回{names[other]} {times} 次" for (one, other), times in gone.items()
                 if stages.index(other) < stages.index(one)],
        "known": known is not None,
        "older": known is not None and known.digest != case.playbook.digest,
    }  # fmt: skip


def _lead(lead: Lead, names: dict[Stage, str]) -> View:
    more = f"等 {len(lead.by)} 种" if len(lead.by) > MOST_ANSWERS else ""
    return {"to": names[lead.end], "by": "、".join(lead.by[:MOST_ANSWERS]) + more}

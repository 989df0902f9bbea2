"""The process part of a playbook: stages, colours, tasks, ladder, evaluation, follow-up, supervision.

It is pinned in each case's input, so that a new edition touches new cases only: running cases decode it, and nothing
here may refuse what was once accepted. What a whole playbook may not say is in `domain.policy.playbook_checks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from typing import Any, Literal

from pydantic import Field, ModelWrapValidatorHandler, field_validator, model_validator

from domain.base import Strict, absent
from domain.policy.addressing import Addressing
from domain.policy.approvals import Approval, Road, roads_there_are
from domain.policy.catalogue import KINDS, kinds_asked_in
from domain.policy.fields import AXIS
from domain.policy.forms.demands import Demand, effective
from domain.policy.intake.sources import Source
from domain.policy.loading import Mistake, Mistakes
from domain.policy.matters.lives import with_stages
from domain.policy.matters.matter import Matter
from domain.policy.mistakes import choice, nearest
from domain.policy.parts.colours import ColourRule
from domain.policy.parts.conference import ConferencePolicy
from domain.policy.parts.diversions import DiversionPolicy
from domain.policy.parts.exits import Exits
from domain.policy.parts.judging import Evaluators, FollowUp
from domain.policy.parts.ladder import Ladder
from domain.policy.parts.notices import NoticePolicy
from domain.policy.parts.promotion import KEY, PromotionPolicy
from domain.policy.parts.summons import SummonPolicy
from domain.policy.parts.supervision import ApprovalTime, Raising, SupervisionPolicy
from domain.policy.parts.tags import TagPolicy
from domain.policy.parts.tasks import TaskPolicy
from domain.policy.parts.warnings import EarlyWarning
from domain.policy.rungs import Rungs
from domain.policy.stages import HAZARD_LIFE, PUSHES, STAGES_ALWAYS, Stage
from domain.policy.words.own import Words, reading


class Process(Strict):
    """The process part of a playbook: small, pinned in every case that starts under it."""

    stages: list[Stage]
    lives: dict[Matter, list[Stage]] = Field({}, description="the stages of other matters than disputes")
    colours: dict[str, ColourRule] = Field(min_length=1)
    colour_rungs: Rungs
    colour_clock_from: Stage
    responsibility_passes: Literal["delivery", "acceptance"] = Field(
        "delivery", description="when an organisation that is dispatched to holds the case: at once, or once it accepts"
    )
    sources: dict[str, Source] = Field({}, description="where reports come from, by code, with their chains of desks")
    diversion: DiversionPolicy = DiversionPolicy()
    disposal_pictures: int = Field(1, ge=0, description="pictures or videos a disposal must carry")
    demands: dict[str, Demand] = Field({}, description="what a decision must prove, by kind.decision")
    tasks: dict[str, TaskPolicy]
    approval: Approval = Approval()
    exits: Exits = Exits()
    ladder: Ladder | None = None
    evaluation: Evaluators
    follow_up: FollowUp
    supervision: SupervisionPolicy
    raising: Raising = Raising()
    promotion: PromotionPolicy | None = None
    summons: SummonPolicy | None = Field(None, exclude_if=absent, description="who may whistle, and what follows")
    conference: ConferencePolicy | None = Field(None, exclude_if=absent, description="who calls the joint conference")
    tags: TagPolicy | None = Field(None, exclude_if=absent, description="who tags hard cases, and who watches them")
    protection_for: list[str] = Field([], description="risk kinds that open the protection-order track")
    warnings: dict[str, EarlyWarning] = Field({}, exclude_if=absent, description="by colour: who is told, at once")
    notices: NoticePolicy = Field(NoticePolicy(), exclude_if=lambda notices: notices == NoticePolicy())
    words: Words = Field(Words(), exclude_if=lambda words: words == Words())

    @model_validator(mode="wrap")
    @classmethod
    def _with_its_own_words(cls, data: Any, handler: ModelWrapValidatorHandler[Process]) -> Process:
        with reading(data):
            return handler(with_stages(data))

    @field_validator("stages")
    @classmethod
    def _stages_make_a_life(cls, stages: list[Stage]) -> list[Stage]:
        if missing := [stage for stage in STAGES_ALWAYS if stage not in stages]:
            written = ", ".join(stages) or "nothing"
            raise ValueError(f"every mechanism has the stages {', '.join(missing)}; here stands {written}")
        order = list(Stage)
        for n, (before, stage) in enumerate(pairwise(stages), 1):
            if order.index(stage) <= order.index(before):
                what = "stages stand in the order of the mechanism, each once"
                raise Mistakes([Mistake((n,), f"'{stage}' can't follow '{before}': {what}: {', '.join(order)}")])
        if Stage.PUSH_2 not in stages and Stage.PUSH_3 not in stages:
            written = ", ".join(stages)
            raise ValueError(f"what is not settled on the spot is pushed on: push_2 or push_3 is missing in {written}")
        return stages

    @field_validator("lives")
    @classmethod
    def _hazards_have_one(cls, lives: dict[Matter, list[Stage]]) -> dict[Matter, list[Stage]]:
        if (life := lives.get(Matter.HAZARD, HAZARD_LIFE)) != HAZARD_LIFE:
            what = f"a batch of hazards has one stage: write hazard: [{', '.join(HAZARD_LIFE)}]"
            raise Mistakes([Mistake((Matter.HAZARD,), f"{what}, not [{', '.join(life)}]")])
        return lives

    @field_validator("colours")
    @classmethod
    def _gravest_first(cls, colours: dict[str, ColourRule]) -> dict[str, ColourRule]:
        should = dict(zip(colours, range(len(colours), 0, -1), strict=True))
        if wrong := [code for code, rule in colours.items() if rule.rank != should[code]]:
            ranks = ", ".join(str(rule.rank) for rule in colours.values())
            what = f"colours stand from the gravest to the mildest, their ranks count down to 1, not {ranks}"
            raise Mistakes([Mistake((wrong[0], "rank"), f"{what}: did you mean {should[wrong[0]]}?")])
        return colours

    @model_validator(mode="after")
    def _whole(self) -> Process:
        """Refuses only what cannot run: running cases decode it. Unknown kinds are reported along, never alone."""
        if found := [*self._without_tasks(), *self._ladder_or_stage_alone(), *self._clock_from_nowhere(),
                     *self._judged_by_nobody()]:  # fmt: skip
            places = {each.where for each in found}
            raise Mistakes([*found, *(each for each in unknown_kinds(self) if each.where not in places)])
        return self

    def _without_tasks(self) -> Iterator[Mistake]:
        needed = {
            kind: f"stage {stage}"
            for stage in self.stages
            for kind in kinds_asked_in(stage)
            if not (KINDS[kind].people_from or KINDS[kind].optional or KINDS[kind].by_roads)
        }
        if self.approved_roads:
            by = f"the road {', '.join(sorted(self.approved_roads))} out of the police (approval.roads)"
            needed |= {kind: by for kind, spec in KINDS.items() if spec.by_roads}
        if self.notices.asks:
            needed |= {kind: "notices" for kind, spec in KINDS.items() if spec.letters}
        if self.protection_for:
            needed |= {kind: "protection_for" for kind, spec in KINDS.items() if spec.protection}
        for kind, by in needed.items():
            if kind not in self.tasks:
                yield self._lacks(kind, by)

    def _lacks(self, kind: str, by: str) -> Mistake:
        written = nearest(kind, [str(each.where[-1]) for each in unknown_kinds(self)])
        meant = f"; is the key '{written[0]}' misspelt?" if written else ""
        return Mistake(("tasks", *written[:1]), f"{by} needs tasks.{kind}{meant}")

    def _ladder_or_stage_alone(self) -> Iterator[Mistake]:
        together = "a ladder and the stage mediation come together or not at all"
        if self.ladder and Stage.MEDIATION not in self.stages:
            yield Mistake(("ladder",), f"{together}; the stages are {', '.join(self.stages)}")
        if not self.ladder and Stage.MEDIATION in self.stages:
            where = ("stages", self.stages.index(Stage.MEDIATION))
            yield Mistake(where, f"{together}; process.ladder is missing")

    def _clock_from_nowhere(self) -> Iterator[Mistake]:
        able = [stage for stage in self.stages if stage in (Stage.TRIAGE, *PUSHES)]
        if self.colour_clock_from not in able:
            what = f"must be triage or one of the pushes, and stand among the stages, not '{self.colour_clock_from}'"
            yield Mistake(("colour_clock_from",), f"{what}; allowed: {', '.join(able)}")

    def _judged_by_nobody(self) -> Iterator[Mistake]:
        """Every place where a dispute may be resolved has its judges; the first of the scene also say 非矛盾纠纷."""
        for where in self.resolved_where():
            if self.has(Stage.EVALUATION) and not all(self.seats_for(where)):
                group = "joint" if self.leaves_police(where) else "at_station"
                what = f"who judges what was resolved at {where}? evaluation.{group}, or evaluation.resolved_at.{where}"
                yield Mistake(("evaluation",), what)
        if self.has(Stage.PUSH_1) and not self.has(Stage.EVALUATION) and not all(self.seats_for(Stage.PUSH_1)):
            yield Mistake(("evaluation",), "evaluation.at_station also confirms that something is no dispute")

    def resolved_where(self) -> list[str]:
        """The places where a dispute may be resolved here: the pushes, and the tiers by their codes."""
        tiers = [tier.code for tier in self.ladder.tiers] if self.ladder else []
        return [*(stage.value for stage in self.stages if stage in PUSHES), *tiers]

    def seats_for(self, where: str) -> list[list[Addressing]]:
        """Who judges what was resolved at a push, or at a tier by its code: one list of posts a seat."""
        judges = self.evaluation
        usual = (judges.joint or [[]]) if self.leaves_police(where) else [judges.at_station]
        return judges.resolved_at.get(where, usual)

    def leaves_police(self, where: str) -> bool:
        """Whether what is resolved at a push, or at a tier by its code, is others' work than the police's alone."""
        tiers = self.ladder.tiers if self.ladder else []
        return where == Stage.PUSH_3 or any(tier.joint for tier in tiers if tier.code == where)

    @property
    def from_receipt(self) -> bool:
        """Whether the colour's deadline runs for each organisation from the delivery to it, and for nobody before."""
        return self.colour_clock_from is Stage.PUSH_3

    @property
    def first_push(self) -> Stage:
        """The first push this mechanism has."""
        return next(s for s in self.stages if s in PUSHES)

    @property
    def table_at_scene(self) -> bool:
        """Whether the officer on the scene may lead the parties to a table himself (`ladder.entered_at.push_1`)."""
        named = self.ladder is not None and Stage.PUSH_1 in self.ladder.entered_at
        return named and self.ways.unsettled_to is not Stage.MEDIATION

    @property
    def roads(self) -> set[Road]:
        """The roads out of the police that this mechanism has."""
        table = Stage.MEDIATION if self.table_at_scene else None
        scene = (self.ways.unsettled_to, self.ways.settled_with_risk_to, table)
        joint = any(tier.joint for tier in self.ladder.tiers) if self.ladder else False
        return roads_there_are(self.stages, joint=joint, from_scene=scene)

    @property
    def ways(self) -> Exits:
        """Where each exit leads in this mechanism."""
        return self.exits.for_stages(self.stages)

    @property
    def approved_roads(self) -> set[Road]:
        """Those of them by which nothing leaves the police before it is approved."""
        return self.roads & set(self.approval.roads)

    def at_once(self, source: str, colour: str) -> bool:
        """Whether the first push waits for no desk: by the source, or by the colour whatever the source."""
        listed, warning = self.sources.get(source), self.warnings.get(colour)
        return bool((listed and listed.push_at_once) or (warning and warning.at_once))

    def timing(self, kind: str) -> TaskPolicy | ApprovalTime | None:
        """What says how long a kind of task has: its policy, or of approvals one level up the supervision's."""
        return self.tasks.get(kind) or (self.supervision.approvals if KINDS[kind].approves else None)

    def demanded(self, kind: str, decision: str, about: Mapping[str, Any] | None = None) -> Demand:
        """What the mechanism demands of a decision; `about` is what its task is about."""
        return effective(self.all_demands, self.disposal_pictures, kind, decision, about)

    def ladder_grounds(self, codes: Iterable[str]) -> list[str]:
        """The names of the grounds on which a matter is brought to the ladder."""
        known = self.ladder.criteria if self.ladder else {}
        return [known[code].name for code in codes if code in known]

    @property
    def all_demands(self) -> dict[str, Demand]:
        """What is demanded by `kind.decision`, with the grounds on which a matter is brought to the ladder, or moves up
        a level (`action.escalate`).
        """
        promoting = {KEY: self.promotion.demand()} if self.promotion else {}
        if not (self.ladder and self.ladder.criteria):
            return {**self.demands, **promoting}
        grounds = sorted(self.ladder.criteria.items(), key=lambda each: not each[1].said)
        named = {code: ground.name for code, ground in grounds}
        leading = (f"{kind}.{name}" for kind, spec in KINDS.items() for name, decision in spec.decisions.items()
                   if decision.leads_to is Stage.MEDIATION)  # fmt: skip
        entering = {key: self.demands.get(key, Demand()).model_copy(update={"criteria": named}) for key in leading}
        return {**self.demands, **entering, **promoting}

    def life(self, matter: Matter) -> list[Stage]:
        """The stages of a matter: its own life, or a dispute's."""
        return self.lives.get(matter, self.stages)

    def living(self, matter: Matter) -> Process:
        """The process as a case of that matter pins it: with the stages of its life as the only ones. A batch of
        hazards keeps what a dispute would have: its one stage asks nothing of that.
        """
        hazard = matter is Matter.HAZARD
        tasks = {kind: policy for kind, policy in self.tasks.items() if hazard or not KINDS[kind].by_items}
        stages = self.stages if hazard else self.life(matter)
        sources = {code: source.about(self._alike(stages, source.matters)) for code, source in self.sources.items()}
        return self.model_copy(update={"stages": stages, "lives": {}, "tasks": tasks, "sources": sources})

    def _alike(self, stages: list[Stage], matters: list[Matter]) -> list[Matter]:
        """Those matters that live by these stages: what a desk may find a case to be that lives so."""
        return [each for each in matters if self.life(each) == stages]

    def has(self, stage: Stage) -> bool:
        """Whether the mechanism has the stage."""
        return stage in self.stages

    def colour_for(self, harm: int, urgency: int) -> str:
        """The scheme's own colour for harm × urgency (Q-031), 1 to 3 each: any colour of any scheme is some pair's.

        Up to five colours their sum picks it, from the mildest, and what is beyond is the gravest. More colours share
        the nine pairs, in the order of the sum and then of the harm.
        """
        if len(self.colours) <= AXIS + AXIS - 1:
            return self.colour_of_rank(harm + urgency - 1)
        pairs = sorted(product(range(1, AXIS + 1), repeat=2), key=lambda pair: (sum(pair), pair[0]))
        return self.colour_of_rank(1 + pairs.index((harm, urgency)) * len(self.colours) // len(pairs))

    def colour_of_rank(self, rank: int) -> str:
        """The scheme's own colour for a triage rank of 3 (gravest) to 1: the n-th colour from the mildest."""
        mild_first = list(reversed(self.colours))
        return mild_first[min(max(rank, 1), len(mild_first)) - 1]


def digest_of(process: Process) -> str:
    """The SHA-256 of a process part, shortened.

    What stands at its default is left out: an edition keeps its digest when the code learns a further key.
    """
    return hashlib.sha256(process.model_dump_json(exclude_defaults=True).encode()).hexdigest()[:16]


def unknown_kinds(process: Process) -> list[Mistake]:
    """The keys of `tasks` that are no kind of task."""
    return [
        Mistake(("tasks", kind), f"no such kind of task: {kind}{choice(kind, _kinds_given())}")
        for kind in process.tasks
        if kind not in KINDS
    ]


def _kinds_given() -> list[str]:
    return [kind for kind, spec in KINDS.items() if not spec.people_from]

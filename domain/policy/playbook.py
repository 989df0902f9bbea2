"""A city's mechanism as data: what differs between cities, and nothing of what they share.

How to write one: `docs/playbook.md`, line by line. Its process part is in `domain.policy.process`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import Field, ModelWrapValidatorHandler, ValidationInfo, model_validator

from domain.base import Strict
from domain.policy.loading import Mistakes, parse_policy
from domain.policy.matters.checks import life_mistakes
from domain.policy.oversight.spot_checks import SpotChecks, oversight_mistakes
from domain.policy.oversight.thresholds import FigureSupervision, threshold_mistakes
from domain.policy.parts.endless import endless
from domain.policy.parts.hazards import HazardPolicy
from domain.policy.playbook_checks import mistakes
from domain.policy.process import Process, digest_of
from domain.policy.words.own import reading


class Playbook(Strict):
    """One city's mechanism in one edition."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    edition: str
    realises: list[str] = Field([], description="requirement ids this playbook realises")
    process: Process
    hazards: HazardPolicy | None = Field(None, description="batches of notices of hazards: who sends them, in what")
    spot_checks: SpotChecks | None = Field(None, description="what was found to be no risk, looked at again")
    figure_supervision: FigureSupervision | None = Field(None, description="figures that call supervision down")

    @model_validator(mode="wrap")
    @classmethod
    def _with_its_own_words(cls, data: Any, handler: ModelWrapValidatorHandler[Playbook]) -> Playbook:
        with reading(data.get("process") if isinstance(data, dict) else None):
            return handler(data)

    @model_validator(mode="after")
    def _usable(self, info: ValidationInfo) -> Playbook:
        """Refuses what would be ignored or mean something else; not in `Process`, which running cases must decode.

        The validation context may hold `file`, the file's name without its ending, and `risk_kinds`, the codes there
        are.
        """
        known = dict(info.context or {})
        figures = threshold_mistakes(self.process, self.figure_supervision, known.pop("indicators", None))
        oversight = {"spot_checks": self.spot_checks, "figure_supervision": self.figure_supervision}
        beside = [address.at for part in (*oversight.values(), self.hazards) if part for address in part.by]
        found = mistakes(self.code, self.edition, self.process, beside=beside, **known)
        spans = (mistake for name, part in oversight.items() for mistake in endless(part, (name,)))
        if found := [*found, *oversight_mistakes(self.process, self.spot_checks), *figures, *spans,
                     *life_mistakes(self.process, self.hazards)]:  # fmt: skip
            raise Mistakes(found)
        return self

    @property
    def digest(self) -> str:
        """What a case pins beside the process part."""
        return digest_of(self.process)


def load_playbook(
    text: str,
    source: str,
    *,
    file: str | None = None,
    risk_kinds: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> Playbook:
    """Reads a playbook's YAML text.

    `file` is the name of its file without the ending, which must be its code; `risk_kinds` are the codes of the kinds
    of risk there are, `indicators` those of the indicators. Where one is not given, it is not looked at.

    Raises:
        PolicyInvalid: one line `file:line: where: what` for each mistake.
    """
    return parse_policy(
        text, source, Playbook, context={"file": file, "risk_kinds": risk_kinds, "indicators": indicators}
    )

"""Where reports come from, and the chain of desks that judges them before they go on (Q-040, Q-042, R-090).

A source that a mechanism does not list is open to everybody who takes reports, and is judged by the one desk of
`tasks.confirm_triage`. Silence of a desk calls down supervision; it never confirms, reports up or diverts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.base import Strict, absent
from domain.policy.addressing import Addressing
from domain.policy.matters.matter import MATTER_NAMES, Matter
from domain.policy.spans import Span

SOURCE_NAMES = {"110": "110 警情", "12345": "12345 热线", "grid": "网格走访", "walk_in": "来访", "court": "法院转送",
                "letter": "来信"}  # fmt: skip
"""What the sources are called that a mechanism does not list."""
OTHER = "other"
"""Among the limits of a desk: every colour that is not named."""
GRAVEST_WITHIN = Span(minutes=30)
ELSE_WITHIN = Span(midnights=1)
"""[DESIGN] How long a desk has where the playbook says nothing: each day's reports are judged that day (Q-040)."""


class TriageDesk(Addressing):
    """A desk of a chain: a role at a place, how long it has by colour, whom else it asks outside office hours."""

    limit: dict[str, Span] = Field({}, description="by colour code, `other` for the rest")
    outside_hours: Addressing | None = Field(None, description="the post that may answer too when offices are shut")


class Asked(Strict):
    """Something that a report by a source says besides: a council's topic, a unit's own number."""

    name: str = Field(min_length=1, max_length=20)
    required: bool = True


class Source(Strict):
    """A channel by which reports come, and what is done with them first."""

    name: str
    reported_by: list[Addressing] = Field([], description="who may report by it; none: everybody who takes reports")
    desks: list[TriageDesk] = Field(
        [], max_length=5, description="in order; none: the desk of tasks.confirm_triage alone"
    )
    push_at_once: bool = Field(False, description="the first push opens at once, the desks judge beside it")
    together_for: list[str] = Field([], description="colours for which all desks are asked at once")
    divert: Literal["must", "may", "never"] = Field("may", description="whether what is no police matter is diverted")
    call_back: bool = Field(False, description="whoever reported is told what became of it")
    asks: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$")], Asked] = Field(
        {}, max_length=10, exclude_if=absent, description="the source's own form: what its reports say besides"
    )
    matters: list[Matter] = Field(
        [], max_length=3, exclude_if=absent, description="what its reports are about, the usual first; none: disputes"
    )

    def about(self, matters: list[Matter]) -> Source:
        """The source as a case pins it: of several matters those that its desks may find it to be; of one none."""
        kept = matters if len(matters) > 1 else []
        return self if kept == self.matters else self.model_copy(update={"matters": kept})


def matter_said(source: Source | None, said: Matter | None) -> tuple[Matter, list[dict[str, str]]]:
    """What a report is about, the source's usual where it doesn't say; and what is wrong with it."""
    allowed = (source.matters if source else []) or [Matter.DISPUTE]
    if said is None or said in allowed:
        return said or allowed[0], []
    names = "、".join(MATTER_NAMES[each] for each in allowed)
    about = f"{source.name if source else '该来源'}受理的事项是{names}，没有{MATTER_NAMES[said]}"
    return allowed[0], [{"field": "matter", "message": about}]


def particulars_said(source: Source | None, said: Mapping[str, str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """What a report says in its source's own form, by what each is called; and what is wrong with it."""
    asks = source.asks if source else {}
    name = source.name if source else "该来源"
    wrong = [{"field": f"particulars.{code}", "message": f"{name}没有这一项"} for code in said if code not in asks]
    wrong += [
        {"field": f"particulars.{code}", "message": f"{name}须填写{asked.name}"}
        for code, asked in asks.items()
        if asked.required and not said.get(code)
    ]
    return {asked.name: said[code] for code, asked in asks.items() if said.get(code)}, wrong


def limit_of(desk: TriageDesk, colour: str, colours: Mapping[str, object]) -> Span:
    """How long a desk has for a colour of the scheme, which stands from the gravest on."""
    default = GRAVEST_WITHIN if colour == next(iter(colours)) else ELSE_WITHIN
    return desk.limit.get(colour) or desk.limit.get(OTHER) or default

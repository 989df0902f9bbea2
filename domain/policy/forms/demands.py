"""What a decision must prove before it is taken: the part `demands` of a playbook, by `kind.decision`.

One object, read by everybody: `asked_form` makes the form of it, which the update's validator reads an answer with and
of which the API makes its JSON Schema, its pages and its examples; `domain.transitions.evidence` checks what no form
can see. What a playbook does not say stays as it always was: a disposal carries a person met and `disposal_pictures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, create_model

from domain.base import Strict, absent
from domain.policy.catalogue import KINDS
from domain.policy.fields import AT_THE_TABLE, Meeting, Participant, Text

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$")]
"""The name of a field that a playbook adds to a form."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[^（），、,]+$")]
OWN_FIELDS = ("met", "reason_code", "criteria", "signed_by", "participants")
"""The fields by which a demand is met, beside those named in `confirmed`."""


class Demand(Strict):
    """What one decision must prove."""

    met: int = Field(0, ge=0, le=20, description="people met on record at least: who, when, where (见人见事, Q-044)")
    pictures: int = Field(0, ge=0, le=20, description="pictures or videos it must carry (Q-045)")
    reasons: dict[FieldName, Name] = Field({}, max_length=30, description="codes of which one is chosen (H-002)")
    criteria: dict[FieldName, Name] = Field(
        {}, max_length=20, exclude_if=absent, description="grounds of which one at least is chosen: `ladder.criteria`"
    )
    confirmed: dict[FieldName, Name] = Field({}, max_length=10, description="statements that must be true (H-041)")
    signed: bool = Field(False, description="the other side signs, with a picture of it: 面对面认领 (W-043)")
    present: list[str] = Field([], max_length=AT_THE_TABLE, description="roles of which each is present")

    @property
    def files(self) -> int:
        """How many pictures or videos it must carry."""
        return max(self.pictures, int(self.signed))


def written_of(
    written: Mapping[str, Demand], kind: str, decision: str, about: Mapping[str, Any] | None = None
) -> Demand | None:
    """What a playbook has written of a decision. To confirm or correct at a desk that is not the last of its chain is
    to report up, and takes what that does.
    """
    if said := written.get(f"{kind}.{decision}"):
        return said
    above = kind == "confirm_triage" and about is not None and about.get("level", 1) < about.get("levels", 1)
    return written.get(f"{kind}.report_up") if above and decision in ("confirm", "correct") else None


def effective(
    written: Mapping[str, Demand], pictures: int, kind: str, decision: str, about: Mapping[str, Any] | None = None
) -> Demand:
    """What a mechanism demands of a decision that has written these; `pictures` are those of a disposal, `about` is
    what the very task is about.
    """
    spec, said = KINDS[kind].decisions.get(decision), written_of(written, kind, decision, about)
    if said is None and spec and spec.pictures:
        return Demand(met=int("met" in spec.form.model_fields), pictures=pictures)
    return said or Demand()


def asked_form(base: type[Strict], demand: Demand) -> type[Strict]:
    """The form of a decision with the fields that its demand adds, each required."""
    return base if demand == Demand() else _extended(base, demand.model_dump_json())


@cache
def _extended(base: type[Strict], written: str) -> type[Strict]:
    demand = Demand.model_validate_json(written)
    fields: dict[str, Any] = {}
    if demand.met:
        fields["met"] = (list[Meeting], Field(title="见面情况", min_length=demand.met, max_length=20))
    if demand.reasons:
        listed = "，".join(f"{code} {name}" for code, name in demand.reasons.items())
        known = Annotated[str, AfterValidator(_one_of(demand.reasons))]
        fields["reason_code"] = (
            known, Field(title=f"原因（{listed}）", json_schema_extra={"enum": list(demand.reasons)})
        )  # fmt: skip
    if demand.criteria:
        listed = "，".join(f"{code} {name}" for code, name in demand.criteria.items())
        ground = Annotated[
            str,
            AfterValidator(_one_of(demand.criteria)),
            Field(title=f"情形（{listed}）", json_schema_extra={"enum": list(demand.criteria)}),
        ]
        most = len(demand.criteria)
        called = getattr(base, "grounds_called", "复杂疑难情形")
        grounds = Annotated[list[ground], AfterValidator(_each_once)]
        fields["criteria"] = (grounds, Field(title=called, min_length=1, max_length=most))
    for name, title in demand.confirmed.items():
        fields[name] = (Annotated[bool, AfterValidator(_true(title))], Field(title=title))
    if demand.signed:
        fields["signed_by"] = (Text, Field(title="对方签名人（面对面认领，附签名照片）"))
    if demand.present:
        at_least = max(len(demand.present), 1)
        fields["participants"] = (
            list[Participant], Field(title="在场人员", min_length=at_least, max_length=AT_THE_TABLE)
        )  # fmt: skip
    return create_model(base.__name__, __base__=base, __doc__=base.__doc__, **fields)


def _one_of(reasons: dict[str, str]) -> Any:
    def check(code: str) -> str:
        if code not in reasons:
            raise ValueError(f"只能是{'、'.join(f'{each}（{name}）' for each, name in reasons.items())}之一")
        return code

    return check


def _each_once(codes: list[str]) -> list[str]:
    if len(set(codes)) != len(codes):
        raise ValueError("同一情形只选一次")
    return codes


def _true(title: str) -> Any:
    def check(said: bool) -> bool:
        if not said:
            raise ValueError(f"须确认“{title}”")
        return said

    return check

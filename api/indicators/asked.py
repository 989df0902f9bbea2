"""What a page about figures is asked, as its form has it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query

from api.core.context import Services
from api.indicators.parameters import TypedDay, typed_day
from api.indicators.question import BY, Question, ask
from api.web.session import Viewer
from domain.errors import FieldsInvalid
from domain.indicators.attribution import ATTRIBUTIONS
from domain.indicators.formulas import DEFAULT_WINDOWS, SECTIONS
from domain.policy.matters.matter import REPORTED, Matter
from infra.database.engine import Session

WordDep = Annotated[str, Query(max_length=64)]


class Asked:
    """What the page's form holds, as typed; what can't be used is an error beside the form, and left out."""

    def __init__(
        self,
        first: Annotated[TypedDay, Query(alias="from")] = "",
        last: Annotated[TypedDay, Query(alias="to")] = "",
        organisation: WordDep = "",
        by: WordDep = "",
        attribution: WordDep = "any",
        show: WordDep = "four",
        relapse_days: WordDep = "",
        repeat_days: WordDep = "",
        matter: WordDep = "",
    ) -> None:
        self.typed = {"from": first, "to": last, "organisation": organisation, "by": by,
                      "attribution": attribution, "relapse_days": relapse_days, "repeat_days": repeat_days}  # fmt: skip
        self.matter = next((known for known in REPORTED if known == matter), Matter.DISPUTE)
        self.errors: list[str] = []
        self.section = show if show in SECTIONS else "four"

    async def question(self, services: Services, session: Session, viewer: Viewer) -> Question:
        """The question, or the usual one where it can't be asked like that."""
        typed = self.typed
        windows = {
            name: int(typed[f"{name}_days"]) if typed[f"{name}_days"].isdigit() else days
            for name, days in DEFAULT_WINDOWS.items()
        }
        by: Any = typed["by"] if typed["by"] in BY else None
        part: Any = typed["attribution"] if typed["attribution"] in ATTRIBUTIONS else "any"
        try:
            return await ask(
                services, session, viewer.actor, first=typed_day(typed["from"], "from", "首日"),
                last=typed_day(typed["to"], "to", "末日"),
                organisation=typed["organisation"] or None, by=by, as_of=None, windows=windows,
                attribution=part, matter=self.matter,
            )  # fmt: skip
        except FieldsInvalid as error:
            self.errors += [str(e["message"]) for e in error.errors]
            return await ask(services, session, viewer.actor, first=None, last=None, organisation=None, by=by,
                             as_of=None, windows=DEFAULT_WINDOWS, attribution=part, matter=self.matter)  # fmt: skip


AskedDep = Annotated[Asked, Depends()]

"""What a mechanism adds to the common words, and calls otherwise: the part `words` of a playbook.

Roles and places of its own, with how far a role sees and where a place is; a stage and a kind of task by its own
Chinese name. Codes stay what they are: programs, histories and figures of two cities are still compared by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from domain.base import Strict
from domain.people.organisation import ROLES, Role, Sight
from domain.people.permissions import SEPARATE_ROLES
from domain.policy.loading import Mistake, Mistakes
from domain.policy.stages import STAGE_NAMES, Stage

WordCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
"""The code of a role or a place that a playbook adds."""
WordName = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[^\s（）()、，,]+$")]
"""What it is called, in Chinese: it stands in lists and in brackets."""


class RoleWord(Strict):
    """A role of a city's own."""

    name: WordName
    sight: Sight = Field(description="how far down it sees disputes from its own organisation")
    like: str | None = Field(None, description="a common role: it may report, act on a case and look back as that may")

    def role(self, code: str) -> Role:
        """The role as everybody knows it."""
        return Role(code=code, name=self.name, sight=self.sight, like=self.like or "")


class PlaceWord(Strict):
    """A place of a city's own: one organisation, or the body of a kind that serves where the dispute is."""

    name: WordName
    organisation: str | None = Field(None, description="code of the one organisation that is meant everywhere")
    kind: str | None = Field(None, description="kind of organisation: the one that serves the dispute's place")
    otherwise: str | None = Field(None, description="the place meant where there is none; none: the county")

    @model_validator(mode="after")
    def _somewhere(self) -> PlaceWord:
        if (self.organisation is None) == (self.kind is None):
            raise Mistakes([Mistake((), "a place is either one organisation or a kind of organisation: say which")])
        return self


class Words(Strict):
    """All that a playbook adds and renames."""

    roles: dict[WordCode, RoleWord] = Field({}, max_length=30)
    places: dict[WordCode, PlaceWord] = Field({}, max_length=20)
    stages: dict[Stage, Annotated[str, StringConstraints(min_length=1, max_length=20)]] = {}
    tasks: dict[str, WordName] = {}

    def role(self, code: str) -> Role:
        """A role of the mechanism; one that nobody knows any more sees nothing, and is called by its code."""
        if common := ROLES.get(code):
            return common
        own = self.roles.get(code)
        return own.role(code) if own else Role(code=code, name=code, sight=Sight.NONE)

    def role_name(self, code: str) -> str:
        """What a role is called."""
        return self.role(code).name

    def knows_role(self, code: str) -> bool:
        """Whether it is a role of the mechanism."""
        return code in ROLES or code in self.roles

    def unfit_role(self, code: str) -> str:
        """Why a role can't be asked to act in a dispute; empty where it can."""
        if not self.knows_role(code):
            return f"没有代码为“{code}”的岗位"
        return f"{self.role_name(code)}不办理纠纷（三员分立，审计独立）" if code in SEPARATE_ROLES else ""

    def stage(self, stage: Stage) -> str:
        """What a stage is called."""
        return self.stages.get(stage) or STAGE_NAMES[stage]

    def stage_short(self, stage: Stage) -> str:
        """The same without whom it goes to."""
        return self.stage(stage).partition("·")[0]


# --- while a process is read, its own words count as words


_own: ContextVar[tuple[frozenset[str], frozenset[str]]] = ContextVar("own words", default=(frozenset(), frozenset()))


@contextmanager
def reading(data: Any) -> Iterator[None]:
    """Within, the roles and places that this process part adds may be named in it."""
    token = _own.set((_codes(data, "roles"), _codes(data, "places")))
    try:
        yield
    finally:
        _own.reset(token)


def _codes(data: Any, part: str) -> frozenset[str]:
    words = data.get("words") if isinstance(data, dict) else getattr(data, "words", None)
    there = words.get(part) if isinstance(words, dict) else getattr(words, part, None)
    return frozenset(str(code) for code in there) if isinstance(there, dict) else frozenset()


def known_roles() -> list[str]:
    """The roles that may be named here: the common ones, and those of the process that is being read."""
    return [*ROLES, *sorted(_own.get()[0])]


def added_places() -> list[str]:
    """The places that the process that is being read adds to the common ones."""
    return sorted(_own.get()[1])

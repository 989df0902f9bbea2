"""What a deadline calls down as it nears and passes."""

from __future__ import annotations

from pydantic import Field, model_validator

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.loading import Mistake, Mistakes
from domain.policy.spans import Span

_PER_CENT = 100
MOST_REMINDERS = 5


class Rungs(Strict):
    """What a deadline calls down as it nears and passes. Each rung fires at most once, in order.

    `remind_at` are fractions of the time from start to due. After overdue, `supervise_after` opens a supervision task
    one level up and `promote_after` takes it one level higher still; without them the rung does not exist.
    """

    remind_at: list[float] = Field([], max_length=MOST_REMINDERS)
    supervise_after: Span | None = None
    promote_after: Span | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Rungs:
        if sorted(set(self.remind_at)) != self.remind_at or any(not 0 < f < 1 for f in self.remind_at):
            raise Mistakes([Mistake(("remind_at",), f"reminders are fractions between 0 and 1, rising{self._meant()}")])
        if self.promote_after and not self.supervise_after:
            late = f"{self.promote_after.unit}: {self.promote_after.count}"
            what = f"a promotion (here after {late}) follows a supervision: supervise_after is missing"
            raise Mistakes([Mistake(("promote_after",), what)])
        return self

    def _meant(self) -> str:
        """The end of the sentence: what stands there, and what it may mean: percentages, or another order."""
        per_cent = all(1 < f < _PER_CENT for f in self.remind_at)
        meant = sorted({f / _PER_CENT if per_cent else f for f in self.remind_at})
        near = f": did you mean {_numbers(meant)}?" if all(0 < f < 1 for f in meant) else ""
        return f", not {_numbers(self.remind_at)}{near}"


def _numbers(numbers: list[float]) -> str:
    return f"[{', '.join(f'{number:g}' for number in numbers)}]"


class Ring(Strict):
    """摇铃: what rings at the desks of those it is addressed to, until one of them acknowledges it (Q-022).

    Nobody having acknowledged it for as long as its colour says, it rings at the next of `then` too, and so on; in a
    colour that is not named it rings at their own desks only.
    """

    again_after: dict[str, Span] = Field({}, description="by colour: unheard so long, it rings one level higher too")
    then: list[Addressing] = Field([], description="the levels above, one after another")

    @model_validator(mode="after")
    def _somewhere_to_go(self) -> Ring:
        if bool(self.again_after) != bool(self.then):
            missing = "then" if self.again_after else "again_after"
            raise Mistakes([Mistake((missing,), f"a ring that is repeated says after how long and where: {missing}")])
        return self

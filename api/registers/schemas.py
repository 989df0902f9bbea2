"""Messages, registers and indicators."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.core.schemas import Listed, Shape
from api.disputes.schemas import DisputeItem, PlaybookPinned
from api.people.schemas import OrganisationOfPost, Who
from domain.indicators.formulas import Comparison, Figure


class MessageItem(Shape):
    """Something a person was told; what it says beside depends on its kind."""

    model_config = ConfigDict(extra="allow")

    message_id: str
    at: datetime
    kind: str
    dispute_no: str | None
    read_at: datetime | None


class Messages(Listed[MessageItem]):
    """A page of messages, and how many are unread in all."""

    unread: int


class ReadAll(Shape):
    """How many messages were unread before, and are now."""

    read: int
    unread: int


class OrganisationItem(OrganisationOfPost):
    """An organisation of the register."""

    path: str
    kind: str


class PersonItem(Who):
    """A person with a post."""

    role: str
    organisation: str


class Grid(Shape):
    """A grid with its beat."""

    code: str
    name: str
    beat: str | None


class Category(Shape):
    """A row of the responsibility list."""

    code: str
    name: str
    lead: str | None
    cooperating: list[str]
    default_colour: str
    non_police: bool


class PlaybookItem(PlaybookPinned):
    """A city's mechanism."""

    name: str
    stages: list[str]
    colours: dict[str, str]
    process: dict[str, Any]
    current: bool


class DefinitionItem(Shape):
    """An indicator's definition."""

    code: str
    name: str
    unit: str
    kind: Literal["rate", "count"]
    basis: str
    better: str
    formula: str
    edge_cases: list[str]
    source: str
    window: str | None
    windows: list[int]
    marks: list[str]


class Compared(Shape):
    """Against the period before, and against a year before."""

    previous: Comparison
    year: Comparison


class FigureRow(Shape):
    """The figures of one group, by the indicator's code; the group's own key stands under the name of `by`."""

    name: str
    values: dict[str, Figure]
    compared: dict[str, Compared]
    organisation: str | None = None
    month: str | None = None
    category: str | None = None
    colour: str | None = None


class PeriodShape(Shape):
    """A period, both days inclusive; it closes at 24:00 of the last."""

    from_: date = Field(alias="from")
    to: date
    closes: datetime


class Indicators(Shape):
    """Definitions and figures."""

    period: PeriodShape
    as_of: date
    windows: dict[str, int]
    organisation: str | None
    by: str | None
    definitions: list[DefinitionItem]
    total: FigureRow
    rows: list[FigureRow]


class CountedDispute(DisputeItem):
    """A dispute behind a number."""

    counted_colour: str
    first_colour: str


class CasesBehind(Listed[CountedDispute]):
    """The disputes behind a number."""

    count: int

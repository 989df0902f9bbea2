"""What the board and its batch of assignments hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.tasks.schemas import TaskItem
from infra.database.tables.read_model import DisputeRow
from infra.read_model.workbench.board import Load, Stand


@dataclass
class Offer:
    """A unit suggested for a dispute that waits to be sent on, and what it has in hand."""

    code: str
    name: str
    lead: bool
    load: Load


@dataclass
class Waiting:
    """A dispute that waits for its dispatcher, and the units suggested."""

    task: TaskItem
    offers: list[Offer]


@dataclass
class Board:
    """What a dispatcher looks at."""

    waiting: list[Waiting]
    more: bool
    stands: list[Stand]
    cards: list[DisputeRow]


@dataclass
class Wish:
    """Where one dispute is to be sent: the lead, and those who cooperate, by code."""

    task_id: str
    lead: str
    cooperating: list[str] = field(default_factory=list)
    instructions: str = ""


@dataclass
class Sent:
    """What became of one of several."""

    task_id: str
    done: bool
    said: str

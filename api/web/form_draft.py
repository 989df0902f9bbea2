"""What the pages with a form made from a JSON Schema share: the names of its fields, and what was filled in so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import FormData

from infra.database.ids import new_id

PREFIX = "v."
"""Before the names of a form's own fields, so that they cannot meet those of the page."""


@dataclass
class Draft:
    """A form as it is shown: what is filled in, and what is wrong with it. `key` is its idempotency key."""

    typed: dict[str, str] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    banner: dict[str, str] | None = None
    status: int = 200
    key: str = field(default_factory=new_id)
    restored: dict[str, str] | None = None
    """that it is a draft kept before: under which name, when it was kept, where the form is without it"""


def typed_fields(form: FormData) -> dict[str, str]:
    """The form's own fields as they were sent, by their names in the schema."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in form.items()
        if name.startswith(PREFIX) and isinstance(value, str)
    }

"""Who has the beat of a dispute's place, for the brief."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.tasks.schemas import BeatNamed
from domain.triage.places import Directory, Kind, locate


def beat_named(document: Mapping[str, Any], directory: Directory) -> BeatNamed | None:
    """The beat that the case was told of; else the one that serves the grid which its address names. None where the
    place is known no closer.
    """
    told = document.get("beat") or {}
    listed = directory.get(told.get("code"))
    if listed is None:
        area = locate(directory, address=str(document["incidents"][0]["address"]))
        listed = directory.serving(Kind.BEAT, [area]) if area and area.kind == Kind.GRID else None
    officer, deputy = told.get("officer") or {}, told.get("deputy") or {}
    if not (listed or officer):
        return None
    return BeatNamed(
        code=listed.code if listed else None,
        name=listed.name if listed else None,
        officer=officer.get("name"),
        deputy=deputy.get("name"),
    )

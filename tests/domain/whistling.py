"""Jinhua with whistles (吹哨报到), until a city that ships has them: who may blow, and who is called by the process."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from domain.policy.playbook import Playbook
from tests.domain.support import PLAYBOOKS


def written(*, dispatch: bool = False, tier: bool = False, **policy: Any) -> dict[str, Any]:
    """Jinhua's playbook as it is written, with whistles; `dispatch` and `tier` blow them by themselves."""
    book: dict[str, Any] = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))
    process = book["process"]
    blowers = [{"role": "centre_dispatcher", "at": "town_centre"}, {"role": "township_leader", "at": "township"}]
    process["summons"] = {"by": blowers, **policy}
    if dispatch:
        process["tasks"]["dispatch"]["summon"] = True
    if tier:
        process["ladder"]["tiers"][-1]["summon"] = True
    return book


@cache
def whistling(*, dispatch: bool = False, tier: bool = False) -> Playbook:
    """The same, read."""
    return Playbook.model_validate(written(dispatch=dispatch, tier=tier))

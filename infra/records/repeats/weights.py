"""What makes two reports one matter's, read once a process from the file that ships with the project."""

from __future__ import annotations

from functools import cache

from domain.triage.repeats.likeness import Weights, parse_weights
from infra.runtime.policy_files import PLAYBOOKS


@cache
def read_likeness() -> Weights:
    """The weights, which all cities share.

    Raises:
        PolicyInvalid
    """
    return parse_weights((PLAYBOOKS / "repeats" / "likeness.yaml").read_text(encoding="utf-8"))

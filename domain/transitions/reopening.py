"""Reopening a closed dispute: its workflow is over, so the rule is applied before the next run is started."""

from __future__ import annotations

from pydantic import ValidationError

from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled
from domain.policy.action_catalogue import ACTIONS
from domain.transitions.actions import Act, actions_open
from domain.validation_messages import field_errors


def check_reopen(act: Act, paths: set[str], *, closed: bool) -> None:
    """Whether a dispute may be reopened by this act; `paths` are those of the organisations that have a part in it.

    Raises:
        ActionNotAllowed: it is not closed.
        NotEntitled: no post of the person allows it.
        FieldsInvalid
    """
    if not closed:
        raise ActionNotAllowed("纠纷尚未办结")
    if not actions_open(["reopen"], paths, act.actor):
        raise NotEntitled
    try:
        ACTIONS["reopen"].form.model_validate(act.fields)
    except ValidationError as error:
        raise FieldsInvalid(errors=field_errors(error)) from error

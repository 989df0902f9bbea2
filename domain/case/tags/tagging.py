"""Hard cases (骨头案, 钉子案) are tagged by hand, those that flowed back (回流案) by the alarm itself (H-052).

Who watches a tagged case sees every question of it that is open, and all that is asked until the tag is lifted.
"""

from __future__ import annotations

from domain.case.case import Case
from domain.case.state import DisputeState
from domain.people.organisation import Actor
from domain.policy.catalogue import KINDS
from domain.policy.forms.tags import TagCase
from domain.policy.parts.tags import TAGS

TAG = "tag"


def may_tag(state: DisputeState) -> bool:
    """Whether the mechanism knows such tags."""
    return state.process.tags is not None


def taggers(state: DisputeState) -> dict[str, list[str]]:
    """The roles that may tag, by the action."""
    return {TAG: state.process.tags.by} if state.process.tags else {}


def tags_of(state: DisputeState) -> list[str]:
    """The tags that a case has now."""
    back = any(record.came_back for record in state.diversions)
    return [*state.tags, *(["back"] if back else [])]


def tag_errors(state: DisputeState, form: TagCase) -> list[dict[str, str]]:
    """A tag is set once, and lifted where it is set."""
    if (form.tag in state.tags) != form.lifted:
        message = f"本案{'未标为' if form.lifted else '已标为'}{TAGS[form.tag]}"
        return [{"field": "tag", "message": message}]
    return []


def tag_case(case: Case, form: TagCase, actor: Actor) -> None:
    """Sets a tag or lifts it, on record with who says why; whoever watches such cases sees what is open at once."""
    s = case.state
    if form.lifted:
        s.tags = [tag for tag in s.tags if tag != form.tag]
    else:
        s.tags = sorted([*s.tags, form.tag])
    title = f"{'撤销标签' if form.lifted else '标为'}{TAGS[form.tag]}"
    case.log("tagged", title, by=actor, tag=form.tag, lifted=form.lifted or None, reason=form.reason)
    watchers = case.posts(s.process.tags.watched_by) if s.process.tags and s.tags else []
    for task in (each for each in s.tasks if each.pending or each.state == "scheduled"):
        if new := [post for post in watchers if not KINDS[task.kind].aside and post not in task.watchers]:
            task.watchers = [*task.watchers, *new]
            s.touch(task)

"""Whom the grants are about: people of the demo county, and the dispute that they ask for.

What each may see is worked out here from the dispute's history, without the queries that answer them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from domain.case.state import DisputeState, Task
from domain.people.organisation import ROLES, Sight, parent, within
from domain.policy.action_catalogue import ACTIONS
from domain.transitions.actions import actions_thinkable
from domain.transitions.letters.sending import own_roles
from domain.triage.places import Directory
from infra.demo import county

DIRECTORY = Directory(organisations=county.organisations())
ROOT = next(o.path for o in DIRECTORY.organisations if parent(o.path) == o.path or o.path.count("/") == 1)


@dataclass(frozen=True)
class Person:
    """Somebody of the demo county, with posts as (role, path), and how far from the dispute he was chosen."""

    person_id: str
    username: str
    posts: tuple[tuple[str, str], ...]
    chosen: str

    def has(self, *roles: str) -> bool:
        """Whether any post is one of the roles."""
        return any(role in roles for role, _ in self.posts)

    def at_centre(self, *roles: str) -> bool:
        """Whether a post at the county's governance centre is one of the roles."""
        return any(role in roles and path == f"{ROOT}/centre" for role, path in self.posts)

    def at_root(self, *roles: str) -> bool:
        """Whether a post at the county itself is one of the roles."""
        return any(role in roles and path == ROOT for role, path in self.posts)


@dataclass
class Scene:
    """What the requests are about: a dispute, its open task, and things that belong to somebody else."""

    number: str
    state: DisputeState
    task: Task
    holder: str
    attachment: str
    incident: dict[str, Any]
    reporter: str
    repeater: str
    elsewhere: dict[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> set[tuple[str, str]]:
        """Every (role, path) that has, or had, a part; homes have no role."""
        posts = {(p.role, p.path) for t in self.state.tasks for p in (*t.addressees, *t.watchers, *t.former)}
        homes = (self.state.places.get(place) for place in ("station", "town_centre", "village", "grid"))
        return posts | {("", path) for path in homes if path}

    def sees(self, person: Person) -> bool:
        """Whether a person may see the dispute, by his posts or because he reported it."""
        return person.person_id == self.reporter or any(self._reaches(*post) for post in person.posts)

    def opens(self, person: Person) -> bool:
        """Whether a person who sees a dispute that is need-to-know has something to do in it."""
        tasks, officer = self.state.tasks, self.state.responsible or self.state.beat.officer
        deputy = self.state.beat.deputy
        hands = {hand for task in tasks for hand in (task.assignee, task.delegate, task.offered_to)}
        hands |= {answer.actor_id for task in tasks if (answer := task.decision)}
        asked = {(post.role, post.path) for task in tasks if task.state == "open" for post in task.addressees}
        named = {each.person_id for each in (officer, deputy) if each}
        return person.person_id in hands | named or not asked.isdisjoint(person.posts)

    def _reaches(self, role: str, path: str) -> bool:
        match ROLES[role].sight:
            case Sight.SUBTREE:
                return any(within(there, path) for _, there in self.parts)
            case Sight.ORGANISATION:
                return any(there == path for _, there in self.parts)
            case Sight.OWN:
                return (role, path) in self.parts
            case Sight.NONE:
                return False

    def acts(self, person: Person) -> bool:
        """Whether an open task asks a post of the person, or he may steer the case, at or above who has a part."""
        asked = [(post.role, post.path) for task in self.state.tasks if task.pending for post in task.addressees]
        theirs = any(role == wanted and within(there, path) for role, path in person.posts for wanted, there in asked)
        paths = {path for _, path in self.parts}
        may = {role for role, path in person.posts if any(within(there, path) for there in paths)}
        return theirs or any(may & self.roles_for(name) for name in ACTIONS if self._offers(name))

    def roles_for(self, action: str) -> frozenset[str]:
        """Who may take an action here: the common roles, or of some those that the playbook names."""
        return frozenset(own_roles(self.state).get(action, ACTIONS[action].roles))

    def _offers(self, action: str) -> bool:
        """Whether an action makes sense in the scene's dispute, as far as a role has no other."""
        named_for = any(task.kind == "follow_up_responsibly" for task in self.state.pending())
        spec = ACTIONS[action]
        here = action in actions_thinkable(self.state) and not (spec.on_closed or spec.corrects)
        return here and (action != "name_officer" or named_for)

    def answers(self, person: Person) -> bool:
        """Whether a post of the person is asked, or the same post above one that is."""
        asked = [(post.role, post.path) for post in self.task.addressees]
        return any(role == wanted and within(there, path) for role, path in person.posts for wanted, there in asked)

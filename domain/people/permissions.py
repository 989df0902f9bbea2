"""Who may do what, by role. What a case's actions ask for stands with them (`domain.policy.catalogue.ACTIONS`); who may
answer a task follows from its addressees (`domain.people.organisation.answers_for`).

Sources: requirements E.2 (roles), E.3 (jurisdiction), 三员分立 (the three administrators apart from each other).
"""

from __future__ import annotations

from collections.abc import Collection

from domain.people.organisation import Actor, Post, Sight, within

INTAKE_ROLES = frozenset(
    "call_taker hotline_operator command_room grid_worker grid_leader village_secretary on_scene_officer "
    "responsible_officer station_deputy station_chief duty_leader bureau_analyst centre_dispatcher "
    "committee_dispatcher supervisor".split()
)
"""May report an incident and try out triage."""
SEPARATE_ROLES = frozenset({"auditor", "admin_system", "admin_security", "admin_audit"})
"""Administration and audit, kept apart from the work they control (三员分立): no deputies, no delegated tasks."""
AUDITORS = frozenset({"auditor", "supervisor", "leader"})
"""May read and replay the histories of the disputes they see; those of a period only at the county's root."""
ACCESS_LOG_READERS = frozenset({"auditor", "admin_audit"})
"""May read the access log, at the county's root only (三员分立: the other administrators may not)."""
PERSONAL_LOG_READERS = frozenset({"auditor", "supervisor"})
"""May read what a named person did by a post within their own organisation and below (E.2: 督查员 `sub`, 审计员 logs
only)."""
CASE_LOG_READERS = frozenset(
    "auditor supervisor leader station_chief station_deputy duty_leader department_leader township_leader "
    "justice_chief".split()
)
"""See who read a case that they see, beside those in whose hands a task of it is: they answer for who is at work there.
[DESIGN]"""
CODEC_READERS = frozenset({"auditor", "supervisor", "leader"})
"""May read decoded histories, at the county's root only."""
DEPUTY_MANAGERS = frozenset({"supervisor", "admin_security"})
"""May name somebody else's deputy, and end any deputyship, within their own organisation and below."""
LEAVING_MANAGERS = frozenset({"supervisor", "admin_security"})
"""May put on record that somebody else leaves a post within their own organisation and below; a post of administration
or audit the administrator of security only, who alone names a successor to a post (三员分立). [DESIGN]"""
DEPUTYSHIP_READERS = DEPUTY_MANAGERS | {"auditor", "admin_audit"}
"""See all deputyships; everybody else sees those he gave or was given."""
LOOK_BACK_ROLES = frozenset(
    "on_scene_officer responsible_officer station_deputy station_chief duty_leader command_room bureau_analyst "
    "committee_dispatcher centre_dispatcher evaluator_police evaluator_committee supervisor leader".split()
)
"""Are told that people of a dispute stand in others which they don't see, and how many: whoever goes to them, and those
who may ask the desk that has it. A department is not: what the police know is given on for no other purpose."""
LOAD_READERS = frozenset(
    "command_room duty_leader station_deputy station_chief bureau_analyst committee_dispatcher centre_dispatcher "
    "evaluator_police evaluator_committee supervisor leader".split()
)
"""Are told how much the units suggested for a dispute have in hand, and which units settled alike ones: whoever judges,
sends on or oversees. [DESIGN]"""
CRIME_REGISTRARS = frozenset(
    "command_room duty_leader station_deputy station_chief bureau_analyst evaluator_police supervisor".split()
)
"""May put criminal cases of their own organisation and below on record, and say which disputes they grew out of: the
police who have them, and who oversees both. [DESIGN]"""
CRIME_READERS = CRIME_REGISTRARS | {"leader", "auditor"}
"""May read that register, as far as their own organisation and below registered it. [DESIGN]"""
DOCTORS = frozenset({"admin_system"})
"""May read what the doctor found and have it look now, at the county's root only: who runs the system. [DESIGN]"""
ORGANISATION_KEEPERS = frozenset({"admin_system"})
"""May found, rename, move, merge and close organisations within their own and below. Who holds which post is given by
the administrator of security alone (三员分立), who is told of a merger. [DESIGN]"""
STAFF_READERS = frozenset({"admin_system", "admin_security", "admin_audit"})
"""See who holds which post at an organisation of their own and below: who keeps the tree, the accounts and the log.
[DESIGN]"""
CALENDAR_PUBLISHERS = frozenset({"admin_system"})
"""May publish an edition of the working calendar, at the county's root only. [DESIGN]"""
PLAYBOOK_CHECKERS = frozenset({"admin_system"})
"""May have a candidate of the mechanism checked and compared with that in force, at the county's root only. [DESIGN]"""
PLAYBOOK_READERS = PLAYBOOK_CHECKERS | {"auditor", "supervisor", "leader"}
"""Are led to the mechanism in force by their navigation; it is nobody's secret, and everybody may read it. [DESIGN]"""
LEARNING_SWITCHERS = frozenset({"supervisor"})
"""May switch what was learned from corrections, and have a run made, at the county's root only. [DESIGN]"""
DRILL_LEADERS = frozenset({"supervisor", "leader", "admin_system"})
"""May move a dispute's clock and send digests early, where drill is on."""


def holds_at_root(actor: Actor, root: str, roles: Collection[str]) -> bool:
    """Whether the person holds one of the roles at the root organisation (a path) itself; deputyships don't count."""
    return any(not actor.rights(post).isdisjoint(roles) and post.path == root for post in actor.posts)


def may_manage_deputies(actor: Actor, person: Actor) -> bool:
    """Whether somebody may name and end deputies for another person. Done in his own name, never as a deputy."""
    return any(
        not actor.rights(mine).isdisjoint(DEPUTY_MANAGERS) and within(post.path, mine.path)
        for mine in actor.posts
        for post in person.posts
    )


def may_record_leaving(actor: Actor, person_id: str, posts: Collection[Post]) -> bool:
    """Whether somebody may put on record that another leaves these posts. Done in his own name, and nobody his own."""
    able = [post for post in actor.posts if post.role in LEAVING_MANAGERS]
    return (
        bool(able)
        and actor.person_id != person_id
        and all(
            any(
                (mine.role == "admin_security" or post.role not in SEPARATE_ROLES) and within(post.path, mine.path)
                for mine in able
            )
            for post in posts
        )
    )


def may_appoint(actor: Actor, post: Post) -> bool:
    """Whether somebody may give a post to another: the administrator of security of that place or above."""
    return administers_security(actor, post.path)


def administers_security(actor: Actor, path: str) -> bool:
    """Whether somebody is the administrator of security of a place, or of one above it."""
    return any(mine.role == "admin_security" and within(path, mine.path) for mine in actor.posts)


def may_keep_organisation(actor: Actor, path: str) -> bool:
    """Whether somebody may change an organisation, by its path, or found one under it."""
    return any(mine.role in ORGANISATION_KEEPERS and within(path, mine.path) for mine in actor.posts)


def may_read_staff(actor: Actor, path: str) -> bool:
    """Whether somebody is shown who holds which post at an organisation, by its path."""
    return any(mine.role in STAFF_READERS and within(path, mine.path) for mine in actor.posts)


def may_see_readers(actor: Actor, hands: Collection[str]) -> bool:
    """Whether somebody who sees a case is told who read it; `hands` are the people in whose hands its tasks are or
    were. In his own name: who deputises answers for no more than the work.
    """
    return actor.person_id in hands or actor.has_role(*CASE_LOG_READERS)


def own_places(actor: Actor, roles: Collection[str]) -> list[str]:
    """Paths of the organisations at which a person holds one of the roles himself; deputyships don't count."""
    return [post.path for post in actor.posts if not actor.rights(post).isdisjoint(roles)]


def overseen(actor: Actor) -> list[str]:
    """Paths of the organisations whose indicators a person may read: those whose disputes he sees, or whose subtree's;
    none below another. Who sees only what he was asked himself reads none.
    """
    sights = (Sight.ORGANISATION, Sight.SUBTREE)
    paths = {post.path for post in actor.reach if actor.sight(post) in sights}
    return sorted(p for p in paths if not any(p != other and within(p, other) for other in paths))


def home_of(actor: Actor) -> str:
    """Which home a person has at the desk: `leader`, `auditor`, or the list of his tasks (empty). [DESIGN]"""
    if actor.has_role("leader") and overseen(actor):
        return "leader"
    return "auditor" if actor.has_role("auditor") else ""

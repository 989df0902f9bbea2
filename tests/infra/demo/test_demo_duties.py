"""What the demo county entrusts is what it might entrust: everybody holds the post that goes with his duty."""

from __future__ import annotations

from collections import Counter

from domain.people.duties import CHIEFS, RULES, Duty, Subject, fits
from domain.people.organisation import Actor, Post
from domain.triage.places import Directory
from domain.triage.subjects import subject_of
from infra.demo import county
from infra.demo.duties import FORCE, FORCE_UNTIL, VACANT_BEATS, VACANT_DEPUTIES, duties, task_forces
from infra.demo.people import people
from infra.runtime.policy_files import read_lexicon

ORGANISATIONS = county.organisations()
DIRECTORY = Directory(organisations=ORGANISATIONS)
DEMO = people(ORGANISATIONS)
ROWS = duties(ORGANISATIONS, DEMO)
EVERYBODY = {
    p.person_id: Actor(
        person_id=p.person_id, name=p.name, posts=[Post(role=q.role, path=q.organisation.path) for q in p.posts]
    )
    for p in DEMO
}


def subject(kind: Duty, code: str) -> Subject | None:
    if kind == Duty.TASK_FORCE:
        return Subject(code=code, name="专班", path="/county/bureau", until=FORCE_UNTIL) if code == FORCE else None
    return subject_of(DIRECTORY, kind, code)


def test_everybody_holds_the_post_that_goes_with_what_he_has() -> None:
    for row in ROWS:
        about = subject(row["kind"], row["subject"])
        assert about, row
        assert fits(row["kind"], about, EVERYBODY[row["person_id"]]), row


def test_what_one_has_at_a_time_nobody_else_has() -> None:
    had = Counter((row["kind"], row["subject"]) for row in ROWS if RULES[row["kind"]].single)
    assert set(had.values()) == {1}
    assert len({row["duty_id"] for row in ROWS}) == len(ROWS)
    assert sum(kind in CHIEFS for kind, _ in had) == 14 * 3
    assert sum(kind == Duty.BEAT_OFFICER for kind, _ in had) == 457 - len(VACANT_BEATS)
    assert sum(kind == Duty.BEAT_DEPUTY for kind, _ in had) == 457 - len(VACANT_DEPUTIES)


def test_lines_of_work_are_of_the_responsibility_list() -> None:
    lexicon = read_lexicon()
    known = {*lexicon.categories, *lexicon.group_of.values()}
    assert {code for row in ROWS for code in row["scope"].split()} <= known


def test_where_there_are_no_beats_nothing_is_entrusted() -> None:
    assert duties([DIRECTORY.root], []) == task_forces([DIRECTORY.root]) == []
    assert [force["force_id"] for force in task_forces(ORGANISATIONS)] == [FORCE]

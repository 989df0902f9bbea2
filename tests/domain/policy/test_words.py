"""A playbook's own roles, places and names: read, used throughout a life, refused where they would mean nothing."""

from __future__ import annotations

import re

import pytest

from domain.case.state import DisputeState
from domain.errors import FieldsInvalid, PolicyInvalid
from domain.image.projection import case_sheet, project
from domain.image.public_document import public_document
from domain.people.entitlement import Parts, may_see
from domain.people.organisation import Actor, Post, Role, Sight
from domain.people.permissions import INTAKE_ROLES, overseen
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from domain.policy.words.own import Words
from domain.transitions.actions import actions_open
from tests.domain.mediated_dispute import Told
from tests.domain.playbook_variants import city
from tests.domain.support import CHIEF, PLACES, ROOT, Desk, person

(CITY,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8"), re.DOTALL)
SHAPE = (Stage.TRIAGE, Stage.PUSH_2, Stage.PUSH_3, Stage.MEDIATION, Stage.EVALUATION, Stage.FOLLOW_UP, Stage.CLOSED)
OWN = {"scout": {"name": "探访员", "sight": "own", "like": "station_chief"}}
WORDS = {"words": Words.model_validate({"roles": OWN})}
AT_BEAT = "role: beat_assistant, at: beat_post"
ROLE, POST = "      beat_assistant: {", "      beat_post: {"
KIND = "{name: 警格, kind: beat,"


def told(old: str, new: str) -> str:
    """What is said of the guide's example with one change."""
    assert old in CITY
    with pytest.raises(PolicyInvalid) as refused:
        load_playbook(CITY.replace(old, new, 1), "city.yaml")
    return str(refused.value)


# --- what is refused


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (ROLE, f"      grid_worker: {{name: 甲, sight: own}}\n{ROLE}", "'grid_worker' is a common role already"),
        ("{name: 警格辅警,", "{name: 网格员,", "'网格员' is the name of the role grid_worker already"),
        ("sight: own, like", "sight: far, like", "allowed: own, organisation, subtree, none"),
        ("like: responsible_officer", "like: admin_system", "no role whose rights it could have: admin_system"),
        ("like: responsible_officer", "like: responsible_oficer", "did you mean responsible_officer"),
        (POST, f"      village: {{name: 甲, kind: beat}}\n{POST}", "'village' is a common place already"),
        (KIND, "{name: 警格, ", "either one organisation or a kind"),
        (KIND, "{name: 警格, kind: beat, organisation: bureau,", "either one organisation or a kind"),
        ("otherwise: station}", "otherwise: statoin}", "no such place: statoin: did you mean station"),
        ("otherwise: station}", "otherwise: assigned}", "no such place: assigned"),
        (AT_BEAT, "role: beat_assistant, at: beat_pst", "did you mean beat_post"),
        (AT_BEAT, "role: beat_asistant, at: beat_post", "did you mean beat_assistant"),
        (AT_BEAT, "role: beat_assistant, at: village", "nobody is addressed at 'beat_post'"),
        ("stages: {push_2: 跟进", "stages: {push_1: 跟进", "the mechanism has no stage push_1"),
        ("push_2: 跟进·属地民警}", "push_2: 联调}", "'联调' is the name of the stage mediation already"),
        ("tasks: {visit: 上门回看", "tasks: {visits: 上门回看", "no such kind of task: visits: did you mean visit"),
        ("tasks: {visit: 上门回看", "tasks: {visit: 履约核查", "is the name of the task check_performance already"),
        ("tasks: {visit: 上门回看", "tasks: {handle_on_scene: 上门回看", "'handle_on_scene' is never asked here"),
        ("{role: call_taker, at: bureau}", "{role: mediator, at: county}", "mediator takes no reports"),
    ],
)  # fmt: skip
def test_a_word_that_would_hide_another_or_mean_nothing_is_refused_by_name(old: str, new: str, said: str) -> None:
    assert said in told(old, new)


def test_who_is_like_one_that_takes_reports_may_be_named_as_reporter() -> None:
    named = CITY.replace("{role: call_taker, at: bureau}", "{role: beat_assistant, at: beat_post}", 1)
    assert load_playbook(named, "city.yaml").process.sources["110"].reported_by[0].role == "beat_assistant"


def test_a_playbook_without_words_of_its_own_is_what_it_was() -> None:
    plain = city(tuple(stage for stage in SHAPE if stage is not Stage.FOLLOW_UP)).process
    assert plain.words == Words()
    assert "words" not in plain.model_dump(exclude_defaults=True)


def test_words_of_one_playbook_are_no_words_of_another() -> None:
    load_playbook(CITY, "city.yaml")
    without = re.sub(r"    roles:\n.*?\n    places", "    places", CITY, flags=re.DOTALL)
    with pytest.raises(PolicyInvalid, match="no such role: beat_assistant"):
        load_playbook(without, "city.yaml")


# --- how it is used


def follow_up() -> Told:
    """A dispute of a city with its own words that has come to its visits."""
    told = Told(process=city(SHAPE).process, colour="c1")
    for kind, decision in (("confirm_triage", "confirm"), ("follow_up_responsibly", "settled"), ("evaluate", "accept")):
        told.answer(kind, decision)
    return told


def test_pages_timeline_deadlines_and_the_sheet_call_it_as_the_city_does() -> None:
    told = follow_up()
    visit = told.task("visit")
    assert (visit.name, visit.called) == ("探访", "探访")
    assert told.logged("stage")[-1] == "进入回看·探访员"
    assert "探访" in told.logged("task_opened")
    assert {clock.title for clock in told.state.clocks if clock.task_id == visit.task_id} == {"探访"}
    image = project(told.state)
    assert (image.stage, image.stage_called) == ("follow_up", "回看·探访员")
    assert image.document["stage_names"] == {"follow_up": "回看·探访员"}
    assert "**回看·探访员**" in case_sheet(told.state)
    assert "探访（责任民警、探访员）" in case_sheet(told.state)
    told.answer("visit", "stable")
    assert "探访：情况稳定" in told.logged("decision")


def test_what_is_called_as_everywhere_says_nothing_of_names() -> None:
    told = Told()
    assert project(told.state).stage_called is None
    assert "stage_names" not in public_document(told.state).model_dump()
    assert told.state.pending()[0].called == ""


def test_an_added_place_stands_where_its_otherwise_is_and_its_holder_answers() -> None:
    told = follow_up()
    scout = Post(role="scout", path=told.state.places["county"])  # intake resolved no lodge here: the county
    assert scout in told.task("visit").addressees
    told.answer("visit", "stable", by=Actor(person_id="s", name="探访员甲", posts=[scout]))


def test_work_is_reassigned_to_an_added_role_and_to_none_that_nobody_knows() -> None:
    desk = Desk()
    desk.state.process = desk.state.process.model_copy(update=WORDS)
    desk.push()
    with pytest.raises(FieldsInvalid) as refused:
        desk.act("reassign", CHIEF, role="ghost", organisation="housing", reason="改派")
    assert {"field": "role", "message": "没有代码为“ghost”的岗位"} in refused.value.errors
    desk.state.left_police = True
    desk.act("reassign", CHIEF, role="scout", organisation="housing", reason="改派")
    assert [post.role for post in desk.state.pending()[0].addressees] == ["scout"]


# --- what a role sees and may


def scout(sight: Sight, *, like: str = "", path: str = "/c/town") -> Actor:
    """Somebody in an added role."""
    role = Role(code="scout", name="探访员", sight=sight, like=like)
    return person("s", ("scout", path)).model_copy(update={"added": {"scout": role}})


@pytest.mark.parametrize(
    ("sight", "seen"),
    [(Sight.OWN, "own"), (Sight.ORGANISATION, "own here"), (Sight.SUBTREE, "own here below"), (Sight.NONE, "")],
)
def test_it_sees_as_far_as_the_playbook_says(sight: Sight, seen: str) -> None:
    parts = {
        "own": Post(role="scout", path="/c/town"),
        "here": Post(role="", path="/c/town"),
        "below": Post(role="mediator", path="/c/town/v"),
        "beside": Post(role="", path="/c/police"),
    }
    actor = scout(sight)
    assert [name for name, part in parts.items() if may_see(actor, Parts(posts=[part]))] == seen.split()
    assert overseen(actor) == (["/c/town"] if sight in (Sight.ORGANISATION, Sight.SUBTREE) else [])


def test_a_role_that_no_playbook_knows_any_more_sees_nothing_and_breaks_nothing() -> None:
    actor = person("s", ("scout", "/c/town"))
    assert not may_see(actor, Parts(posts=[Post(role="scout", path="/c/town")]))
    assert (overseen(actor), actor.has_role(*INTAKE_ROLES)) == ([], False)
    assert Words().role_name("scout") == "scout"


def test_it_may_what_the_role_may_that_it_is_like_and_else_its_tasks_alone() -> None:
    paths = {PLACES["station"]}
    at_station = {"path": PLACES["station"]}
    assert actions_open(["withdraw", "recall"], paths, scout(Sight.OWN, like="station_chief", **at_station))
    assert not actions_open(["withdraw", "recall"], paths, scout(Sight.OWN, **at_station))
    assert scout(Sight.OWN, like="grid_worker").has_role(*INTAKE_ROLES)
    assert not scout(Sight.OWN).has_role(*INTAKE_ROLES)


def test_the_pinned_process_is_read_again_with_its_own_words() -> None:
    state = follow_up().state
    again = DisputeState.model_validate_json(state.model_dump_json())
    assert again.process.words == state.process.words
    assert again.process.tasks["visit"].by[-1].role == "scout"

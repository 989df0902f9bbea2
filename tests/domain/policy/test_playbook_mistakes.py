"""What a newcomer with a city of his own gets wrong: refused at loading, once, at its line, with what was meant."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from domain.errors import PolicyInvalid
from domain.policy.playbook import Playbook, load_playbook
from domain.policy.process import Process, digest_of
from domain.policy.spans import Calendar, Span
from tests.domain.support import MONDAY, PLAYBOOKS, ROOT, process

(CITY,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8"), re.DOTALL)
"""The example that a newcomer starts from."""


def load(text: str, **around: Any) -> Playbook:
    return load_playbook(text, "city.yaml", **around)


def mistakes(text: str, **around: Any) -> list[str]:
    with pytest.raises(PolicyInvalid) as refused:
        load(text, **around)
    return str(refused.value).splitlines()


def the_mistake(old: str, new: str, **around: Any) -> str:
    """The one line that a change of the example is told by, without the place; it must stand where the change is."""
    assert CITY.count(old) >= 1
    text = CITY.replace(old, new, 1)
    [line] = mistakes(text, **around)
    file, number, told = line.split(":", 2)
    assert file == "city.yaml"
    first = CITY[: CITY.index(old)].count("\n") + 1
    assert first <= int(number) <= first + new.count("\n"), line
    return told.strip()


# --- taken and then ignored, or meant otherwise


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("by: [{role: station_chief, at: station}]", "by: [{role: station_chief, at: assigned}]"),
        ("by: [{role: centre_dispatcher, at: town_centre}", "by: [{role: centre_dispatcher, at: assigned}"),
        ("convenor: [{role: mediator, at: justice_office}]", "convenor: [{role: mediator, at: assigned}]"),
        ("at_station: [{role: duty_leader, at: station}", "at_station: [{role: duty_leader, at: assigned}"),
        ("- [{role: evaluator_police, at: centre}]", "- [{role: evaluator_police, at: assigned}]"),
        ("levels: [{role: supervisor, at: county}", "levels: [{role: supervisor, at: assigned}"),
    ],
)
def test_assigned_is_refused_where_nothing_is_assigned(old: str, new: str) -> None:
    assert "nothing is assigned here" in the_mistake(old, new)


def test_assigned_is_taken_where_one_organisation_of_push_3_is_asked_about() -> None:
    watched = "limit: {working_days: 1}\n      watched_by: [{role: department_leader, at: assigned}]\n    dispose:"
    assert load(CITY.replace("limit: {working_days: 1}\n    dispose:", watched, 1))


def test_a_tier_s_code_is_its_own() -> None:
    assert "the code 'town' is another tier's already" in "".join(
        mistakes(CITY.replace("code: village\n", "code: town\n", 1))
    )


def test_a_playbook_is_called_as_its_file() -> None:
    assert "write code: hecheng" in the_mistake("code: yunhe", "code: yunhe", file="hecheng")
    assert load(CITY, file="yunhe").code == "yunhe"


WITHOUT_PUSH_3 = CITY.replace("push_2, push_3, mediation", "push_2, mediation").replace("divert: must", "divert: may")


@pytest.mark.parametrize("kind", ["dispatch", "accept_assignment", "rule_refusal", "dispose", "cooperate"])
def test_a_task_of_a_stage_that_the_mechanism_has_not_got_is_refused(kind: str) -> None:
    [told] = [line for line in mistakes(WITHOUT_PUSH_3) if f"process.tasks.{kind}:" in line]
    assert "the mechanism has no stage push_3" in told
    [number] = [n for n, line in enumerate(WITHOUT_PUSH_3.splitlines(), 1) if line.startswith(f"    {kind}:")]
    assert told.startswith(f"city.yaml:{number}: ")


def test_sources_are_not_diverted_where_there_is_nowhere_to_divert_to() -> None:
    text = CITY.replace("push_2, push_3, mediation", "push_2, mediation")
    assert any("process.sources.12345.divert: there is nowhere to divert to" in line for line in mistakes(text))


@pytest.mark.parametrize("kind", ["mediate", "evaluate", "supervise", "approve_change"])
def test_a_kind_whose_people_another_part_names_has_no_task_policy(kind: str) -> None:
    told = the_mistake("    visit:\n", f"    {kind}: {{by: [{{role: leader, at: county}}]}}\n    visit:\n")
    assert f"who answers '{kind}' is said under" in told


def test_protection_tasks_are_refused_where_no_risk_opens_them() -> None:
    found = mistakes(CITY.replace("protection_for: [domestic_violence]", ""))
    assert len(found) == 2
    assert all("protection_for names no risk" in line for line in found)


def test_a_first_contact_is_refused_where_nothing_stops_it() -> None:
    told = the_mistake("limit: {calendar_days: 7}\n      rungs", "first_contact: {hours: 9}\n      rungs")
    assert "nothing stops it in 'check_performance'" in told


def test_nobody_supervises_a_supervision() -> None:
    told = the_mistake(
        "rungs: {remind_at: [0.5]}\n    approvals", "rungs: {supervise_after: {hours: 1}}\n    approvals"
    )
    assert "process.supervision.rungs.supervise_after: nobody supervises a supervision" in told


def test_a_kind_of_risk_is_one_of_the_list() -> None:
    told = the_mistake("[domestic_violence]", "[domestic_violense]", risk_kinds=["domestic_violence", "self_harm"])
    assert "did you mean domestic_violence?" in told


LENGTHS = ["minutes: 5256000", "hours: 87600", "calendar_days: 3650", "calendar_months: 120", "working_days: 2500",
           "midnights: 3650"]  # fmt: skip


@pytest.mark.parametrize("longest", LENGTHS)
def test_a_length_of_time_has_an_end(longest: str) -> None:
    unit, count = longest.split(": ")
    told = the_mistake("limit: {hours: 8}", f"limit: {{{unit}: {int(count) + 1}}}")
    assert told == (
        f"process.tasks.approve_third_push.limit.{unit}: {int(count) + 1} is more than ten years: at most {longest}"
    )
    assert load(CITY.replace("limit: {hours: 8}", f"limit: {{{longest}}}", 1))


def test_no_length_of_time_in_a_playbook_is_without_an_end() -> None:
    units = "minutes|hours|calendar_days|calendar_months|working_days|midnights"
    text = re.sub(rf"\b({units}): \d+", r"\1: 99999999", CITY)
    assert len(mistakes(text)) == len(re.findall(r"\bhours:", CITY)) + sum(
        CITY.count(unit) for unit in ("minutes:", "_days:", "_months:", "midnights:")
    )


@pytest.mark.parametrize("longest", LENGTHS)
def test_the_longest_length_of_time_can_be_counted(longest: str) -> None:
    unit, count = longest.split(": ")
    assert Calendar().after(MONDAY, Span.model_validate({unit: int(count)})).year < MONDAY.year + 11


def test_a_table_that_nobody_could_fill_is_refused() -> None:
    assert "99 people would have to sit" in the_mistake("any_of: [mediator]", "any_of: [mediator], at_least: 99")
    assert "41 people would have to sit" in the_mistake("at_least: 2", "at_least: 40")
    assert load(CITY.replace("at_least: 2", "at_least: 39"))


def test_a_colour_s_name_is_its_own() -> None:
    told = the_mistake("name: 橙色", "name: 红色")
    assert told == "process.colours.orange.name: '红色' is the name of the colour red already"


@pytest.mark.parametrize("edition", ['""', '" "', "'2026\"11'", '"2026\'11"', '"2026\\n11"', "“2026-11”"])
def test_an_edition_has_a_name_without_quotes(edition: str) -> None:
    assert the_mistake('edition: "2026-11"', f"edition: {edition}").startswith("edition: ")


def test_what_a_running_case_pinned_before_still_decodes() -> None:
    pinned = process().model_dump(mode="json")
    pinned["tasks"]["dispatch"]["first_contact"] = {"hours": 1}
    pinned["tasks"]["dispatch"]["by"][0]["at"] = "assigned"
    pinned["tasks"]["dispatch"]["limit"] = {"hours": 99999999}
    pinned["colours"]["red"]["name"] = pinned["colours"]["blue"]["name"]
    pinned["ladder"]["tiers"][0]["requires"][0]["at_least"] = 99
    pinned["tasks"]["of_another_time"] = pinned["tasks"]["visit"]
    pinned["tasks"]["mediate"] = pinned["tasks"]["visit"]
    pinned["ladder"]["tiers"][0]["code"] = pinned["ladder"]["tiers"][1]["code"]
    assert Process.model_validate(pinned)


# --- messages that help


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    tries: 2", "    trys: 2", "there is no key 'trys' here: did you mean tries? allowed: visits,"),
        ("grid_leader, at: village", "grid_leader, at: vilage", "'vilage' can't stand here: did you mean village?"),
        ("role: grid_leader, at: village", "role: grid_leder, at: village", "did you mean grid_leader?"),
        ("any_of: [mediator]", "any_of: [medaitor]", "no such role: medaitor: did you mean mediator?"),
        ("{hours: 8}", "{hour: 8}", "did you mean hours? allowed: minutes, hours, calendar_days"),
        ("{hours: 8}", "{hours: -8}", "must be greater than 0, not -8"),
        ("{hours: 8}", "8h", "must be a mapping such as {minutes: …}"),
        ("push_3, mediation", "push3, mediation", "'push3' can't stand here: did you mean push_3? allowed: triage,"),
        ("    check_performance:", "    check_performence:", "is the key 'check_performence' misspelt?"),
        ('edition: "2026-11"', "edition: 2026", 'must be text, not 2026: put it in quotes ("2026")'),
        ("joint: true", "joint: ja", "must be true or false, not 'ja'"),
        ("decides_itself: accept", "decides_itself: acept", "did you mean accept? allowed: accept"),
        ("decides_itself: accept", "decides_itself: refuse", "taken by silence; allowed: accept"),
        ("tiers:", "tiers: 3\n    tires:", "must be a list ([…, …]), not 3"),
    ],
)  # fmt: skip
def test_a_message_shows_what_is_wrong_and_what_was_meant(old: str, new: str, told: str) -> None:
    text = CITY.replace(old, new, 1)
    assert any(told in line for line in mistakes(text)), mistakes(text)


def test_a_kind_that_nobody_knows_is_told_at_its_line_with_the_nearest() -> None:
    told = the_mistake("    visit:\n", "    visti: {by: [{role: leader, at: county}]}\n    visit:\n")
    assert told.startswith("process.tasks.visti: no such kind of task: visti: did you mean visit?")


def test_a_known_kind_is_never_called_misspelt() -> None:
    found = mistakes(CITY.replace("mediation, evaluation", "mediation, confirmation, evaluation", 1))
    assert [line.split(": ", 1)[1] for line in found] == [
        f"process.tasks: stage confirmation needs tasks.{kind}" for kind in ("apply_confirmation", "court_ruling")
    ]


def test_a_misspelt_kind_is_one_mistake() -> None:
    told = the_mistake("    dispatch:", "    despatch:")
    assert told == "process.tasks.despatch: stage push_3 needs tasks.dispatch; is the key 'despatch' misspelt?"


def test_an_unknown_kind_is_named_whatever_else_is_wrong() -> None:
    found = mistakes(CITY.replace("    apply_protection:", "    mediation:", 1).replace("from: push_2", "from: push_1"))
    line = next(n for n, written in enumerate(CITY.splitlines(), 1) if written.startswith("    apply_protection:"))
    assert any(each.startswith(f"city.yaml:{line}: process.tasks.mediation: no such kind") for each in found), found
    assert any(each.endswith("process.tasks: protection_for needs tasks.apply_protection") for each in found), found
    assert any("process.colour_clock_from: " in each for each in found), found
    assert len(found) == 3


ORDER = "stages stand in the order of the mechanism, each once"
RANKS = "colours stand from the gravest to the mildest, their ranks count down to 1"
ALONE = "a ladder and the stage mediation come together or not at all"
CLOCK = "process.colour_clock_from: must be triage or one of the pushes, and stand among the stages"
UNIT = "a length of time names exactly one unit"
REMINDERS = "remind_at: reminders are fractions between 0 and 1, rising"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("from: push_2", "from: push_1", f"{CLOCK}, not 'push_1'; allowed: triage, push_2, push_3"),
        ("from: push_2", "from: closed", f"{CLOCK}, not 'closed'; allowed: triage, push_2, push_3"),
        ("    name: 两级联调\n", "    name: 两级联调\n    limit: 8\n", "the key 'limit' stands here twice"),
        ("[0.5, 0.9], sup", "[50, 90], sup", f"{REMINDERS}, not [50, 90]: did you mean [0.5, 0.9]?"),
        ("[0.5, 0.9], sup", "[0.9, 0.5], sup", f"{REMINDERS}, not [0.9, 0.5]: did you mean [0.5, 0.9]?"),
        ("[0.5, 0.9], sup", "[0.5, 1.5], sup", f"{REMINDERS}, not [0.5, 1.5]"),
        ("0.9], supervise_after: {hours: 2}", "0.9]", "colour_rungs.promote_after: a promotion (here after working"),
        ("rank: 3", "rank: 4", f"process.colours.orange.rank: {RANKS}, not 4, 4, 2, 1: did you mean 3?"),
        ("{hours: 8}", "{hours: 8, minutes: 2}", f"limit: {UNIT}, not {{minutes: 2, hours: 8}}"),
        ("{hours: 8}", "{}", f"limit: {UNIT}, not {{}}"),
        ("push_2, push_3", "push_3, push_2", f"process.stages.2: 'push_2' can't follow 'push_3': {ORDER}: triage,"),
        ("push_2, push_3", "push_2, push_2", f"process.stages.2: 'push_2' can't follow 'push_2': {ORDER}: triage,"),
        ("[triage, push_2", "[push_2", "has the stages triage; here stands push_2, push_3, mediation,"),
        ("push_2, push_3, med", "med", "push_2 or push_3 is missing in triage, mediation,"),
        ("      limit: {working_days: 1}\n      decides_itself: accept ", "      decides_itself: accept ",
         "decides_itself: a task that decides itself needs a limit: after how long is 'accept' taken?"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_shown_at_the_key_s_own_line(old: str, new: str, told: str) -> None:
    assert told in the_mistake(old, new)


def test_a_ladder_without_its_stage_is_told_at_the_ladder_and_a_stage_without_its_ladder_at_the_stages() -> None:
    lines = CITY.splitlines()
    [without_stage] = mistakes(CITY.replace("push_3, mediation, eval", "push_3, eval"))
    at = lines.index("  ladder:") + 1
    assert without_stage.startswith(f"city.yaml:{at}: process.ladder: {ALONE}; the stages are triage, push_2, push_3, ")
    end = lines.index("  evaluation:")
    [without_ladder] = mistakes("\n".join([*lines[: at - 1], *lines[end:]]))
    at = next(n for n, line in enumerate(lines, 1) if line.startswith("  stages:"))
    assert without_ladder == f"city.yaml:{at}: process.stages.3: {ALONE}; process.ladder is missing"


def test_a_misspelt_key_is_one_mistake_and_not_also_a_missing_one() -> None:
    assert the_mistake("    tries: 2", "    trys: 2").startswith("process.follow_up.trys:")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("after_returns: never", "after_returns: nevr", "1 or more, or never, not 'nevr': did you mean never?"),
        ("after_returns: never", "after_returns: 0", "1 or more, or never, not 0"),
        ("after_returns: never", "after_returns: [2]", "1 or more, or never, not [2]"),
        ("after_alarms: 2", "after_alarms: 1", "2 or more, or never, not 1"),
        ("after_alarms: 2", "after_alarms: Never", "2 or more, or never, not 'Never': did you mean never?"),
    ],
)
def test_a_value_that_is_none_of_several_things_is_one_mistake(old: str, new: str, told: str) -> None:
    key = old.split(":")[0]
    assert the_mistake(old, new) == f"process.raising.{key}: must be a whole number of {told}"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    tries: 2", "    tries:2", "a space is missing after the colon of 'tries:'"),
        ("  stages: [", "  stages:[", "a space is missing after the colon of 'stages:'"),
        ("    name: 两级联调", "    name:两级联调", "a space is missing after the colon of 'name:'"),
        ("      limit: {hours: 8}", "      limit:{hours: 8}", "write 'limit: {hours'"),
        ("by: [{role: station_chief", "by:[{role: station_chief", "after the colon of 'by:'"),
        ("[{role: station_chief", "[{role:station_chief", "write 'role: station_chief'"),
        ("{hours: 8}", "{hours:8}", "write 'hours: 8'"),
        ("{calendar_months: 1}, stops_at", "{calendar_months:1}, stops_at", "write 'calendar_months: 1'"),
        ("blue:   {name", "blue:{name", "after the colon of 'blue:'"),
        ("    visit:\n      by: [", "    visit:[by: [", "after the colon of 'visit:'"),
        ("    visit:\n", "    visit:{of: 3\n    visit:\n", "write 'visit: {of'"),
    ],
)
def test_a_colon_without_a_space_is_called_that_at_its_line(old: str, new: str, told: str) -> None:
    assert told in the_mistake(old, new)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{name: 镇街领导", "{name： 镇街领导", "a full-width colon (：)"),
        ("{name: 镇街领导", "{name：镇街领导", "a full-width colon (：)"),
        ('edition: "2026-11"', 'edition："2026-11"', "a full-width colon (：)"),
        ("    tries: 2", "    tries：2", "a full-width colon (：)"),
        ("{hours: 8}", "{hours：8}", "a full-width colon (：)"),
        ("grid_leader, at: village", "grid_leader，at: village", "a full-width comma (，)"),
        ("name: 红色, rank: 4", "name: 红色，rank: 4", "a full-width comma (，)"),
        ("[triage, push_2", "[triage，push_2", "a full-width comma (，)"),
        ('    "12345":', '    "12345，grid":', "holds ，"),
        ("stages: [", "stages: ［", "a full-width bracket (［)"),
    ],
)
def test_full_width_punctuation_in_the_structure_is_named_at_its_line(old: str, new: str, told: str) -> None:
    assert told in the_mistake(old, new)


def test_full_width_punctuation_in_chinese_text_is_nobody_s_mistake() -> None:
    assert load(CITY.replace("name: 两级联调", "name: 联调：村、镇两级，逐级")).process.ladder
    [told] = mistakes(CITY.replace("name: 两级联调", "name: [联调：村，镇"))
    assert "not valid YAML" in told


@pytest.mark.parametrize("value", ["2026-13-01", "9" * 5_000])
def test_what_looks_like_a_date_or_a_number_and_is_none_is_told_at_its_line(value: str) -> None:
    [told] = mistakes(f"{CITY}\nedition_of: {value}\n")
    assert f"{len(CITY.splitlines()) + 2}: not valid YAML: '{value[:40]}' is neither a date nor a number" in told


def test_a_tab_is_called_a_tab() -> None:
    assert "indent with spaces, never with tabs" in the_mistake("    tries: 2", "\ttries: 2")


def test_a_mistake_under_an_anchor_is_told_once_where_it_stands() -> None:
    text = CITY.replace("rungs: {remind_at: [0.5], supervise_after: {hours: 1}}", "rungs: *late")
    text = text.replace("rungs: *late", "rungs: &late {remind_at: [5], supervise_after: {hours: 1}}", 1)
    [line] = mistakes(text)
    [number] = [n for n, written in enumerate(text.splitlines(), 1) if "&late" in written]
    assert line.startswith(f"city.yaml:{number}: process.tasks.follow_up_responsibly.rungs.remind_at: reminders are ")
    assert line.endswith(f"(also at {text.count('*late')} more places that refer to it)")


def test_a_mistake_in_what_is_merged_is_told_at_its_line() -> None:
    merged = "    visit:\n      <<: {rungs: {remind_at: [0.8]}, limits: {hours: 1}}\n      by"
    told = the_mistake("    visit:\n      by", merged)
    assert told.startswith("process.tasks.visit.limits: there is no key 'limits' here: did you mean limit?")


def test_an_anchor_that_holds_itself_is_refused_and_no_endless_search() -> None:
    [line] = mistakes("code: &a [*a]\n")[:1]
    assert line.startswith("city.yaml:1: ")


def test_an_edition_keeps_its_digest_when_the_code_learns_a_further_key() -> None:
    class Further(Process):
        learnt_later: int = 7

    pinned = process()
    assert digest_of(Further.model_validate(pinned.model_dump())) == digest_of(pinned)
    written = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))["process"]
    written["colours"]["blue"]["suspendable"] = True  # as it is by default
    assert digest_of(Process.model_validate(written)) == digest_of(pinned)
    written["colours"]["blue"]["suspendable"] = False
    assert digest_of(Process.model_validate(written)) != digest_of(pinned)

"""Forms from schemas, without a browser: what is shown for each kind of field, and how it is read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from api.core.schemas import schema_of
from api.tasks.examples import example
from api.tasks.schemas import Candidate, PostNamed
from api.web.formatting import limit
from api.web.forms import EMPTY_ROW, Control, Form, core, draw, label_and_options, names_of
from api.web.organisation_labels import Offices, Vocabulary
from api.web.timeline import by_days, change, decided, facts
from domain.base import CHINA
from domain.case.state import Decision, Entry
from domain.people.permissions import SEPARATE_ROLES
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS
from domain.policy.forms.demands import Demand
from domain.triage.places import Directory, Listed

NAMES = {
    "market_reg": "县市场监督管理局", "transport": "县交通运输局", "commerce": "县商务局",
    "x1": "同名单位", "x2": "同名单位",
}  # fmt: skip


def listed(code: str, name: str, kind: str) -> Listed:
    path = "/county" if kind == "county" else f"/county/{code}"
    return Listed(code=code, name=name, path=path, level="county", line="gov_center", kind=kind, keywords=[])


ORGANISATIONS = [listed("county", "示范县", "county"), *(listed(code, name, "unit") for code, name in NAMES.items())]
WORDS = Vocabulary(
    Offices(Directory(organisations=ORGANISATIONS)), {"red": "红色", "blue": "蓝色"}, [("rent", "租赁")], {}
)
DOCUMENT = {
    "dispute_no": "D2026-000007",
    "suggested": ["market_reg", "transport", "commerce"],
    "colour": "red",
    "category": "rent",
}
DECISIONS = [(kind, name) for kind, spec in KINDS.items() for name in spec.decisions]


def form(kind: str, name: str) -> Form:
    return Form(KINDS[kind].decisions[name].form.model_json_schema(), WORDS)


def shown(kind: str, name: str, typed: dict[str, str] | None = None) -> dict[str, Control]:
    return {c.name: c for c in form(kind, name).controls(typed or {}, {}, {})}


@pytest.mark.parametrize(("kind", "name"), DECISIONS)
def test_an_example_filled_into_its_form_is_read_back_as_a_valid_answer(kind: str, name: str) -> None:
    about = {"requires": [{"any_of": ["mediator"], "at_least": 2, "path": "/county/justice-gushan"}]}
    fields = example(kind, name, about, DOCUMENT)
    page = form(kind, name)
    read = page.read(page.flat(fields))
    model = KINDS[kind].decisions[name].form
    assert model.model_validate(read).model_dump(exclude={"met", "until"}) == model.model_validate(
        fields
    ).model_dump(exclude={"met", "until"})  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), DECISIONS)
def test_a_case_that_suggests_nobody_has_examples_too(kind: str, name: str) -> None:
    """A batch of hazards suggests no department; its tasks are shown all the same."""
    nobody = {**DOCUMENT, "suggested": []}
    fields = example(kind, name, {"organisation": "market_reg"}, nobody)
    assert fields.keys() == example(kind, name, {}, DOCUMENT).keys()


@pytest.mark.parametrize(("kind", "name"), DECISIONS)
def test_every_field_of_a_decision_has_a_control_with_words(kind: str, name: str) -> None:
    properties = KINDS[kind].decisions[name].form.model_json_schema()["properties"]
    controls = shown(kind, name)
    assert set(controls) == {field for field, part in properties.items() if core(part, {})[0].get("format") != "bundle"}
    assert all(control.label for control in controls.values())


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_has_a_form(name: str) -> None:
    controls = Form(ACTIONS[name].form.model_json_schema(), WORDS).controls({}, {}, {})
    assert controls[0].required


def test_each_kind_of_field_gets_its_control() -> None:
    kinds = {**shown("dispatch", "assign"), **shown("mediate", "agreed"), **shown("visit", "stable")}
    assert {name: control.kind for name, control in kinds.items()} == {
        "lead": "organisation", "cooperating": "list", "instructions": "area", "participants": "rows", "terms": "list",
        "obligations": "rows", "confirmation": "check", "satisfaction": "scale",
        "response_satisfaction": "scale", "summary": "area", "reason": "area", "venue": "organisation",
    }  # fmt: skip
    assert shown("mediate", "adjourned")["until"].kind == "moment"
    assert shown("court_protection", "granted")["until"].kind == "date"
    assert shown("confirm_triage", "correct")["urgent"].options == [("true", "是"), ("false", "否")]
    assert shown("confirm_triage", "correct")["colour"].options == [("red", "红色"), ("blue", "蓝色")]
    assert shown("confirm_triage", "correct")["category"].options == [("rent", "租赁")]
    assert shown("confirm_triage", "correct")["category"].label == "纠纷类别", "names are chosen from, not codes"


def test_required_fields_come_first_and_the_optional_reason_last() -> None:
    assert list(shown("handle_on_scene", "settled")) == [
        "summary", "agreement", "terms", "obligations", "push_on", "reason"]  # fmt: skip


def test_a_row_that_objects_need_is_there_from_the_start_and_a_blank_one_waits_in_the_template() -> None:
    people = shown("mediate", "agreed")["participants"]
    assert [row.number for row in people.rows] == ["0"]
    assert people.blank is not None
    assert [(c.name, c.kind) for c in people.blank.controls][:3] == [
        (f"participants.{EMPTY_ROW}.person", "person"),
        (f"participants.{EMPTY_ROW}.name", "text"),
        (f"participants.{EMPTY_ROW}.role", "select"),
    ]
    assert shown("mediate", "agreed")["obligations"].rows == []


def test_what_is_asked_of_guests_is_folded_away_till_it_is_needed() -> None:
    typed = {"participants.0.person": "officer-1", "participants.1.name": "王五", "participants.2.person": "officer-2"}
    problems = [{"field": "participants.2.role", "message": "现不在这个岗位"}]
    drawn = draw(form("mediate", "agreed"), typed, problems, {})
    people = next(c for c in drawn.controls if c.name == "participants")
    assert [row.unfolded for row in people.rows] == [False, True, True]
    assert [c.name.rpartition(".")[2] for c in people.rows[0].guest] == ["name", "role", "organisation", "consent"]


def test_rows_taken_out_leave_no_hole_and_blank_rows_are_left_out() -> None:
    typed = {
        "terms.0": "甲",
        "terms.2": "  ",
        "terms.5": "乙",
        "participants.3.name": "王五",
        "participants.3.role": "",
    }
    assert form("mediate", "agreed").read(typed) == {
        "terms": ["甲", "乙"], "participants": [{"name": "王五"}], "confirmation": False}  # fmt: skip


def test_what_cannot_be_read_is_passed_on_as_it_was_typed() -> None:
    assert form("visit", "stable").read({"summary": "好", "satisfaction": "很满意"}) == {
        "summary": "好", "satisfaction": "很满意"}  # fmt: skip
    assert form("visit", "stable").read({"satisfaction": "5"}) == {"satisfaction": 5}


def test_an_organisation_is_typed_by_name_and_sent_by_code() -> None:
    page = form("dispatch", "assign")
    typed = {
        "lead": "县市场监督管理局",
        "cooperating.0": "transport",
        "cooperating.1": "同名单位（x2）",
        "instructions": "x",
    }
    read = page.read(typed)
    assert (read["lead"], read["cooperating"]) == ("market_reg", ["transport", "x2"])
    assert page.flat(read)["cooperating.0"] == "县交通运输局"
    assert page.read({"lead": "没有这个局"}) == {"lead": "没有这个局"}


def test_units_suggested_are_clicked_and_what_is_typed_stands_for_what_was_clicked() -> None:
    words = Vocabulary(WORDS.offices, WORDS.colours, [], {})
    words.units = [("县市场监督管理局", "在办 3"), ("县交通运输局", "在办 0")]
    page = Form(KINDS["dispatch"].decisions["assign"].form.model_json_schema(), words)
    clicked = {
        "lead": "",
        "lead.offered": "县市场监督管理局",
        "cooperating.0": "县商务局",
        "cooperating.1001": "县交通运输局",
    }
    read = page.read(clicked)
    assert read == {"lead": "market_reg", "cooperating": ["commerce", "transport"]}
    assert page.read({**clicked, "lead": "县商务局"})["lead"] == "commerce"
    for typed in (clicked, page.flat(read)):
        lead, beside = (c for c in page.controls(typed, {}, {}, add="cooperating") if c.offers)
        assert (lead.value, beside.chosen) == ("县市场监督管理局", {"县交通运输局"})
        assert [row.controls[0].value for row in beside.rows] == ["县商务局", ""]
        assert len({row.number for row in beside.rows} - {"1001"}) == 2


def officer(number: int, name: str, organisation: str = "market_reg") -> Candidate:
    post = PostNamed(role="responsible_officer", organisation=organisation)
    return Candidate(person_id=f"id-{number}", username=f"officer-{number}", name=name, post=post)


def test_a_person_is_typed_by_name_and_post_sent_by_username_and_shown_as_it_is_on_record() -> None:
    words = Vocabulary(WORDS.offices, WORDS.colours, [], {})
    words.offer([officer(1, "王五"), officer(2, "王五"), officer(3, "王五", "transport")])
    page = Form(KINDS["mediate"].decisions["agreed"].form.model_json_schema(), words)
    first, second, third = list(dict.fromkeys(words.people.values()))
    assert (first, third) == ("王五（县市场监督管理局责任民警，officer-1）", "王五（县交通运输局责任民警）")
    typed = {"participants.0.person": second, "participants.1.person": third, "participants.1.role": "on_scene_officer"}
    read = page.read(typed)
    assert read["participants"] == [
        {"person": "officer-2"}, {"person": "officer-3", "role": "on_scene_officer"}]  # fmt: skip
    on_record = {"person": "id-2", "name": "王五", "role": "responsible_officer", "organisation": "market_reg"}
    flat = page.flat({"participants": [on_record]})
    assert flat["participants.0.person"] == second
    assert flat["participants.0.organisation"] == "县市场监督管理局"
    assert page.read(flat)["participants"][0]["person"] == "officer-2"


def test_the_words_of_an_enumeration_are_those_of_its_title() -> None:
    assert label_and_options("方式（call 电话，visit 上门）", ["call", "visit"]) == (
        "方式", [("call", "电话"), ("visit", "上门")])  # fmt: skip
    reasons = shown("evaluate", "return")["reason"]
    assert (reasons.label, reasons.options[0]) == ("退回原因", ("perfunctory", "敷衍塞责"))
    assert label_and_options("满意度（高）", ["a", "b"]) == ("满意度（高）", [("a", "a"), ("b", "b")])


def test_errors_stand_at_their_fields_and_the_rest_in_the_summary() -> None:
    problems = [
        {"field": "obligations.0.due_on", "message": "应为日期"},
        {"field": "obligations.0", "message": "款项须填写金额"},
        {"field": "participants.7.name", "message": "必填"},
        {"field": "body", "message": "整体有误"},
        {"field": "attachments", "message": "须附图片"},
    ]
    drawn = draw(form("mediate", "agreed"), {"obligations.0.party": "甲"}, problems, {}, own="attachments")
    by_name = {c.name: c for c in drawn.controls}
    row = by_name["obligations"].rows[0]
    assert row.error == "款项须填写金额"
    assert {c.name: c.error for c in row.controls}["obligations.0.due_on"] == "应为日期"
    assert by_name["participants"].error == "必填"
    assert ("", "整体有误") in drawn.wrong
    assert ("f-attachments", "须附图片") in drawn.wrong
    assert any(where == "f-obligations-0-due_on" and "履行期限" in message for where, message in drawn.wrong)
    assert "obligations.0.amount" in set(names_of(drawn.controls))


def test_one_more_row_without_scripts() -> None:
    controls = {c.name: c for c in form("mediate", "agreed").controls({"terms.0": "甲"}, {}, {}, add="terms")}
    assert [row.controls[0].value for row in controls["terms"].rows] == ["甲", ""]


def test_what_was_filled_in_is_shown_in_words() -> None:
    schema = KINDS["mediate"].decisions["agreed"].form.model_json_schema()
    fields: dict[str, Any] = {
        "participants": [
            {"role": "mediator", "name": "赵六"},
            {"person": "id-1", "name": "王五", "role": "responsible_officer", "organisation": "transport"},
        ],
        "terms": ["和解"], "confirmation": False,
        "obligations": [{"party": "乙", "kind": "money", "what": "货款", "amount": "10.00", "due_on": "2026-12-31"}],
    }  # fmt: skip
    assert facts(schema, fields, WORDS) == [
        ("参加人员", "人民调解员，赵六；王五，责任民警，县交通运输局"),
        ("协议条款", "和解"),
        ("履行义务", "乙，款项，货款，10.00 元，2026-12-31"),
    ]
    assert change("recolour", {"reason": "已缓和", "colour": "blue"}, WORDS) == [
        ("理由", "已缓和"),
        ("预警颜色", "蓝色"),
    ]


def test_what_a_mechanism_demands_is_shown_in_its_words() -> None:
    """“经走访，网格员得知……及时上报社区” (H-063): whom he met stands on the timeline as people read it."""
    demand = Demand(met=1, signed=True, confirmed={"visited": "已上门走访"})
    words = Vocabulary(WORDS.offices, WORDS.colours, [], {"confirm_triage.report_up": demand})
    met = {"who": "住户", "at": "2026-11-27T05:20:35.899289+08:00", "where": "住户家中"}
    answer = Decision(
        name="report_up", at=datetime(2026, 11, 27, tzinfo=UTC),
        fields={"met": [met], "signed_by": "张某", "visited": True},
    )  # fmt: skip
    assert decided("confirm_triage", answer, words, answer.at)["facts"] == [
        ("见面情况", "住户，2026-11-27 05:20，住户家中"),
        ("对方签名人", "张某"),
        ("已上门走访", "是"),
    ]


def test_a_question_that_became_needless_says_what_made_it_so() -> None:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    entries = [
        Entry(seq=1, at=at, kind="decision", title="主办处置：处置完毕", actor="王五"),
        Entry(seq=2, at=at, kind="task_void", title="协同处置失效", detail={"reason": "已无需办理"}),
        Entry(seq=3, at=at.replace(hour=1), kind="task_void", title="督办失效", detail={"reason": "已提级督办"}),
    ]
    [day] = by_days(entries, WORDS, at)
    assert [line["facts"] for line in day["entries"] if line["tone"] == "quiet"] == [
        [("理由", "已提级督办")],
        [("理由", "已无需办理"), ("起因", "主办处置：处置完毕")],
    ]


def test_a_form_offers_no_role_that_stands_apart_from_the_work() -> None:
    offered = dict(WORDS.options("role"))
    assert "department_handler" in offered
    assert not SEPARATE_ROLES & set(offered)


def test_a_form_offers_no_role_of_another_city_and_still_knows_what_it_is_called() -> None:
    """Who whistles in Jinhua can't call for Wuwei's 驻村辅警: nobody is one."""
    assert "village_auxiliary" not in dict(WORDS.options("role"))
    assert "village_auxiliary" in dict(WORDS.options("role", ["village_auxiliary"])), "a task may need it all the same"
    assert WORDS.word("role", "village_auxiliary") == "驻村辅警"


def test_a_deadline_at_midnight_is_the_end_of_the_day_before() -> None:
    now = datetime(2026, 11, 27, tzinfo=CHINA)
    assert limit("2026-12-08T00:00:00+08:00", now) == "12-07 24:00"
    assert limit("2027-01-01T00:00:00+08:00", now) == "12-31 24:00", "the year is that of the day it ends"
    assert limit("2026-12-08T00:01:00+08:00", now) == "12-08 00:01"
    assert limit(None, now) == ""


def test_what_was_filled_in_is_read_without_what_helped_to_fill_it_in() -> None:
    sat = {"name": "王经理", "guest": True, "consent": True}
    owed = {"party": "李某", "kind": "money", "what": "第1期货款", "amount": "15000.00", "due_on": "2026-12-28"}
    agreed = facts(
        schema_of(KINDS["mediate"].decisions["agreed"].form), {"participants": [sat], "obligations": [owed]}, WORDS
    )
    assert dict(agreed)["履行义务"] == "李某，款项，第1期货款，15,000.00 元，2026-12-28"
    assert dict(agreed)["参加人员"].endswith("外请人员已征得双方同意"), "a yes says what of"
    visited = facts(schema_of(KINDS["visit"].decisions["stable"].form), {"satisfaction": 4}, WORDS)
    assert visited == [("对处理结果的满意度", "满意（4 分）")]

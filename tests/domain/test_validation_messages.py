"""What is wrong with a form is said in Chinese, field by field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from domain.base import Strict
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS
from domain.validation_messages import _WORDS, field_errors

FORMS: dict[str, type[Strict]] = {
    form.__name__: form
    for form in (
        *(decision.form for kind in KINDS.values() for decision in kind.decisions.values()),
        *(action.form for action in ACTIONS.values()),
    )
}
OBLIGATION = {"party": "罗某", "kind": "money", "what": "付款", "amount": "100", "due_on": "2026-04-01"}
MET = {"who": "李某", "at": "2026-03-02T10:00:00+08:00", "where": "家中"}
SITTING = {"role": "mediator", "name": "周某"}
WHEN = "应为时间，例如 2026-12-31T09:00:00+08:00"
BAD: list[Any] = [
    None, "", " ", "x" * 5000, "no", 3, -1, 4.5, 99, float("nan"), "12.345", "yes?", [], {}, [None], [""], ["x" * 100],
    [{}], ["a"] * 99, "2026-13-01", "2026-12-31T09:30", "D1", True,
    [{**OBLIGATION, "amount": "1.234"}], [{**OBLIGATION, "amount": -1}], [{**OBLIGATION, "amount": "viel"}],
    [{**OBLIGATION, "amount": "NaN"}], [{**OBLIGATION, "amount": []}], [{**OBLIGATION, "amount": None}],
    [{**OBLIGATION, "kind": "gold"}], [{**OBLIGATION, "due_on": "bald"}],
    [{**OBLIGATION, "due_on": "2026-12-31T09:30"}],
    [{**OBLIGATION, "due_on": []}], [{**MET, "at": "bald"}], [{**MET, "at": "2026-03-02"}], [{**MET, "at": []}],
    [{**MET, "who": ""}], [{**SITTING, "name": ""}], [{**SITTING, "organisation": 3}], [SITTING] * 60,
]  # fmt: skip


def errors_of(form: type[Strict], fields: dict[str, Any]) -> list[Any]:
    try:
        form.model_validate(fields)
    except ValidationError as error:
        return list(error.errors())
    return []


def all_errors() -> dict[str, list[Any]]:
    """Every kind of mistake that can be made in any form, by pydantic's name for it."""
    found: dict[str, list[Any]] = {}
    for form in FORMS.values():
        for tried in [{}, {"no_such_field": 1}, *({name: bad} for name in form.model_fields for bad in BAD)]:
            for item in errors_of(form, tried):
                found.setdefault(item["type"], []).append(item)
    return found


FOUND = all_errors()


@pytest.mark.parametrize("kind", sorted(set(FOUND) - {"value_error", "string_pattern_mismatch"}))
def test_every_mistake_that_a_form_can_meet_has_words_of_its_own(kind: str) -> None:
    assert kind in _WORDS


@pytest.mark.parametrize("kind", sorted(FOUND))
def test_every_message_is_chinese_and_leaves_no_blank_unfilled(kind: str) -> None:
    for told in field_errors(FOUND[kind]):
        assert re.search(r"[一-鿿]", told["message"]), told
        assert not re.search(r"[{}]|\bor\b|'|Value error|[Ii]nput", told["message"]), told


def test_the_trials_reach_what_people_really_get_wrong() -> None:
    assert {
        "missing", "extra_forbidden", "string_too_short", "too_short", "literal_error", "date_from_datetime_parsing",
        "datetime_from_date_parsing", "bool_parsing", "decimal_parsing", "decimal_max_places", "greater_than_equal",
        "less_than_equal", "value_error", "list_type", "string_pattern_mismatch",
    } <= set(FOUND)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "decision", "fields", "field", "message"),
    [
        ("handle_on_scene", "settled", {}, "summary", "必填"),
        ("handle_on_scene", "settled", {"summary": " "}, "summary", "不能为空"),
        ("handle_on_scene", "settled", {"summary": "好", "push_on": True}, "body", "继续推送须说明风险"),
        ("visit", "stable", {"summary": "好", "satisfaction": 9}, "satisfaction", "不得大于5"),
        ("visit", "stable", {"summary": "好", "satisfaction": 4.5}, "satisfaction", "应为整数"),
        ("evaluate", "return", {"reason": "perfunctory", "redo": "me"}, "redo", "只能是same、dispatch之一"),
        ("dispose", "disposed", {"summary": "好", "met": []}, "met", "至少填写1项"),
        ("dispose", "progress", {"summary": "好", "met": [{**MET, "at": "昨天"}]}, "met.0.at", WHEN),
        ("confirm_triage", "confirm", {"wish": 1}, "wish", "没有这一项"),
    ],
)  # fmt: skip
def test_the_wording_staff_read(kind: str, decision: str, fields: dict[str, Any], field: str, message: str) -> None:
    found = field_errors(errors_of(KINDS[kind].decisions[decision].form, fields))
    assert {"field": field, "message": message} in found


def test_money_needs_an_amount_and_the_place_is_named() -> None:
    form = KINDS["follow_up_responsibly"].decisions["settled"].form
    bare = {**OBLIGATION, "amount": None}
    assert field_errors(errors_of(form, {"summary": "好", "obligations": [bare]})) == [
        {"field": "obligations.0", "message": "款项须填写金额"}
    ]


def test_leading_parts_of_the_place_can_be_dropped_and_an_unknown_mistake_has_words_too() -> None:
    strange = [{"type": "never_heard_of", "loc": ("body", "fields", "x"), "msg": "?"}]
    assert field_errors(strange, skip=2) == [{"field": "x", "message": "格式不正确"}]


def test_return_reasons_are_taken_by_code_or_by_name() -> None:
    form = KINDS["evaluate"].decisions["return"].form
    assert form.model_validate({"reason": "敷衍塞责"}) == form.model_validate({"reason": "perfunctory"})

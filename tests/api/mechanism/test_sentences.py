"""Whatever a check says of a playbook, the page says in Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.mechanism.sentences import findings, in_chinese
from domain.errors import PolicyInvalid
from domain.policy.playbook import load_playbook
from infra.runtime.policy_files import PLAYBOOKS

POLICY = Path(__file__).parents[3] / "domain" / "policy"
TAILS = {"choice", "unspaced", "_typed_full_width", "_meant", "meant", "near", "tab"}
"""What hangs on to a sentence, and may be empty."""
OF_FORMS = ("forms", "kinds", "calendars", "comparing", "fields.py", "loading.py")
"""Checks of what people fill in, which speak Chinese, and the reader of lines."""
FILE = """code: sixth
name: 第六城
edition: "1"
process:
  stages: [triage, push_1, closed]
  colours： {}
"""


def sentences() -> Iterator[str]:
    """Every sentence by which a module of the policy says a mistake, its words of the file as X."""
    for file in sorted(POLICY.rglob("*.py")):
        if {*file.relative_to(POLICY).parts} & {*OF_FORMS}:
            continue
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from _said_in(function)


def _said_in(function: ast.FunctionDef) -> Iterator[str]:
    bound: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            for text in _texts(node.value, bound):
                bound[node.targets[0].id] = text
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Mistake", "ValueError"):
            yield from _texts(node.args[-1], bound)
        if isinstance(node, ast.Return) and node.value and function.name in ("mistake", "_never_asked", "none_of"):
            yield from (text for text in _texts(node.value, bound) if " " in text)


def _texts(value: ast.expr, bound: dict[str, str]) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in bound:
            yield bound[name]
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one, bound), *_texts(other, bound))
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else _placed(part, bound) for part in parts)


def _placed(part: ast.expr, bound: dict[str, str]) -> str:
    value = part.value if isinstance(part, ast.FormattedValue) else part
    named = value.id if isinstance(value, ast.Name) else ""
    called = value.func if isinstance(value, ast.Call) else None
    name = named or getattr(called, "id", "") or getattr(called, "attr", "")
    if name in TAILS or isinstance(value, ast.BoolOp | ast.IfExp):
        return ""
    return bound.get(named, "X1")


def test_every_sentence_of_a_check_has_its_words() -> None:
    said = {*sentences()}
    assert len(said) > 80
    assert [each for each in sorted(said) if in_chinese(each).startswith("原文")] == []


@pytest.mark.parametrize(("what", "words"), [
    ("no such colour: purple: did you mean purple_1 or blue?", "没有 `purple` 这种颜色，是否应为 `purple_1`、`blue`"),
    ("there is no key 'limt' here: did you mean limit?", "没有 `limt` 这一项，是否应为 `limit`"),
    ("must be a whole number, or text, not nothing", "应为整数或文字，而不是空"),
    ("must be 1 or more, not 0", "应为不小于 1 的数，而不是`0`"),
    ("'x' can't stand here; allowed: a, b (also at 2 more places that refer to it)",
     "这里不能写 `x`，可以写：`a`、`b`（另有 2 处引用同一内容）"),
    ("not valid YAML: '2026-13-01' is neither a date nor a number",
     "`2026-13-01` 不是有效的日期或数字，是文字的请加引号"),
    ("a sentence nobody knows", "原文：`a sentence nobody knows`"),
])  # fmt: skip
def test_what_was_meant_and_what_is_allowed_are_told_too(what: str, words: str) -> None:
    assert in_chinese(what) == words


def test_a_finding_names_its_line_and_its_key() -> None:
    with pytest.raises(PolicyInvalid) as refusal:
        load_playbook(FILE, "候选.yaml")
    [found] = findings(refusal.value.detail)
    assert (found.line, found.where) == (6, "")
    assert "全角符号" in "".join(found.said)
    text = (PLAYBOOKS / "wuwei.yaml").read_text(encoding="utf-8").replace("limit: {hours: 2}", "limt: {hours: 2}")
    with pytest.raises(PolicyInvalid) as refusal:
        load_playbook(text.replace("rank: 2", "rank: 5"), "候选.yaml", file="other")
    told = {found.where: "`".join(found.said) for found in findings(refusal.value.detail)}
    assert told["process.tasks.rule_urgency.limt"].startswith("没有 `limt` 这一项，是否应为 `limit`，可以写：`by`")
    assert "由重到轻排列" in told["process.colours.orange.rank"]
    assert all(re.search("[\u4e00-\u9fff]", said) for said in told.values())

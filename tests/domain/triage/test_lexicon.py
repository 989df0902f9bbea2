"""The two cue lists as shipped, and what becomes of a list that a city broke while editing."""

from pathlib import Path

import pytest

from domain.errors import PolicyInvalid
from domain.triage.hearing.cues import literals
from domain.triage.lexicon import FALLBACK_CATEGORY, parse_lexicon
from domain.triage.triage import triage

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
CATEGORIES = (PLAYBOOKS / "categories.yaml").read_text("utf-8")
RISK_KINDS = (PLAYBOOKS / "risk_kinds.yaml").read_text("utf-8")
LEXICON = parse_lexicon(CATEGORIES, RISK_KINDS)


@pytest.mark.req("H-032", "Q-030")
def test_the_list_has_81_categories_in_11_groups_and_15_kinds() -> None:
    assert len(LEXICON.categories) == 81
    assert len(LEXICON.listed.groups) == 11
    assert len(LEXICON.risk_kinds) == 15


@pytest.mark.req("H-032")
def test_every_category_names_units_that_exist_and_a_clock() -> None:
    for category in LEXICON.categories.values():
        assert {category.lead, *category.cooperating} <= set(LEXICON.departments), category.code
        assert category.lead not in category.cooperating, category.code
        assert category.statutory_track in LEXICON.listed.tracks, category.code


def test_what_the_police_lead_is_not_called_non_police() -> None:
    for category in LEXICON.categories.values():
        led_by_police = LEXICON.departments[category.lead].line == "police"
        assert led_by_police is not category.non_police, category.code


def test_every_category_but_the_fallback_belongs_to_a_kind_of_risk() -> None:
    covered = {code for kind in LEXICON.risk_kinds.values() for code in kind.categories}
    assert set(LEXICON.categories) - covered == {FALLBACK_CATEGORY}


@pytest.mark.parametrize("code", LEXICON.categories)
def test_every_category_is_reached_by_a_cue_of_its_own(code: str) -> None:
    category = LEXICON.categories[code]
    reaching = [cue for cue in category.strong if triage(literals(cue), LEXICON).category == code]
    assert len(reaching) > len(category.strong) / 2


@pytest.mark.parametrize("code", LEXICON.risk_kinds)
def test_every_kind_is_named_by_a_word_of_its_own(code: str) -> None:
    kind = LEXICON.risk_kinds[code]
    assert any(code in triage(literals(cue), LEXICON).risk_kinds for cue in (*kind.keywords, *kind.hints))


def test_every_innocent_phrase_guards_against_some_cue() -> None:
    """One that swallows nothing, and borders on nothing, is a word for nobody."""
    rows = LEXICON.categories.values()
    cues = {cue for row in rows for cue, _ in row.cues()} | set(LEXICON.listed.police_first_cues)
    for kind in LEXICON.risk_kinds.values():
        cues |= {*kind.keywords, *kind.hints}
    cues |= {*LEXICON.listed.police_matter_cues, *LEXICON.risks.bodily_harm_cues}
    parts = {part for cue in cues for part in cue.split("…")}
    for phrase in LEXICON.listed.innocent_phrases:
        assert any(part in phrase or part.endswith(phrase[0]) for part in parts), phrase


def test_a_provisional_list_says_so() -> None:
    """Neither list is published anywhere; the files must not pretend otherwise."""
    for text in (CATEGORIES, RISK_KINDS):
        assert "PROVENANCE" in text.partition("\nversion:")[0]


def test_ranks_and_colours_answer_each_other() -> None:
    assert [LEXICON.colour(rank) for rank in (1, 2, 3)] == ["blue", "yellow", "red"]
    assert LEXICON.colour(5) == "red"


SMALL_LIST = """
version: 1
expected_leaf_count: 2
police_first_cues: [持刀]
police_matter_cues: [盗窃]
innocent_phrases: [打电话]
source_context: {letter: other_civil_dispute}
tracks: {mediation: {name: 人民调解, limit: 30 calendar_days}}
departments: {village: {name: 村委会, line: gov_center}, police: {name: 派出所, line: police}}
groups:
  - code: all
    name: 全部
    categories:
      - {seq: 1, code: neighbor_noise, name: 噪声, lead: village, cooperating: [police], non_police: true,
         default_colour: blue, statutory_track: mediation, legal_basis: [], strong: [楼上吵], keywords: [噪声]}
      - {seq: 2, code: other_civil_dispute, name: 其他, lead: village, cooperating: [], non_police: true,
         default_colour: blue, statutory_track: mediation, legal_basis: [], keywords: [纠纷]}
"""
SMALL_RISKS = """
version: 1
expected_count: 1
colours: {red: {rank: 3, name: 红色}, yellow: {rank: 2, name: 黄色}, blue: {rank: 1, name: 蓝色}}
global_rules: [{id: G1, cue: 凶器, effect: 升至红色, applied_by: triage}]
bodily_harm_cues: [被打]
modifiers: [{code: minor, name: 未成年人, keywords: [孩子]}]
kinds:
  - {seq: 1, code: threat, name: 扬言, default_colour: red, police_first: true, categories: ["*"], keywords: [扬言],
     escalation_cues: [], de_escalation: 稳定, required_actions: [], seed_trace: 测试}
"""


def test_the_small_list_itself_is_sound() -> None:
    assert triage("楼上吵，对方持刀扬言", parse_lexicon(SMALL_LIST, SMALL_RISKS)).risk_kinds == ["threat"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("lead: village", "lead: villages", r"categories\.yaml: neighbor_noise: .*villages"),
        ("cooperating: [police]", "cooperating: [village]", "neighbor_noise: 重复：village"),
        ("statutory_track: mediation", "statutory_track: petition", "neighbor_noise: .*petition"),
        ("seq: 2", "seq: 3", "other_civil_dispute: 序号应为2"),
        ("expected_leaf_count: 2", "expected_leaf_count: 81", "声明81行，实有2行"),
        ("code: neighbor_noise", "code: other_civil_dispute", "重复：other_civil_dispute"),
        ("{letter: other_civil_dispute}", "{letter: petition}", "source_context: .*petition"),
        ("code: other_civil_dispute", "code: others", "没有的代码：other_civil_dispute"),
        ("[楼上吵]", "[吵]", "neighbor_noise: .*不足两个字"),
        ("[楼上吵]", "[楼…上…吵]", "neighbor_noise: .*省略号"),
        ("[楼上吵]", "[楼上…]", "neighbor_noise: .*省略号"),
        ("[楼上吵]", "[楼上 吵]", "neighbor_noise: .*不含空格"),
        ("[楼上吵]", "[KTV]", "neighbor_noise: .*小写"),
        ("[楼上吵]", "[噪声]", "neighbor_noise: 重复：噪声"),
        ("[楼上吵]", "[打电话]", "neighbor_noise: “打电话”同时列为无害用语"),
        ("lead: village", "leader: village", r"categories\.yaml:\d+: groups\.0\.categories\.0"),
        ("default_colour: blue", "default_colour: orange", r"categories\.yaml:15: .*default_colour"),
        ("groups:", "groups: [", r"categories\.yaml:\d+: not valid YAML"),
    ],
)
def test_a_broken_list_is_refused_by_file_and_row(old: str, new: str, where: str) -> None:
    assert old in SMALL_LIST
    with pytest.raises(PolicyInvalid, match=where):
        parse_lexicon(SMALL_LIST.replace(old, new, 1), SMALL_RISKS)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('categories: ["*"]', "categories: [noise]", r"risk_kinds\.yaml: threat: .*noise"),
        ("expected_count: 1", "expected_count: 15", r"risk_kinds\.yaml: 声明15行，实有1行"),
        ("police_first: true", "police_frist: true", r"risk_kinds\.yaml:\d+: .*police_frist"),
        ("keywords: [扬言]", "keywords: [炸]", r"risk_kinds\.yaml: threat: .*不足两个字"),
        ("keywords: [孩子]", "keywords: [打电话]", r"risk_kinds\.yaml: minor: “打电话”"),
    ],
)
def test_a_broken_kind_is_refused_by_file_and_row(old: str, new: str, where: str) -> None:
    assert old in SMALL_RISKS
    with pytest.raises(PolicyInvalid, match=where):
        parse_lexicon(SMALL_LIST, SMALL_RISKS.replace(old, new, 1))

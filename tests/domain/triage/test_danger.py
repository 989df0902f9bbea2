"""The frames of danger: each hears its own sentence and not its look-alike; scopes, dialect, slips, positions."""

from __future__ import annotations

import pytest

from domain.errors import PolicyInvalid
from domain.triage.hearing.frames import Frame, parse_danger
from domain.triage.hearing.pieces import NOTHING_TO_SHOW, Pieces
from domain.triage.hearing.reading import Reading, read
from domain.triage.triage import Triage, triage
from infra.runtime.policy_files import PLAYBOOKS, read_lexicon

LEXICON = read_lexicon()
DANGER = (PLAYBOOKS / "danger.yaml").read_text("utf-8")
EAR = LEXICON.ear
assert LEXICON.danger is not None
assert EAR is not None


def frames(text: str) -> set[str]:
    """The codes of the frames heard, whatever scope lies over them."""
    assert EAR is not None
    reading = renamed(text)
    found = LEXICON.matcher.find(reading.text)
    return {heard.frame.code for heard in EAR.hear(reading, found, EAR.scopes(found))}


def renamed(text: str) -> Reading:
    """A text with words of dialect and slips put right."""
    assert EAR is not None
    reading = read(text)
    return EAR.renamed(reading, LEXICON.matcher.find(reading.text))


def judged(text: str) -> Triage:
    return triage(text, LEXICON)


@pytest.mark.parametrize("frame", LEXICON.danger.frames, ids=lambda frame: frame.code)
def test_each_frame_hears_its_own_sentence_and_not_the_one_that_is_unlike(frame: Frame) -> None:
    assert frame.code in frames(frame.hears)
    assert frame.code not in frames(frame.unlike)


@pytest.mark.req("H-063", "J-030")
@pytest.mark.parametrize(
    "text",
    [
        "他放话说孩子判给谁谁就得办丧事",
        "伊讲我再去告就把我弄煞",
        "個男的提著菜刀在我家門口",
        "他要跳搂，人在楼顶坐着",
        "冇得二话，今夜就把你搞死",
        "我被婆家反锁在二楼，三天没吃的",
    ],
)
def test_danger_said_obliquely_in_dialect_mistyped_or_in_traditional_script_is_red(text: str) -> None:
    """“个别邻里纠纷演化成刑案”."""
    found = judged(text)
    assert (found.police, found.divertible, found.urgency, found.colour) == (True, False, 3, "red")


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("电视里播了外地业主持刀伤人案，物业借此收安保费", "hearsay"),
        ("请问他扬言放火要判几年", "law_question"),
        ("搞错了，说他拿刀追人是误会", "retracted"),
    ],
)
def test_what_a_scope_lies_over_is_asked_about_and_neither_police_first_nor_diverted(text: str, scope: str) -> None:
    found = judged(text)
    assert (found.police, found.divertible) == (False, False)
    assert found.unsure
    assert found.urgency == 2
    assert any(words.startswith("拿不准，立即询问") for words in found.urgency_because)


@pytest.mark.parametrize("text", ["租户为《绝命毒师》海报胶印赔偿一百元意见不一", "双方并无持刀，只为车位争了两句"])
def test_a_title_and_a_denial_leave_nothing_to_ask(text: str) -> None:
    found = judged(text)
    assert (found.police, found.unsure) == (False, [])


@pytest.mark.parametrize("word", ["传销", "威胁", "判刑"])
def test_an_offence_named_in_passing_sends_nobody_and_is_asked_about_beside_danger(
    word: str,
) -> None:
    calm, grave = judged(f"我想换物业，群里有人提到{word}"), judged(f"他今晚带人到家门口，说起{word}")
    assert (calm.police_heard, calm.unsure) == (False, [])
    assert not grave.divertible
    assert grave.police or word in [cue.text for cue in grave.unsure]


def test_a_letter_is_weighed_by_passages_so_that_no_length_hides_danger_or_lends_it() -> None:
    letter = "您好，我是翠苑小区业主。外墙瓷砖脱落，严重威胁居民生命安全，存在火灾隐患，请住建部门派人查看。" * 6
    assert (judged(letter).police, judged(letter).unsure) == (False, [])
    found = judged(f"{letter}昨晚对门又拿着菜刀堵在我家门口，说今天要砍死我儿子。{letter}")
    assert found.police_heard
    assert any("菜刀" in cue.text for cue in found.cues if cue.why == "police_first")


@pytest.mark.req("Q-031")
def test_both_axes_tell_their_reasons() -> None:
    found = judged("他提着镰刀在我家门口转，说地埂不让就割我脚筋")
    assert found.urgency_because
    assert found.urgency_because[0].startswith("手持凶器：")
    assert found.harm_because
    assert all(words.endswith("）") for words in found.harm_because)


@pytest.mark.parametrize("text", ["ＡＢ　　他在楼頂坐着要往下跳", "  冇得二话，\n今夜就把你搞死", "他拿㎏刀在门口"])
def test_every_cue_stands_where_it_says_in_the_narrative_as_it_was_typed(text: str) -> None:
    for cue in judged(text).cues:
        assert cue.start is not None
        assert cue.end is not None
        assert 0 <= cue.start < cue.end <= len(text)
        assert renamed(text[cue.start : cue.end]).text == renamed(cue.text).text


def test_the_net_raises_by_pieces_that_stand_in_the_text_and_is_silent_on_nothing() -> None:
    assert LEXICON.net is not None
    pieces = Pieces(LEXICON.net)
    like = pieces.weigh(LEXICON.matcher.find(read("她抱着娃在水渠边走来走去，嘴里说下面凉快").text))
    assert like.score > NOTHING_TO_SHOW
    assert all(piece in "她抱着娃在水渠边走来走去，嘴里说下面凉快" for piece in like.strongest)
    assert pieces.weigh(LEXICON.matcher.find("")).strongest == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("when: 持 *凶器", "when: 持 *兵刃", "weapon_held: 没有这类词：兵刃"),
        ("code: weapon_used", "code: weapon_held", "重复的代码：weapon_held"),
        ("reach: clause", "reach: page", "reach"),
    ],
)
def test_a_wrong_row_is_refused_by_name(old: str, new: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=said):
        parse_danger(DANGER.replace(old, new, 1))

"""The stories of `design/process.md`, each the life of one dispute, end to end on the real server; each prints its
timeline (`pytest -s`)."""

from __future__ import annotations

import pytest

from api.cli.stories import OWN, STORIES, StoryBroken, Telling, play, play_one
from tests.instance import Instance


def names_of(playbook: str) -> list[str]:
    """The stories a mechanism tells."""
    return [story.name for story in STORIES.values() if playbook in story.playbooks]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("masks", marks=pytest.mark.req("J-022", "J-023", "J-024")),
        pytest.param("the-car", marks=pytest.mark.req("J-030", "J-031", "J-032")),
        pytest.param("goods-and-payment", marks=pytest.mark.req("J-040", "J-042", "J-044")),
        pytest.param("domestic-violence", marks=pytest.mark.req("Q-097")),
        pytest.param("nobody-answers", marks=pytest.mark.req("Q-084", "W-032", "W-044")),
        pytest.param("relapse", marks=pytest.mark.req("W-090", "W-091", "W-092")),
        pytest.param("batch-of-notices", marks=pytest.mark.req("R-062", "R-063", "R-064")),
    ],
)
def test_a_story_of_jinhua(jinhua: Instance, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(jinhua, name, "jinhua", capsys)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("return-until-resolved", marks=pytest.mark.req("Q-047", "Q-048", "Q-049")),
        pytest.param("up-the-ladder", marks=pytest.mark.req("Q-092", "Q-093", "Q-096")),
        pytest.param("domestic-violence", marks=pytest.mark.req("Q-097")),
        pytest.param("nobody-answers", marks=pytest.mark.req("Q-084", "W-032", "W-044")),
    ],
)
def test_a_story_of_qionglai(qionglai: Instance, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(qionglai, name, "qionglai", capsys)


@pytest.mark.parametrize("name", [pytest.param("three-earlies", marks=pytest.mark.req("W-043", "W-080", "W-081"))])
def test_a_story_of_wuwei(wuwei: Instance, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(wuwei, name, "wuwei", capsys)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("level-by-level", marks=pytest.mark.req("R-090", "R-100", "R-103")),
        pytest.param("batch-of-notices", marks=pytest.mark.req("R-060", "R-061", "R-063")),
    ],
)
def test_a_story_of_fused_policing(ronghe: Instance, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(ronghe, name, "ronghe", capsys)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("fire-passage", marks=pytest.mark.req("H-042", "H-043", "H-044")),
        pytest.param("noise-on-the-fifth-floor", marks=pytest.mark.req("H-062", "H-063", "H-064")),
        pytest.param("the-lift", marks=pytest.mark.req("H-001", "H-002", "H-003")),
    ],
)
def test_a_story_of_huangshi(huangshi: Instance, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(huangshi, name, "huangshi", capsys)


@pytest.mark.parametrize("name", OWN)
def test_what_huangshi_says_of_itself_holds_on_the_real_server(huangshi: Instance, name: str) -> None:
    assert play(huangshi.county, [name], own=True) == 1


@pytest.mark.parametrize("name", OWN)
def test_what_the_two_say_of_themselves_holds_on_the_real_server(wuwei: Instance, ronghe: Instance, name: str) -> None:
    played = [play(instance.county, [name], own=True) for instance in (wuwei, ronghe)]
    assert played == [name != "returned", True], "武威 has no stage of evaluation"


def tell(instance: Instance, name: str, playbook: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Plays a story and looks at what it printed."""
    telling = play_one(instance.county, STORIES[name], playbook)
    told = capsys.readouterr().out
    print(told)
    for entry in telling.county.timeline(telling.number):
        assert f"{entry['seq']:>3}  " in told
        assert entry["title"] in told


TOLD = {
    test_a_story_of_jinhua: "jinhua",
    test_a_story_of_qionglai: "qionglai",
    test_a_story_of_wuwei: "wuwei",
    test_a_story_of_fused_policing: "ronghe",
    test_a_story_of_huangshi: "huangshi",
}


def test_every_story_of_a_mechanism_is_told_here() -> None:
    for test, playbook in TOLD.items():
        [told] = [mark for mark in vars(test)["pytestmark"] if mark.name == "parametrize"]
        assert sorted(case.values[0] for case in told.args[1]) == sorted(names_of(playbook))


def test_the_registry_has_the_stories_that_the_first_edition_must_tell() -> None:
    assert [story.number for story in STORIES.values()] == list(range(1, 15))
    assert all(story.requirements for story in STORIES.values())


def test_a_playing_does_not_join_an_earlier_one(jinhua: Instance) -> None:
    first, second = (play_one(jinhua.county, STORIES["masks"], "jinhua").number for _ in range(2))
    assert first != second


def test_a_story_that_does_not_hold_is_broken_with_a_sentence(jinhua: Instance) -> None:
    telling = Telling(jinhua.county, "jinhua")
    with pytest.raises(StoryBroken, match="应有一份协议"):
        telling.expect([], "应有一份协议")


def test_the_command_plays_the_named_stories_and_says_what_it_leaves_out(jinhua: Instance) -> None:
    played = jinhua.santui("stories", "masks", "up-the-ladder")
    assert played.returncode == 0, played.stderr
    assert "✓ 1「口罩」" in played.stdout
    assert "跳过 8「逐级联调」：属qionglai" in played.stdout
    assert jinhua.santui("stories", "no-such-story").returncode == 2


def test_the_command_shows_a_dispute(jinhua: Instance) -> None:
    number = play_one(jinhua.county, STORIES["masks"], "jinhua").number
    shown = jinhua.santui("show", number)
    assert shown.returncode == 0, shown.stderr
    assert number in shown.stdout
    assert "达成调解协议" in shown.stdout
    assert jinhua.santui("show", "D1999-000001").returncode == 1

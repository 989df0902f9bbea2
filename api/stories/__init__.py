"""The stories of the process, played against the running system: readable scripts that check as they go."""

from __future__ import annotations

from api.client import County
from api.show import console
from api.stories import anywhere, jinhua, qionglai
from api.stories.telling import Story, StoryBroken, Telling

__all__ = ["STORIES", "Story", "StoryBroken", "Telling", "play", "play_one"]

STORIES: dict[str, Story] = {
    story.name: story
    for story in (
        Story("masks", 1, "口罩", ("jinhua",), ("J-021", "J-022", "J-023", "J-024", "J-025"), jinhua.masks),
        Story("the-car", 2, "4S店的车", ("jinhua",), ("J-030", "J-031", "J-032"), jinhua.the_car),
        Story(
            "goods-and-payment", 3, "货与款", ("jinhua",), ("J-040", "J-041", "J-042", "J-043", "J-044", "J-045"),
            jinhua.goods_and_payment,
        ),
        Story(
            "return-until-resolved", 7, "退回直至化解", ("qionglai",), ("Q-045", "Q-046", "Q-047", "Q-048", "Q-049"),
            qionglai.return_until_resolved,
        ),
        Story(
            "up-the-ladder", 8, "逐级联调", ("qionglai",),
            ("Q-090", "Q-091", "Q-092", "Q-093", "Q-094", "Q-095", "Q-096"), qionglai.up_the_ladder,
        ),
        Story(
            "nobody-answers", 10, "无人办理", ("jinhua", "qionglai"), ("Q-033", "Q-034", "Q-036", "W-032"),
            anywhere.nobody_answers,
        ),
        Story("relapse", 11, "反弹", ("jinhua",), ("W-090", "W-091", "W-092"), jinhua.relapse),
    )
}  # fmt: skip
"""By name, in the order of `design/process.md`, whose numbers they carry."""


def play(county: County, names: list[str]) -> None:
    """Plays stories one after the other, leaving out those of other cities' mechanisms, and says which and why.

    Raises:
        StoryBroken: the system did not do what a story says.
    """
    playbook = current_playbook(county)
    for story in (STORIES[name] for name in names):
        if playbook in story.playbooks:
            play_one(county, story, playbook)
        else:
            console.print(
                f"[dim]跳过 {story.number}「{story.title}」：属{'、'.join(story.playbooks)}，现为{playbook}[/]"
            )


def play_one(county: County, story: Story, playbook: str) -> Telling:
    """Plays one story; answers the telling, whose dispute may be looked at."""
    console.rule(f"{story.number}「{story.title}」 {' '.join(story.requirements)}")
    telling = Telling(county, playbook)
    story.script(telling)
    console.print(f"[green]✓[/] {story.number}「{story.title}」 {telling.number}")
    return telling


def current_playbook(county: County) -> str:
    """The mechanism that new disputes of the running system start under."""
    return next(str(book["code"]) for book in county.supervisor.get("/v1/playbooks")["items"] if book["current"])

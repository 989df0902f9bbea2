"""The stories of the process, played against the running system: readable scripts that check as they go."""

from __future__ import annotations

from api.cli.client import County
from api.cli.show import console
from api.cli.stories import anywhere, hazards, huangshi, jinhua, own, passage, qionglai, ronghe, violence, wuwei
from api.cli.stories.telling import Story, StoryBroken, Telling
from domain.policy.process import Process
from domain.policy.stages import STAGE_NAMES, Stage

__all__ = ["OWN", "STORIES", "Story", "StoryBroken", "Telling", "play", "play_one"]

STORIES: dict[str, Story] = {
    story.name: story
    for story in (
        Story("masks", 1, "口罩", ("jinhua",), ("J-021", "J-022", "J-023", "J-024", "J-025"), jinhua.masks),
        Story("the-car", 2, "4S店的车", ("jinhua",), ("J-030", "J-031", "J-032"), jinhua.the_car),
        Story(
            "goods-and-payment", 3, "货与款", ("jinhua",), ("J-040", "J-041", "J-042", "J-043", "J-044", "J-045"),
            jinhua.goods_and_payment,
        ),
        Story("fire-passage", 4, "消防通道", ("huangshi",), ("H-041", "H-042", "H-043", "H-044"), passage.fire_passage),
        Story(
            "noise-on-the-fifth-floor", 5, "五楼噪声", ("huangshi",), ("H-062", "H-063", "H-064", "H-069"),
            huangshi.noise_on_the_fifth_floor,
        ),
        Story("the-lift", 6, "加装电梯", ("huangshi",), ("H-001", "H-002", "H-003", "H-041"), huangshi.the_lift),
        Story(
            "return-until-resolved", 7, "退回直至化解", ("qionglai",), ("Q-045", "Q-046", "Q-047", "Q-048", "Q-049"),
            qionglai.return_until_resolved,
        ),
        Story(
            "up-the-ladder", 8, "逐级联调", ("qionglai",),
            ("Q-090", "Q-091", "Q-092", "Q-093", "Q-094", "Q-095", "Q-096"), qionglai.up_the_ladder,
        ),
        Story("domestic-violence", 9, "家暴", ("jinhua", "qionglai"), ("Q-097",), violence.domestic_violence),
        Story(
            "nobody-answers", 10, "无人办理", ("jinhua", "qionglai"), ("Q-033", "Q-034", "Q-036", "W-032"),
            anywhere.nobody_answers,
        ),
        Story("relapse", 11, "反弹", ("jinhua",), ("W-090", "W-091", "W-092"), jinhua.relapse),
        Story("batch-of-notices", 12, "隐患提示函", ("jinhua", "ronghe"),
              ("R-060", "R-061", "R-062", "R-063", "R-064"), hazards.batch_of_notices),
        Story(
            "three-earlies", 13, "三早", ("wuwei",),
            ("W-012", "W-030", "W-043", "W-052", "W-080", "W-081", "W-082", "W-090"),
            wuwei.three_earlies,
        ),
        Story(
            "level-by-level", 14, "四级联动", ("ronghe",), ("R-072", "R-090", "R-091", "R-100", "R-103"),
            ronghe.level_by_level,
        ),
    )
}  # fmt: skip
"""By name, in the order of `design/process.md`, whose numbers they carry; from 13 on other cities' reports."""


OWN: dict[str, Story] = {
    story.name: story
    for story in (
        Story("whole-way", 0, "走完全程", (), (), own.whole_way),
        Story("silence", 0, "无人办理", (), (), own.silence),
        Story("returned", 0, "退回重办", (), (), own.returned, needs=(Stage.EVALUATION,)),
        Story("every-session", 0, "逐级联调", (), (), own.up_the_ladder, needs=(Stage.MEDIATION,)),
        Story("flares-up-again", 0, "反弹", (), (), own.relapse, needs=(Stage.FOLLOW_UP,)),
    )
}
"""What any mechanism says of itself, as far as it has the stages."""


def play(county: County, names: list[str], *, own: bool = False) -> int:
    """Plays stories one after the other, leaving out those that are not this mechanism's, and says which and why.

    `own` plays what the mechanism says of itself. Answers how many were played.

    Raises:
        StoryBroken: the system did not do what a story says.
    """
    playbook, process, played = current_playbook(county), current_process(county), 0
    for story in ((OWN if own else STORIES)[name] for name in names):
        if own and (missing := [stage for stage in story.needs if not process.has(stage)]):
            lacking = "、".join(STAGE_NAMES[stage] for stage in missing)
            console.print(f"[dim]跳过{story.label}：{playbook}没有{lacking}环节[/]")
        elif not own and playbook not in story.playbooks:
            console.print(f"[dim]跳过 {story.label}：属{'、'.join(story.playbooks)}，现为{playbook}[/]")
        else:
            play_one(county, story, playbook)
            played += 1
    return played


def play_one(county: County, story: Story, playbook: str) -> Telling:
    """Plays one story; answers the telling, whose dispute may be looked at."""
    console.rule(f"{story.label} {' '.join(story.requirements)}".strip())
    telling = Telling(county, playbook)
    story.script(telling)
    console.print(f"[green]✓[/] {story.label} {telling.number}")
    return telling


def current_playbook(county: County) -> str:
    """The mechanism that new disputes of the running system start under."""
    return next(str(book["code"]) for book in county.playbooks() if book["current"])


def current_process(county: County) -> Process:
    """The process part of that mechanism."""
    return next(Process.model_validate(book["process"]) for book in county.playbooks() if book["current"])

"""分流: whether a dispute goes to whose matter it is (push 3) past the police's own pushes.

Both principles of H-033 at once: 应分流尽分流 (what should go does go) and 非必要不分流 (what need not go stays). In
this order: the police come first or the scene is not safe: never; the source never diverts: never; it is not known
whether its words tell of danger, or well enough whose matter it is, or the police have taken it back once: a person
decides; the responsibility list gives it to another authority and the source diverts: it must; else it may. Who decided
what, and why, is `DiversionRecord`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from domain.base import Model

Verdict = Literal["must", "may", "never"]
"""must: goes by itself once the desk has confirmed; may: a person says so; never: nobody may."""
GroundCode = Literal[
    "police_first",
    "scene_unsafe",
    "source_never",
    "unsure",
    "doubtful",
    "low_confidence",
    "recalled",
    "police_matter",
    "source_may",
    "listed",
]
DIVERT_CONFIDENCE = 0.4
"""Below this it is not known whose matter it is, so it can't go there by itself (H-033 非必要不分流). Measured on 81
records written after the cues: three of 19 below it were put right, 55 of 62 above."""
MOST_SHOWN = 3
"""Of the words that are to be asked about so many are shown."""
VERDICTS: dict[Verdict, str] = {"must": "应分流", "may": "可以分流", "never": "不得分流"}


class Ground(Model):
    """One reason of a verdict: its code for programs, its words for people."""

    code: GroundCode
    text: str


class Diversion(Model):
    """A verdict with all the grounds that led to it, in the order of the rules; never without one."""

    verdict: Verdict
    grounds: list[Ground]

    @property
    def words(self) -> str:
        """The verdict and its grounds, as people read them."""
        return f"{VERDICTS[self.verdict]}：{'；'.join(ground.text for ground in self.grounds)}"


def judge(
    *,
    police: bool,
    source: str,
    source_says: Verdict,
    confidence: float,
    elsewhere: bool,
    category_name: str = "",
    unsure: Sequence[str] = (),
    doubtful: bool = False,
    scene_safe: bool | None = None,
    scene_first: bool = False,
    recalled: bool = False,
) -> Diversion:
    """The verdict on diverting a dispute.

    Args:
        police: the police come first: danger, an offence, a category that the police lead.
        source: what the source is called, for the words.
        source_says: what the city's mechanism says of this source.
        confidence: 0..1, how far the category is to be trusted; 1 where a person has said it.
        elsewhere: the row of the responsibility list gives the matter to another authority (`non_police`).
        category_name: what the row is called, for the words.
        unsure: reported words of which it is not known whether they tell of danger.
        doubtful: there is nothing to ask, and yet something may be danger.
        scene_safe: 现场已稳控 (H-041); none where nobody has said, or there is no scene.
        scene_first: nothing goes before somebody has said that the scene is (“稳控现场后，民警‘派单’”).
        recalled: the police have taken it back before (分流不分家, H-046).
    """
    never = [
        *_if(police, "police_first", "须公安先行处置"),
        *_if(scene_safe is False, "scene_unsafe", "现场尚未稳控"),
        *_if(scene_first and scene_safe is None, "scene_unsafe", "尚无人确认现场已稳控"),
        *_if(source_says == "never", "source_never", f"按工作机制，来源“{source}”的事项不分流"),
    ]
    may = [
        *_if(
            bool(unsure),
            "unsure",
            f"拿不准是否有危险（{'、'.join(unsure[:MOST_SHOWN])}），请立即询问，问清后由研判人员决定",
        ),
        *_if(doubtful, "doubtful", "用语与涉险警情相近，不能排除危险，由研判人员决定"),
        *_if(
            confidence < DIVERT_CONFIDENCE,
            "low_confidence",
            f"类别判断把握不足（{confidence:.2f}，低于{DIVERT_CONFIDENCE}），由研判人员决定",
        ),
        *_if(recalled, "recalled", "公安曾收回，不再自动分流，由公安决定"),
        *_if(not elsewhere, "police_matter", f"责任清单未将“{category_name}”列为其他单位主管，由研判人员决定"),
        *_if(source_says == "may", "source_may", f"按工作机制，来源“{source}”的事项由研判人员决定"),
    ]
    must = [Ground(code="listed", text=f"责任清单中“{category_name}”由其他单位主管，来源“{source}”应分流尽分流")]
    if never:
        return Diversion(verdict="never", grounds=never)
    return Diversion(verdict="may", grounds=may) if may else Diversion(verdict="must", grounds=must)


def _if(holds: bool, code: GroundCode, text: str) -> list[Ground]:
    return [Ground(code=code, text=text)] if holds else []

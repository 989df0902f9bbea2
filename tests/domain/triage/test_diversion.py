"""Whether a dispute is diverted: the order of the rules, and the words of the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from domain.triage.diversion import DIVERT_CONFIDENCE, Diversion, judge

LISTED: dict[str, Any] = {
    "police": False, "source": "12345", "source_says": "must", "confidence": 0.9, "elsewhere": True,
    "category_name": "停车纠纷",
}  # fmt: skip


def verdict(**more: Any) -> Diversion:
    return judge(**{**LISTED, **more})


def codes(**more: Any) -> tuple[str, list[str]]:
    found = verdict(**more)
    return found.verdict, [ground.code for ground in found.grounds]


@pytest.mark.req("H-033", "H-034")
def test_what_the_list_gives_to_another_and_the_source_diverts_must_go() -> None:
    """“应分流尽分流”."""
    assert codes() == ("must", ["listed"])
    assert verdict().words == "应分流：责任清单中“停车纠纷”由其他单位主管，来源“12345”应分流尽分流"


@pytest.mark.req("H-033", "H-041")
@pytest.mark.parametrize(
    ("more", "grounds"),
    [
        ({"police": True}, ["police_first"]),
        ({"scene_safe": False}, ["scene_unsafe"]),
        ({"source_says": "never"}, ["source_never"]),
        ({"police": True, "scene_safe": False}, ["police_first", "scene_unsafe"]),
    ],
)
def test_what_may_not_go_never_goes_whatever_the_list_says(more: dict[str, Any], grounds: list[str]) -> None:
    """“非必要不分流”, and “稳控现场后，民警‘派单’”."""
    assert codes(**more) == ("never", grounds)
    assert codes(confidence=0, recalled=True, elsewhere=False, **more) == ("never", grounds)


@pytest.mark.req("H-033")
@pytest.mark.parametrize(
    ("more", "ground"),
    [
        ({"confidence": DIVERT_CONFIDENCE - 0.01}, "low_confidence"),
        ({"unsure": ["天台"]}, "unsure"),
        ({"doubtful": True}, "doubtful"),
        ({"recalled": True}, "recalled"),
        ({"elsewhere": False}, "police_matter"),
        ({"source_says": "may"}, "source_may"),
    ],
)
def test_what_is_not_certain_a_person_decides(more: dict[str, Any], ground: str) -> None:
    assert codes(**more) == ("may", [ground])
    assert codes(scene_safe=True, **more) == ("may", [ground])

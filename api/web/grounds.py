"""What stands behind a field of a form (依据): an article of law, the county's own report, the meaning of a figure.

Nothing here is anybody's opinion: a report is quoted to the letter of `docs/requirements.yaml`, a figure's meaning is
its definition's, and of a law it is said which article and what the system holds people to because of it
(`tests/api/web/test_grounds.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from api.web.forms import Control
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import REPORTS


class Law(NamedTuple):
    """An article, and what the system holds people to because of it."""

    article: str
    holds: str


class Report(NamedTuple):
    """A line of one of the five reports: its id, and its words to the letter."""

    line: str
    words: str


class Figure(NamedTuple):
    """An indicator that counts what is filled in, by its code."""

    code: str


Ground = Law | Report | Figure
REPORT_OF = {"qionglai": "Q", "wuwei": "W", "ronghe": "R", "huangshi": "H", "jinhua": "J"}
"""The report that a mechanism follows, by its playbook's code: no county is shown another's."""
_COLOUR = (
    Report("Q-031", "依据现实危害性和轻重缓急程度"),
    Report("Q-032", "标注‘红黄蓝’三色预警提示"),
    Report("Q-033", "红色预警1天内介入处置,后期持续跟进"),
    Report("Q-034", "黄色预警1周内处置"),
)
_VISIT = (
    Report("Q-051", "对接处警后仍可能存在风险隐患的矛盾纠纷开展后期跟踪回访"),
    Report("W-090", "对已化解的矛盾纠纷,组织民警定期进行回访"),
    Report("W-091", "跟踪了解双方当事人的思想动态,及时掌握化解效果"),
)
_RATED = {"satisfaction": (Figure("satisfaction_rate"),), "response_satisfaction": (Figure("police_satisfaction"),)}
GROUNDS: dict[str, dict[str, tuple[Ground, ...]]] = {
    "recolour": {"colour": _COLOUR},
    "confirm_triage/correct": {"colour": _COLOUR},
    "apply_protection/apply": {
        "urgent": (
            Law("反家庭暴力法第28条", "法院在72小时内裁定，情况紧急的24小时内"),
            Report("Q-097", "配合出具司法确认和家暴事件人身保护令"),
        ),
    },
    "court_protection/granted": {"until": (Law("反家庭暴力法第30条", "保护令有效期自作出之日起不超过六个月"),)},
    "mediate/agreed": {
        "confirmation": (
            Law(
                "民诉法解释第355条",
                "协议涉及婚姻、亲子、收养等身份关系的确认或解除，或者物权、知识产权的确权的，法院不予受理司法确认",
            ),
            Report("Q-096", "调解结果由市法院进行司法确认"),
        ),
    },
    "mediate/refused": {"informed": (Law("人民调解法第26条", "终止调解须先告知其他途径"),)},
    "visit/stable": {"summary": _VISIT, **_RATED},
    "visit/relapsed": {
        "summary": (
            *_VISIT,
            Report("W-092", "对回访中发现的不稳定苗头及时跟进解决,防止矛盾纠纷升级反弹"),
            Figure("recurrence_rate"),
        ),
        "colour": _COLOUR,
        **_RATED,
    },
}
"""By form (an action, or a task's kind and decision) and field."""


def grounded(controls: Iterable[Control], form: str, playbook: str) -> None:
    """Gives the fields of a form what stands behind them, in a county of that playbook."""
    grounds, own = GROUNDS.get(form, {}), REPORT_OF.get(playbook, "")
    for control in controls:
        found = grounds.get(control.name, ())
        control.grounds = [_said(each) for each in found if not isinstance(each, Report) or each.line[0] == own]


def _said(ground: Ground) -> tuple[str, str]:
    """A ground as its source and its words."""
    match ground:
        case Law(article, holds):
            return article, holds
        case Report(line, words):
            return REPORTS[line[0]], f"“{words}”"
        case Figure(code):
            return f"指标口径·{DEFINITIONS[code].name}", DEFINITIONS[code].formula

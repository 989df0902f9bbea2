"""What a court does not confirm: an agreement with such a term is not taken to it (民诉法解释 第355条)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_STATUS = re.compile(
    r"(自愿|同意|协议|办理)离婚|"
    r"(确认|解除|终止|恢复).{0,8}(婚姻|亲子|父子|母子|父女|母女|收养|抚养)关系|"
    r"(婚姻|亲子|收养)关系.{0,6}(有效|无效|解除)"
)
_TITLE = re.compile(
    r"确权|(确认|认定|确定).{0,14}(所有权|使用权|承包经营权|物权|产权|专利权|商标权|著作权)|"
    r"(所有权|使用权|承包经营权|产权|专利权|商标权|著作权)(归|属于?).{0,10}(所有|享有)?"
)
_WHY = (
    (_STATUS, "协议涉及婚姻、亲子、收养等身份关系的确认或解除"),
    (_TITLE, "协议涉及物权或知识产权的确权"),
)


def not_confirmable(terms: Iterable[str]) -> str:
    """Why a court would not take an agreement of these terms up; empty where nothing says so."""
    for cue, why in _WHY:
        for term in terms:
            if cue.search(term):
                return (
                    f"{why}（“{term[:30]}”），法院不予受理司法确认（民诉法解释第355条）；请不选司法确认，并告知其他途径"
                )
    return ""

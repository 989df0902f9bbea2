"""预警: the levels that a colour's warning goes to, and the emergency lane in which no desk is waited for.

“完善市、县、派出所三级预警运行机制”, “第一时间处置各类警情和突发状况” (W-060, W-062).
"""

from __future__ import annotations

from domain.case.case import Case
from domain.policy.process import Process

WARNED = "warned"


def at_once(process: Process, source: str, colour: str) -> bool:
    """Whether the first push opens as soon as it is known: by the source, or by the colour whatever the source."""
    listed, warning = process.sources.get(source), process.warnings.get(colour)
    return bool((listed and listed.push_at_once) or (warning and warning.at_once))


def warn(case: Case) -> None:
    """Tells the levels that the colour's warning goes to; each hears of a colour when the case gets it."""
    s = case.state
    warning = s.process.warnings.get(s.colour)
    posts = case.posts(warning.told) if warning else []
    if not posts:
        return
    words = s.process.words
    roles = "、".join(dict.fromkeys(words.role_name(post.role) for post in posts))
    case.log(WARNED, f"{s.process.colours[s.colour].name}预警，已通报{roles}", colour=s.colour,
             told=[[post.role, post.path] for post in posts])  # fmt: skip

"""预警: the levels that a colour's warning goes to.

“完善市、县、派出所三级预警运行机制” (W-060). The lane in which no desk is waited for is `Process.at_once` (W-062).
"""

from __future__ import annotations

from domain.case.case import Case

WARNED = "warned"


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

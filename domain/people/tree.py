"""The tree of organisations as it changes: what moves along with what, and who answers at the paths that were.

A case goes on under the paths that it began with. Whoever holds a post of an organisation answers for the same role at
every path that it, or one merged into it, had before: so a change of the tree is one transaction, and at no moment does
an open task wait for nobody. [DESIGN]; a case has somebody who holds it at every moment: Q-023.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain.errors import Conflict
from domain.people.organisation import Post, is_root, within


def moved(paths: Mapping[str, str], code: str, under: str) -> dict[str, str]:
    """The new paths, by code, of an organisation that moves under another, and of all below it. `paths`: those of now.

    Raises:
        Conflict: the other lies below it, or it is the whole tree.
    """
    old, above = paths[code], paths[under]
    if within(above, old):
        raise Conflict("不能移到本单位或其下级单位之下")
    if is_root(old):
        raise Conflict("最上级单位不能移动或并入其他单位")
    new = f"{above}/{code}"
    return {each: new + path.removeprefix(old) for each, path in paths.items() if within(path, old) and path != new}


def merged(paths: Mapping[str, str], sources: Collection[str], into: str) -> dict[str, str]:
    """The new paths, by code, of all below organisations that are merged into another (撤并); they themselves end.

    Raises:
        Conflict: one of them is the other, lies above it, or is the whole tree.
    """
    found: dict[str, str] = {}
    for source in sources:
        old = paths[source]
        if within(paths[into], old) or is_root(old):
            raise Conflict("不能并入本单位或其下级单位")
        below = {each: path for each, path in paths.items() if path.startswith(f"{old}/")}
        found |= {each: paths[into] + path.removeprefix(old) for each, path in below.items()}
    return found


def successor_of(code: str, successors: Mapping[str, str]) -> str:
    """The organisation that answers for another now: itself, or where it was merged, over as many steps as it takes."""
    while code in successors:
        code = successors[code]
    return code


def inherited(post: Post, was: Mapping[str, Collection[str]]) -> list[Post]:
    """The posts that follow from one: the same role at each path that its organisation, or one merged into it, had
    before. `was`: the former paths by that of who answers for them now.
    """
    return [Post(role=post.role, path=old) for old in was.get(post.path, ()) if old != post.path]

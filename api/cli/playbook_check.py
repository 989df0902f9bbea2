"""`santui playbook check | graph | diff`: a city's file tried without starting anything, gone through by every way that
a case may take, and compared with the people loaded here; drawn; two of them side by side in words.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import typer

from api.exploration.drawing import mermaid, svg
from api.exploration.explorer import Bounds, Explorer
from api.exploration.findings import tried
from api.operations.startup_notices import notice_messages
from domain.errors import PolicyInvalid, StoreUnavailable
from domain.policy.comparing.differences import differences
from domain.policy.playbook import Playbook
from infra.runtime.policy_files import read_file, read_lexicon, read_policy
from infra.runtime.settings import Settings, get_settings


def check(named: str | None, within: tuple[int, int, float] | None) -> int:
    """Says of a file, or of the playbook of a code, what is wrong with it; the exit code is 1 if it can't be used, or
    if a case goes wrong under it: `within` so many rounds, interruptions and seconds every way is gone, else none is.

    Posts that nobody holds are reported and are no mistake: people come and go.
    """
    settings = get_settings()
    try:
        playbook = _read(named or settings.playbook)
    except PolicyInvalid as error:
        typer.echo(error.detail, err=True)
        return 1
    stages = " → ".join(playbook.process.words.stage(stage) for stage in playbook.process.stages)
    typer.echo(f"{playbook.name} ({playbook.code}, edition {playbook.edition}, {playbook.digest}): {stages}")
    for sentence in _around(settings, playbook):
        typer.echo(f"warning: {sentence}")
    if within and _goes_wrong(playbook, Bounds(rounds=within[0], interruptions=within[1], seconds=within[2])):
        return 1
    typer.echo("usable · 可用")
    return 0


def graph(named: str | None, seconds: float, *, picture: bool) -> int:
    """Writes a playbook's flow chart to standard output, explored for so long at most; 1 if it can't be read."""
    try:
        playbook = _read(named or get_settings().playbook)
    except PolicyInvalid as error:
        typer.echo(error.detail, err=True)
        return 1
    explored = Explorer(playbook, Bounds(interruptions=0, seconds=seconds), told=_progress).explore()
    typer.echo(svg(explored) if picture else mermaid(explored))
    return 0


def _goes_wrong(playbook: Playbook, bounds: Bounds) -> bool:
    """Tries every way, and tells what was found; how far it has come is told meanwhile."""
    typer.echo(
        f"trying every way within {bounds.rounds} rounds, {bounds.interruptions} interruptions · 逐条试走", err=True
    )
    found = tried(playbook, bounds, _progress)
    explored = found.explored
    moves = sum(len(place.leads) for place in explored.places)
    ends = "all there are" if explored.whole else "not all: out of time, or of bounds"
    typer.echo(f"{len(explored.places)} standings, {moves} moves, {ends}; {explored.seconds:.0f} s · 试走完毕")
    refused = Counter(f"{move.words}: {why}" for place in explored.places for move, why in place.refused.items())
    for what, times in refused.most_common():
        typer.echo(f"  not gone, the case did not take it: {what} ({times}) · 未能试走")
    for how, times in found.closings.most_common():
        typer.echo(f"  closed: {how} ({times})")
    for each in found.findings:
        typer.echo(f"finding: {each}")
    return bool(found.findings)


def _progress(places: int, waiting: int) -> None:
    typer.echo(f"  {places} standings, {waiting} moves to try", err=True)


def diff(before: str, after: str) -> int:
    """Says in words what changes from one playbook to another, part by part, and for which posts; 1 if one of the two
    can't be read.
    """
    try:
        old, new = _read(before), _read(after)
    except PolicyInvalid as error:
        typer.echo(error.detail, err=True)
        return 1
    typer.echo(f"{old.name} ({old.code}, {old.edition}) → {new.name} ({new.code}, {new.edition})")
    found = differences(old, new)
    for each in found:
        typer.echo(str(each))
    typer.echo(
        f"{len(found)} changes; running cases keep the edition they began under · "
        f"{len(found)}处不同；已受理的纠纷仍按受理时的版本办理"
        if found
        else "no change · 没有不同"
    )
    return 0


def _read(named: str) -> Playbook:
    """A playbook by its file or its code.

    Raises:
        PolicyInvalid
    """
    if not named.endswith((".yaml", ".yml")):
        return read_policy(named).playbook
    return read_file(Path(named), risk_kinds=read_lexicon().risk_kinds)


def _around(settings: Settings, playbook: Playbook) -> list[str]:
    """What is reported at every start, where there is an installation."""
    file = settings.sqlite_path
    if file is not None and not file.exists():
        return ["no installation here yet: whether anybody holds the posts is told at the first start · 尚未安装"]
    try:
        return asyncio.run(notice_messages(settings, playbook))
    except (StoreUnavailable, ValueError):
        return ["the database does not answer: whether anybody holds the posts is not known · 数据库没有响应"]

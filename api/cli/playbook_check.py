"""`santui playbook check | graph | diff`: a city's file tried without starting anything, gone through by every way that
a case may take, and compared with the people loaded here; drawn; two of them side by side in words.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path

import typer

from api.exploration.drawing import mermaid, svg
from api.exploration.explorer import Explored, Explorer
from api.exploration.findings import tried
from api.exploration.trying import Bounds
from api.mechanism.ways import ways_of
from api.operations.startup_notices import notice_messages
from domain.errors import PolicyInvalid, StoreUnavailable
from domain.policy.comparing.differences import differences
from domain.policy.playbook import Playbook
from infra.runtime.policy_files import read_file, read_lexicon, read_policy
from infra.runtime.settings import Settings, get_settings

PROCESSES = min(4, os.cpu_count() or 1)
NOT_PROVEN = 3
"""The exit code where nothing was found, and not every way could be gone."""


def check(named: str | None, within: tuple[int, int, float] | None) -> int:
    """Says of a file, or of the playbook of a code, what is wrong with it; the exit code is 1 if it can't be used, or
    if a case goes wrong under it: `within` so many rounds, interruptions and seconds every way is gone, else none is.
    It is 3 where nothing was found and not every way could be gone in that time.

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
    wrong = _goes_wrong(playbook, Bounds(*within)) if within else 0
    if wrong != 1:
        typer.echo("usable · 可用")
    return wrong


def graph(named: str | None, seconds: float, *, picture: bool, data: bool = False) -> int:
    """Writes a playbook's flow chart to standard output, explored for so long at most; 1 if it can't be read. As `data`
    it is what the page 工作机制 draws.
    """
    try:
        playbook = _read(named or get_settings().playbook)
    except PolicyInvalid as error:
        typer.echo(error.detail, err=True)
        return 1
    explored = Explorer(
        playbook, Bounds(interruptions=0, seconds=seconds), told=_progress, processes=PROCESSES
    ).explore()
    if data:
        typer.echo(ways_of(explored).model_dump_json(indent=1))
    else:
        typer.echo(svg(explored) if picture else mermaid(explored))
    return 0


def _goes_wrong(playbook: Playbook, bounds: Bounds) -> int:
    """Tries every way, and tells what was found; how far it has come is told meanwhile. The exit code."""
    typer.echo(
        f"trying every way within {bounds.rounds} rounds, {bounds.interruptions} interruptions · 逐条试走", err=True
    )
    found = tried(playbook, bounds, _progress, PROCESSES)
    explored = found.explored
    moves = sum(len(place.leads) for place in explored.places)
    typer.echo(f"{len(explored.places)} standings, {moves} moves, {explored.seconds:.0f} s; {_proven(explored)}")
    refused = Counter(f"{move.words}: {why}" for place in explored.places for move, why in place.refused.items())
    for what, times in refused.most_common():
        typer.echo(f"  not gone, the case did not take it: {what} ({times}) · 未能试走")
    for how, times in explored.closings.most_common():
        typer.echo(f"  closed: {how} ({times})")
    for each in found.findings:
        typer.echo(f"finding: {each}")
    if found.findings:
        return 1
    return 0 if explored.whole else NOT_PROVEN


def _proven(explored: Explored) -> str:
    """Within which bounds every way was gone."""
    within = " and ".join(
        f"{rounds} rounds, {interruptions} interruptions" for rounds, interruptions in explored.proven
    )
    if explored.whole:
        return f"every way within {within} is gone · 已全部走完"
    cut_off = "cut off, there are more · 未走完"
    return f"every way within {within} is gone, beyond that {cut_off}" if within else cut_off


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

"""`santui playbook check | diff`: a city's file tried without starting anything, and compared with the people loaded
here; two of them side by side in words.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from api.operations.startup_notices import notice_messages
from domain.errors import PolicyInvalid, StoreUnavailable
from domain.policy.comparing.differences import differences
from domain.policy.playbook import Playbook
from infra.runtime.policy_files import read_file, read_lexicon, read_policy
from infra.runtime.settings import Settings, get_settings


def check(named: str | None) -> int:
    """Says of a file, or of the playbook of a code, what is wrong with it; the exit code is 1 if it can't be used.

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
    typer.echo("usable · 可用")
    return 0


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
    found = differences(old.process, new.process)
    for each in found:
        typer.echo(str(each))
    typer.echo(
        f"{len(found)} changes; running cases keep the edition they began under · "
        f"{len(found)}处不同；已受理的纠纷仍按受理时的版本办理"
        if found
        else "no change of the process · 工作流程没有不同"
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

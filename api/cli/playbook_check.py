"""`santui playbook check`: a city's file tried without starting anything, and compared with the people loaded here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from api.operations.startup_notices import notice_messages
from domain.errors import PolicyInvalid, StoreUnavailable
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

"""The words of `santui audit …`. What they do (`api.cli.auditing`) brings the engine's client, the database and the
replays with it, which other commands don't need, `santui up` first of all.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

audit = typer.Typer(
    no_args_is_help=True, help="Histories replayed, looked at and exported. 审计：重放、查看、导出历史。"
)
Numbers = Annotated[list[str] | None, typer.Argument(help="Dispute numbers; none takes all")]
Only = Annotated[bool, typer.Option("--archive", help="Use the archived histories only: no engine, no database")]
Since = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the period")]
Until = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the period")]


@audit.command(name="replay")
def replay_command(numbers: Numbers = None, archive: Only = False, since: Since = None, until: Until = None) -> None:
    """Replay histories: the same commands, the same state; a line a run, differences in words below it."""
    from api.cli import auditing

    raise typer.Exit(auditing.replay(numbers or [], since, until, archive_only=archive))


@audit.command(name="archive")
def archive_command() -> None:
    """Put the histories of closed runs into the archive now; the worker does so every ten minutes by itself."""
    from api.cli import auditing

    raise typer.Exit(auditing.archive())


@audit.command()
def state(
    number: Annotated[str, typer.Argument(help="Dispute number")],
    event: Annotated[int | None, typer.Option(help="Event id; the last unless given")] = None,
    run: Annotated[str | None, typer.Option(help="Run id; the latest unless given")] = None,
    archive: Only = False,
) -> None:
    """Print the case as it stood after an event, as JSON, derived again from its history."""
    from api.cli import auditing

    raise typer.Exit(auditing.state(number, event, run, archive_only=archive))


@audit.command()
def export(
    number: Annotated[str, typer.Argument(help="Dispute number")],
    into: Annotated[Path, typer.Option(help="Folder to write to")] = Path(),
    archive: Only = False,
) -> None:
    """Write every run's history of a dispute as stored (payloads encrypted), with its SHA-256 beside it."""
    from api.cli import auditing

    raise typer.Exit(auditing.export(number, into, archive_only=archive))

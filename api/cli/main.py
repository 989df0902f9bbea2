"""The command line: `santui up | api | worker | migrate | show | advance | stories | rebuild | doctor | undelivered |
recover | forget-key | playbook … | people … | audit …`.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from api.cli.audit_commands import audit
from api.cli.client import county, explained
from api.cli.people_commands import people
from api.cli.show import show_dispute
from api.cli.stories import OWN, STORIES, StoryBroken, play
from domain.errors import StoreUnavailable
from infra.runtime.file_permissions import set_private_umask
from infra.runtime.settings import get_settings

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="santui 三推: every dispute one durable workflow.")
cli.add_typer(audit, name="audit")
playbook = typer.Typer(no_args_is_help=True, help="Playbooks, a city's mechanism as data. 工作机制。")
cli.add_typer(playbook, name="playbook")
cli.add_typer(people, name="people")
Number = Annotated[str, typer.Argument(help="Dispute number, for example D2026-000001")]


@cli.callback()
def privately() -> None:
    """What any command writes is its owner's alone."""
    set_private_umask()


@cli.command()
def up() -> None:
    """Start everything: Temporal server, worker, API; ends with ctrl-C."""
    from api.cli import up as starting  # the supervisor's own imports, which other commands don't need

    raise typer.Exit(starting.up())


@cli.command()
def api() -> None:
    """Run the API process alone."""
    from api import serve

    serve.main()


@cli.command()
def worker() -> None:
    """Run the worker process alone."""
    import worker as working

    working.main()


@cli.command()
def migrate(
    revision: Annotated[
        str, typer.Argument(help="head, base, or a revision such as 0001; older ones lose data")
    ] = "head",
) -> None:
    """Bring the database to a revision of its schema, up or down; nothing else may be running meanwhile."""
    from infra.database import engine  # brings alembic with it, which other commands don't need

    try:
        done = engine.migrate(get_settings(), revision)
    except (engine.NoSuchRevision, StoreUnavailable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(done.sentence())


@cli.command()
def forget_key(key_id: Annotated[str, typer.Argument(help="Its id, as the key file named it")]) -> None:
    """Let go of a key that was taken out of the key file, once nothing sealed with it is kept any more."""
    from infra.startup.installation import forget_key as forget
    from infra.startup.preflight import PreflightError

    try:
        asyncio.run(forget(get_settings(), key_id))
    except (PreflightError, StoreUnavailable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{key_id} is forgotten. 已不再使用密钥 {key_id}。")


@cli.command()
def rebuild(
    numbers: Annotated[list[str] | None, typer.Argument(help="Dispute numbers; none rebuilds all")] = None,
) -> None:
    """Throw the read model away and make it again from the engine's histories, while the system serves."""
    from api.cli import auditing

    raise typer.Exit(auditing.rebuild(numbers or []))


@cli.command()
def doctor(
    numbers: Annotated[list[str] | None, typer.Argument(help="Dispute numbers; none checks all")] = None,
) -> None:
    """Compare the read model with the engine's histories, and say what differs; the exit code is 1 if anything does."""
    from api.cli import auditing

    raise typer.Exit(auditing.doctor(numbers or []))


@playbook.command()
def check(
    named: Annotated[
        str | None, typer.Argument(metavar="FILE|CODE", help="A .yaml file or a city's code; none: the one set")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Read it only; do not try every way a case may take")] = False,
    rounds: Annotated[int, typer.Option(min=1, max=3, help="Rounds of return and redo on a way")] = 2,
    interruptions: Annotated[int, typer.Option(min=0, max=2, help="Interruptions on a way")] = 1,
    seconds: Annotated[int, typer.Option(min=1, help="How long at most")] = 600,
) -> None:
    """Try a playbook without starting anything: its mistakes, one a line, the posts that nobody here holds, and every
    way that a case may take under it.
    """
    from api.cli import playbook_check  # brings the database with it, which other commands don't need

    raise typer.Exit(playbook_check.check(named, None if quick else (rounds, interruptions, seconds)))


@playbook.command()
def graph(
    named: Annotated[
        str | None, typer.Argument(metavar="FILE|CODE", help="A .yaml file or a city's code; none: the one set")
    ] = None,
    picture: Annotated[
        bool, typer.Option("--svg", help="A picture that stands by itself, in place of Mermaid")
    ] = False,
    data: Annotated[
        bool, typer.Option("--data", help="As the page 工作机制 reads it: keep it as ways/<code>.json by the playbooks")
    ] = False,
    seconds: Annotated[int, typer.Option(min=1, help="How long it is explored at most")] = 120,
) -> None:
    """Draw a playbook as it is gone, not as it is written: what is asked together, and where answers lead."""
    from api.cli import playbook_check  # brings the database with it, which other commands don't need

    raise typer.Exit(playbook_check.graph(named, seconds, picture=picture, data=data))


@playbook.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="FILE|CODE", help="The playbook as it was")],
    after: Annotated[str, typer.Argument(metavar="FILE|CODE", help="The playbook as it shall be")],
) -> None:
    """Say in words what changes between two playbooks or editions, and for whom."""
    from api.cli import playbook_check  # brings the database with it, which other commands don't need

    raise typer.Exit(playbook_check.diff(before, after))


@people.command()
def coverage(every: Annotated[bool, typer.Option("--all", help="Name every break and vacancy")] = False) -> None:
    """Check that beats and grids are one to one, and name the counterparts that are missing; 1 if they are not."""
    from api.cli import coverage as checking  # brings the database with it, which other commands don't need

    raise typer.Exit(checking.coverage(get_settings(), every=every))


@cli.command()
def undelivered(
    retry: Annotated[bool, typer.Option("--retry", help="Have the dead letters tried again at once")] = False,
) -> None:
    """List the reports that the engine has not got; the exit code is 1 if one of them is a dead letter."""
    from api.cli import undelivered as letters  # brings the API with it, which other commands don't need

    raise typer.Exit(letters.undelivered(get_settings(), retry=retry))


@cli.command()
def recover(number: Number) -> None:
    """Start the next run of a dispute whose run was ended from outside (terminated, canceled), from its history."""
    from api.cli import undelivered as letters  # brings the API with it, which other commands don't need

    raise typer.Exit(letters.recover(get_settings(), number))


@cli.command()
def show(number: Number) -> None:
    """Show a dispute of the running system: where it stands, its clocks, its timeline."""
    with explained():
        show_dispute(county(), number)


@cli.command()
def advance(number: Number, by: Annotated[str, typer.Argument(help="ISO 8601 duration, for example P3D")]) -> None:
    """Move a dispute's clock forward (drill), and show what came of it."""
    with explained():
        people = county()
        people.supervisor.post("/v1/drill/advance", {"dispute_no": number, "by": by})
        show_dispute(people, number)


@cli.command()
def stories(
    only: Annotated[list[str] | None, typer.Argument(help="Names of stories; none plays all of the playbook")] = None,
    own: Annotated[
        bool, typer.Option("--any", help="Play what any playbook says of itself, by its own stages")
    ] = False,
) -> None:
    """Play the stories of the process against the running system, and print their timelines as they unfold."""
    known = OWN if own else STORIES
    unknown = sorted(set(only or ()) - set(known))
    if unknown:
        raise typer.BadParameter(f"no such story: {', '.join(unknown)}; there are {', '.join(known)}")
    try:
        with explained():
            played = play(county(), [name for name in known if not only or name in only], own=own)
    except StoryBroken as broken:
        typer.echo(f"broken: {broken}", err=True)
        raise typer.Exit(1) from broken
    if not played:
        typer.echo("no story of these is this playbook's: `santui stories --any` plays its own mechanism · "
                   "没有适用的故事，可用 --any 按本机制的环节走一遍", err=True)  # fmt: skip
        raise typer.Exit(1)

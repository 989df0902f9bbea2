"""`santui people …`: accounts from the command line, by the same endpoints and rules as anywhere; it asks who acts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.client import Client, Document, Refusal, explained
from infra.runtime.settings import get_settings

people = typer.Typer(no_args_is_help=True, help="People on record, and what is entrusted to them. 名册与账号。")
By = Annotated[str, typer.Option("--by", prompt="经办人用户名", help="Username of who acts")]
Person = Annotated[str, typer.Argument(help="Username or person id")]
Posts = Annotated[list[str], typer.Option("--post", help="ROLE@ORGANISATION by code; may be given again")]
Reason = Annotated[str, typer.Option("--reason", prompt="事由")]
Rest = Annotated[
    str, typer.Option("--rest", help="Where his work goes: up, colleagues, or person:USERNAME; empty only shows it")
]


def _acting(by: str) -> Client:
    password = typer.prompt("口令", hide_input=True)
    return Client(get_settings().base_url, by, password, lambda: str(typer.prompt("动态验证码")))


def _say(document: Document | list[Document]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1))


def _posts(typed: list[str]) -> list[Document]:
    split = [each.partition("@") for each in typed]
    if wrong := [role for role, _, organisation in split if not (role and organisation)]:
        raise typer.BadParameter(f"not ROLE@ORGANISATION: {wrong[0]} · 岗位须写作“岗位代码@单位代码”")
    return [{"role": role, "organisation": organisation} for role, _, organisation in split]


@people.command("list")
def list_people(by: By, role: str = "", organisation: str = "") -> None:
    """List who holds which post."""
    with explained():
        client, cursor = _acting(by), None
        asked = {name: value for name, value in (("role", role), ("organisation", organisation)) if value}
        while True:
            page = client.get("/v1/people", limit=200, **asked, **({"cursor": cursor} if cursor else {}))
            for each in page["items"]:
                typer.echo("\t".join((each["username"], each["name"], each["role"], each["organisation"])))
            if not (cursor := page["next_cursor"]):
                return


@people.command()
def show(person: Person, by: By) -> None:
    """Show a person: posts held and held before, what is entrusted to him."""
    with explained():
        _say(_acting(by).get(f"/v1/people/{person}"))


@people.command()
def create(username: str, name: str, post: Posts, by: By) -> None:
    """Open an account with its first posts; `reset-password` gives the code to come in by."""
    with explained():
        _say(_acting(by).post("/v1/people", {"username": username, "name": name, "posts": _posts(post)}))


@people.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A .csv or .xlsx; `template` makes one")],
    by: By,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try it only, and say what is wrong")] = False,
) -> None:
    """Take a list of people in, all of it or nothing; the exit code is 1 if a line is wrong."""
    with explained():
        report = _acting(by).send("/v1/imports/people", file.name, file.read_bytes(), dry_run=dry_run)
    for error in report["errors"]:
        typer.echo(f"第{error['row']}行 {error['column']}：{error['message']}", err=True)
    typer.echo(
        f"{'已导入' if report['taken'] else '未导入'}：共{report['rows']}行，新增人员{report['new_people']}，"
        f"新增岗位{report['new_posts']}，无变化{report['unchanged']}，有误{report['wrong']}"
    )
    raise typer.Exit(1 if report["wrong"] else 0)


@people.command()
def template(file: Annotated[Path, typer.Argument(dir_okay=False)]) -> None:
    """Write the empty list of people (.xlsx) to be filled in."""
    from api.importing.reading import template as empty  # brings libraries with it, which other commands don't need

    file.write_bytes(empty())


@people.command()
def move(person: Person, to: Posts, by: By, reason: Reason, rest: Rest = "") -> None:
    """Have somebody leave his posts for others; what he would leave without an answerer is shown first."""
    _leave(person, by, reason, rest, _posts(to))


@people.command()
def disable(person: Person, by: By, reason: Reason, rest: Rest = "") -> None:
    """Have somebody leave all his posts, and sign in no more; what he would leave is shown first."""
    _leave(person, by, reason, rest, [])


def _leave(person: str, by: str, reason: str, rest: str, takes: list[Document]) -> None:
    how, _, to = rest.partition(":")
    order: Document = {"reason": reason, **({"takes": takes} if takes else {})}
    if how:
        order["rest"] = {"how": how, **({"to": to} if to else {})}
    with explained():
        client = _acting(by)
        try:
            _say(client.post(f"/v1/people/{person}/leave", order))
        except Refusal as refusal:
            if refusal.code != "work_left_open":
                raise
            for error in refusal.body["errors"]:
                typer.echo(error["message"], err=True)
            typer.echo(f"{refusal.body['detail']}；可用 --rest 说明去向", err=True)
            raise typer.Exit(1) from refusal


@people.command()
def reset_password(person: Person, by: By) -> None:
    """Give out a one-time code for a new password; it is shown this once."""
    with explained():
        _say(_acting(by).post(f"/v1/people/{person}/password-reset"))


@people.command()
def reset_second_factor(person: Person, by: By) -> None:
    """Have a lost device and its recovery codes serve no more; its person is told."""
    with explained():
        _say(_acting(by).post(f"/v1/people/{person}/second-factor-reset"))

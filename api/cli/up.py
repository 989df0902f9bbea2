"""`santui up`: the whole system from one command, wired here and run by `infra.startup.supervisor`."""

import json
import sys
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial

from pydantic import ValidationError

from api.operations.startup_notices import notice_messages
from domain.errors import PolicyInvalid, StoreUnavailable
from infra import demo
from infra.database import engine
from infra.runtime.file_permissions import set_private_umask
from infra.runtime.policy_files import read_playbook, read_policy
from infra.runtime.processes import ChildSpec
from infra.runtime.settings import Settings, explain, get_settings
from infra.startup.installation import check_installation, check_key
from infra.startup.supervisor import module_child, run, say
from infra.temporal.embedded import typed
from workflows.search_attributes import SEARCH_ATTRIBUTES


def up() -> int:
    """Runs Temporal, worker and API until told to end; returns the exit code."""
    set_private_umask()
    try:
        settings = get_settings()
        read_policy(settings.playbook)
    except ValidationError as error:
        print(explain(error), file=sys.stderr)
        return 1
    except PolicyInvalid as error:
        print(error, file=sys.stderr)
        return 1
    return run(
        settings,
        migrate=partial(prepared, settings),
        search_attributes=typed(SEARCH_ATTRIBUTES),
        load_demo=partial(demo.load if settings.demo else demo.load_minimal, settings),
        opened=partial(welcome, settings),
        jobs=demo_jobs(settings),
    )


def prepared(settings: Settings) -> Awaitable[None]:
    """The database at its newest revision, and fit to be served from."""
    check_key(settings)  # before anything would make one
    engine.migrate(settings)
    return check_installation(settings)


def demo_jobs(settings: Settings) -> tuple[ChildSpec, ...]:
    """The demo disputes, made once, beside the running system: it is open before they are there."""
    if not (settings.demo and settings.demo_disputes):
        return ()
    return (module_child("demo-disputes", "api.cli.demo.disputes", done=settings.demo_disputes_done),)


async def welcome(settings: Settings) -> None:
    """Tells the person at the terminal where to go and how to sign in, and what is not as the mechanism has it."""
    say(f"open at {settings.base_url} · 系统已就绪")
    if settings.temporal_address is None:
        say(f"the engine's own pages: http://{settings.temporal_target.split(':')[0]}:{settings.temporal_ui_port}")
    if settings.demo:
        first = json.loads(settings.demo_file.read_text(encoding="utf-8"))[0]
        say(
            f"sign in as {first['username']} with the password {first['password']} · 可用此账号登录；"
            f"all demo people: {settings.demo_file}"
        )
    await warn(settings)
    say("Ctrl-C ends everything; nothing is lost · 按 Ctrl-C 结束")


async def warn(settings: Settings) -> None:
    """Tells what is no reason not to start; see `api.operations.startup_notices`."""
    with suppress(StoreUnavailable):
        for sentence in await notice_messages(settings, read_playbook(settings.playbook)):
            say(f"warning: {sentence}")

"""Records golden histories: every story, played over HTTP on a system of its own with the test key.

    python -m tests.replay.record EDITION

writes `tests/replay/histories/EDITION/STORY-PLAYBOOK.json.gz`. An edition is recorded once, when the process has
changed, and kept for good: the tests replay every edition with the code of today (docs/changing-the-process.md).
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from api.cli.client import County
from api.cli.stories import STORIES, play_one
from domain.base import CHINA
from infra.runtime.settings import Settings
from infra.temporal.client import connect
from tests.instance import Instance, running

HERE = Path(__file__).parent
KEY = HERE / "golden.key"
"""A key for the tests alone: what it opens was made up for them."""
HISTORIES = HERE / "histories"


def merged(county: County) -> str:
    """Two disputes of which one is merged into the other."""
    one, other = (
        county.alarm(
            f"{who}与邻居因噪音发生争吵，多次沟通无果",
            place={"address": f"古山镇金江龙村{house}号"},
            parties=[{"name": who, "side": "a"}, {"name": f"{who}的邻居", "side": "b"}],
        )["dispute_no"]
        for who, house in (("赵甲", 118), ("钱乙", 952))
    )
    county.wait_for(one, "confirm_triage")
    county.wait_for(other, "confirm_triage")
    county.supervisor.post(f"/v1/disputes/{one}/actions/merge_into", {"dispute_no": other, "reason": "系同一事项"})
    county.answer(one, "approve_change", "approve")
    return str(one)


def handed_over(county: County) -> str:
    """A task that was delegated, proposed, offered, rejected, accepted, and decided by a deputy."""
    number = str(county.alarm("孙丙与楼上住户因漏水发生争吵", place={"address": "古山镇金江龙村377号"})["dispute_no"])
    task_id = county.wait_for(number, "confirm_triage")["task_id"]
    task = f"/v1/tasks/{task_id}"
    owner, second, *_ = (county.person(c["username"]) for c in county.supervisor.get(task)["candidates"])
    helper = county.person(owner.get(task)["colleagues"][-1]["username"])
    owner.post(f"{task}/delegate", {"to": helper.username, "note": "请先核实"})
    helper.post(f"{task}/release", {"reason": "正在出警"})
    owner.post(f"{task}/delegate", {"to": helper.username})
    county.answer(number, "confirm_triage", "confirm", by=helper)
    owner.post(f"{task}/transfer", {"to": second.username, "reason": "换班"})
    second.post(f"{task}/release", {"reason": "手上案件多"})
    owner.post(f"{task}/transfer", {"to": second.username, "reason": "换班"})
    second.post(f"{task}/claim")
    now = datetime.now(CHINA)
    named = second.post(
        "/v1/deputies",
        {"deputy": helper.username, "since": now.isoformat(), "until": (now + timedelta(hours=1)).isoformat()},
    )
    county.answer(number, "confirm_triage", "confirm", by=helper)
    helper.delete(f"/v1/deputies/{named['deputyship_id']}")
    county.supervisor.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "双方自行和解"})
    return number


OTHERS: dict[str, Callable[[County], str]] = {"merged": merged, "handed-over": handed_over}
"""Lives that no story tells."""


async def fetch(settings: Settings, number: str) -> str:
    """The history of a dispute's latest run, as the engine has it."""
    client = await connect(settings)
    return (await client.get_workflow_handle(number).fetch_history()).to_json()


def record(edition: str, playbook: str) -> None:
    """Plays and keeps everything there is under a playbook."""
    with tempfile.TemporaryDirectory() as var, running(Path(var), playbook, SANTUI_KEY_FILE=str(KEY)) as instance:
        for story in STORIES.values():
            if playbook in story.playbooks:
                keep(edition, f"{story.name}-{playbook}", instance, play_one(instance.county, story, playbook).number)
        for name, live in OTHERS.items():
            keep(edition, f"{name}-{playbook}", instance, live(instance.county))


def keep(edition: str, name: str, instance: Instance, number: str) -> None:
    """Writes one history."""
    settings = instance.settings.model_copy(update={"key_file": KEY})
    text = asyncio.run(fetch(settings, number))
    gc.collect()  # the SDK may crash the interpreter at exit while its objects are alive (sdk-python#300)
    into = HISTORIES / edition
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{edition}/{name}: {number}")


if __name__ == "__main__":
    for code in ("jinhua", "qionglai", "wuwei", "ronghe", "huangshi"):
        record(sys.argv[1], code)

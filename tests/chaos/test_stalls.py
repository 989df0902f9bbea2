"""Stalls behind a green light: while something is stuck the light is red and says what, afterwards all is there."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.client import Client

from api.cli.client import Refusal
from infra.temporal.client import connect
from tests.chaos.support import Clerk, agrees, faulty_worker, until
from tests.instance import Instance, running
from tests.privileges import give_up

GIANT = "字" * 600_000
SEVERAL = "字" * 130_000


def light(instance: Instance) -> dict[str, Any]:
    """What /readyz says, with its status; without an answer it is as dark as red."""
    try:
        answer = httpx2.get(f"{instance.base}/readyz", timeout=10, trust_env=False)
    except httpx2.TransportError:
        return {"code": 0, "status": "none", "stuck": []}
    return {"code": answer.status_code, **answer.json()}


def stuck(instance: Instance) -> dict[str, dict[str, Any]]:
    """What is stuck, by kind."""
    return {each["what"]: each for each in light(instance)["stuck"]}


# --- giant texts


def test_no_text_however_long_wedges_a_case(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    who, task_id, body = clerk.prepare("confirm_triage", "confirm")
    giants: list[dict[str, Any]] = [{"note": GIANT}, *7 * [{"note": SEVERAL}], {"fields": {"reason": SEVERAL}}]
    for giant, code in zip(giants, ["too_large", *7 * ["fields_invalid"], "too_large"], strict=True):
        with pytest.raises(Refusal) as refused:
            who.post(f"/v1/tasks/{task_id}/decide", {**body, **giant})
        assert refused.value.code == code
    clerk.send(who, task_id, {**body, "note": "字" * 4000})
    clerk.answer("handle_on_scene", "settled")
    agrees(chaos, clerk)
    assert light(chaos)["code"] == 200


def test_a_report_too_large_for_a_case_is_refused_before_it_is_recorded(chaos: Instance) -> None:
    chaos.until_ready()
    crowd = [{"name": "甲" * 200, "side": "a"} for _ in range(100)]
    with pytest.raises(Refusal) as refused:
        chaos.county.alarm("字" * 8000, parties=crowd, place={"address": "古山镇金江龙村1号"})
    assert (refused.value.status, refused.value.code) == (422, "fields_invalid")


# --- a case that stands still


def test_while_a_cases_tasks_fail_the_light_is_red_and_the_doctor_names_it(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    prepared = clerk.prepare("confirm_triage", "confirm")
    with faulty_worker(chaos, "any case"):
        assert "accepted_for" in clerk.send(*prepared)
        assert until(lambda: stuck(chaos).get("failing_cases", {}).get("count")) == 1
        assert light(chaos)["code"] == 503
        assert clerk.number in chaos.santui("doctor").stdout
    clerk.answer("handle_on_scene", "settled")
    until(lambda: light(chaos)["code"] == 200)
    agrees(chaos, clerk)


def with_engine(chaos: Instance, do: Any) -> Any:
    """Does something with a client of the instance's engine."""

    async def go() -> Any:
        return await do(await connect(chaos.settings))

    try:
        return asyncio.run(go())
    finally:
        gc.collect()  # the SDK's objects are let go while the interpreter is whole (sdk-python#300)


def test_while_a_run_ended_from_outside_is_not_started_again_the_light_is_red(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report()
    clerk.answer("confirm_triage", "confirm")
    clerk.task("handle_on_scene")

    async def end(client: Client) -> None:
        await client.get_workflow_handle(clerk.number).terminate("by mistake")

    with_engine(chaos, end)
    assert until(lambda: stuck(chaos).get("ended_outside", {}).get("count")) == 1
    assert light(chaos)["status"] == "stuck"
    assert clerk.number in chaos.santui("doctor").stdout
    assert chaos.santui("recover", clerk.number).returncode == 0
    until(lambda: light(chaos)["code"] == 200)
    clerk.task("handle_on_scene")


# --- the disk, the file


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own at a folder, where such a one can be had; else the folder."""
    folder.mkdir()
    own = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=192m", "santui-test", folder], check=False).returncode == 0
    )
    try:
        yield folder
    finally:
        if own:
            subprocess.run(["umount", "-l", folder], check=True)


@contextlib.contextmanager
def full(instance: Instance, disk: Path) -> Iterator[None]:
    """Runs a block in which nothing more can be written: the disk is full, or (no disk of our own) no file may grow."""
    if disk.is_mount():
        ballast = disk / "ballast"
        try:
            fill(ballast)
            yield
        finally:
            ballast.unlink()
        return
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in map(instance.pid, ("api", "worker"))}
    for pid, (_, most) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


def fill(file: Path) -> None:
    """Takes all the room that is left, to the last byte."""
    with file.open("wb", buffering=0) as out:
        for piece in (2**20, 2**12, 1):
            with contextlib.suppress(OSError):
                while out.write(b"\0" * piece):
                    pass


@pytest.mark.timeout(240)
def test_a_full_disk_turns_the_light_red_and_everything_heals_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, running(disk / "var") as instance:
        clerk = Clerk(instance.county)
        clerk.report()
        clerk.answer("confirm_triage", "confirm")
        who, task_id, body = clerk.prepare("handle_on_scene", "settled")
        key = str(uuid.uuid4())
        with full(instance, disk):
            until(lambda: light(instance)["code"] != 200)
            with contextlib.suppress(Refusal, httpx2.TransportError):  # taken, or not: the key tells afterwards
                who.post(f"/v1/tasks/{task_id}/decide", body, key=key)
            for _ in range(20):
                with contextlib.suppress(Refusal, httpx2.TransportError):
                    who.get(f"/v1/tasks/{task_id}")
        instance.until_ready()
        clerk.send(who, task_id, body, key)
        clerk.report()
        clerk.task("confirm_triage")
        clerk.sent.clear()
        agrees(instance, clerk)
        assert instance.stop() == 0


@pytest.mark.timeout(240)
def test_a_database_that_was_read_only_at_the_start_is_written_once_it_can_be(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "var")
    try:
        instance.start()
        clerk = Clerk(instance.county)
        clerk.report()
        clerk.answer("confirm_triage", "confirm")
        clerk.task("handle_on_scene")
        instance.stop()
        database = instance.var / "santui.db"
        database.chmod(0o444)
        instance.begin(give_up)
        until(lambda: light(instance)["code"] == 503)
        for file in instance.var.glob("santui.db*"):
            file.chmod(0o644)
        instance.until_ready()
        clerk.answer("handle_on_scene", "settled")
        agrees(instance, clerk)
    finally:
        instance.stop()

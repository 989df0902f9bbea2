"""What an auditor can trust: tampering is found and mended, archived histories answer with the whole system stopped."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import update
from sqlmodel import col

from api.audit.checking import Checker, Finding
from api.histories.lookup import Histories, Run
from api.histories.replayed_runs import all_asked, each_of, made_of_each
from domain.base import CHINA
from infra.database.engine import open_database
from infra.database.tables.audit import ArchiveRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.records.archive import Archive
from infra.runtime.settings import Settings
from infra.temporal.client import connect
from tests import commands
from tests.e2e.audit.test_audit import finished
from tests.e2e.support import People, errors_of, refusal_of
from tests.instance import Instance, running


@dataclass(frozen=True)
class Held:
    """A system of one's own, and what it holds."""

    instance: Instance
    people: People
    closed: str
    reopened: str
    under_way: str

    def santui(self, *arguments: str, var: Path | None = None) -> subprocess.CompletedProcess[str]:
        """A command against the system, or against the state directory alone."""
        environment = {**self.instance.environment, **({"SANTUI_VAR": str(var)} if var else {})}
        return commands.santui(environment, *arguments)

    @property
    def settings(self) -> Settings:
        """As the system's own processes have them."""
        return self.instance.settings


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """One dispute closed, one reopened, one under way."""
    with running(tmp_path_factory.mktemp("audited") / "var") as instance:
        people = People(instance.base, instance.var / "demo.json")
        closed, reopened, (under_way, _) = people.at_push_1(), people.at_push_1(), people.for_any_officer()
        for number in (closed, reopened):
            people.end(number)
        people.act(reopened, "reopen")
        people.wait_for(reopened, "confirm_triage")
        yield Held(instance, people, closed, reopened, under_way)


def test_a_replay_of_a_period_ends_done_and_all_is_sound(held: Held) -> None:
    auditor, today = held.people.with_role("auditor"), datetime.now(CHINA).date().isoformat()
    job = finished(auditor, **{"from": today, "to": today})
    assert sorted(r["dispute_no"] for r in job["results"]) == sorted(
        [held.closed, held.reopened, held.reopened, held.under_way]
    )
    assert (job["state"], job["done"], job["total"]) == ("done", 4, 4)
    assert all(r["replayed"] and r["state_matches"] and not r["differences"] for r in job["results"]), job["results"]
    assert finished(auditor, **{"from": "2020-01-01", "to": "2020-01-31"})["results"] == []


async def test_a_run_that_another_followed_is_not_compared_with_what_is_shown_now(held: Held) -> None:
    await change(held, update(DisputeRow).where(col(DisputeRow.dispute_no) == held.reopened).values(round=7))
    client, database = await connect(held.settings), open_database(held.settings)
    try:
        histories = Histories(client, Archive(held.settings.archive_dir))
        first, second = await histories.runs(held.reopened)
        checker = Checker(histories, client.data_converter, database)

        async def found(later: list[Run]) -> Finding:
            (finding,) = [each async for each in made_of_each(checker, each_of(all_asked([first], later)))]
            return finding

        assert (await found([first, second])).sound
        assert not (await found([])).state_matches
    finally:
        await database.close()
    assert held.santui("rebuild", held.reopened).returncode == 0


async def test_a_changed_row_is_found_named_and_mended(held: Held) -> None:
    task_id = held.people.open_tasks(held.under_way, "follow_up_responsibly")[0]["task_id"]
    await change(held, update(DisputeRow).where(col(DisputeRow.dispute_no) == held.under_way).values(stage="push_3"))
    await change(held, update(TaskRow).where(col(TaskRow.task_id) == task_id).values(assignee="nobody"))
    assert held.people.dispute(held.under_way)["stage"] == "push_3"

    (found,) = finished(held.people.with_role("auditor"), dispute_no=held.under_way)["results"]
    assert (found["replayed"], found["state_matches"]) == (True, False)
    named = [f"纠纷 {held.under_way}：阶段，读库为 push_3，历史为 push_2",
             f"待办 {task_id}：认领人，读库为 nobody，历史为 空"]  # fmt: skip
    assert found["differences"] == named

    examined = held.santui("doctor")
    assert examined.returncode == 1
    assert [line.strip() for line in examined.stdout.splitlines()[1:]] == named
    assert examined.stdout.startswith(f"{held.under_way} ")
    assert held.santui("doctor", held.closed).returncode == 0

    assert held.santui("rebuild", held.under_way).returncode == 0
    assert held.people.dispute(held.under_way)["stage"] == "push_2"
    sound = held.santui("doctor")
    assert (sound.returncode, sound.stdout) == (0, "")


async def change(held: Held, statement: Any) -> None:
    """Changes the read model behind everybody's back."""
    database = open_database(held.settings)
    try:
        async with database.write() as session:
            await session.execute(statement)
    finally:
        await database.close()


def test_exported_histories_verify_with_sha256sum(held: Held, tmp_path: Path) -> None:
    exported = held.santui("audit", "export", held.reopened, "--into", str(tmp_path))
    assert exported.returncode == 0, exported.stderr
    files = sorted(tmp_path.glob("*.json"))
    assert len(files) == len(exported.stdout.splitlines()) == 2
    for file in files:
        verified = ["sha256sum", "-c", f"{file.name}.sha256"]
        assert subprocess.run(verified, cwd=tmp_path, capture_output=True, check=False).returncode == 0
        assert json.loads(file.read_text())["events"]
    files[0].write_text(files[0].read_text() + " ")
    verified = ["sha256sum", "-c", f"{files[0].name}.sha256"]
    assert subprocess.run(verified, cwd=tmp_path, capture_output=True, check=False).returncode == 1


async def test_an_archive_changed_with_its_digest_differs_from_what_was_noted(held: Held) -> None:
    assert held.santui("audit", "archive").returncode == 0
    file = next((held.settings.archive_dir / held.closed).glob("*.json"))
    whole = file.read_bytes()
    auditor = held.people.with_role("auditor")
    try:
        write(file, whole + b" ")
        (found,) = finished(auditor, dispute_no=held.closed)["results"]
        assert (found["state_matches"], found["differences"]) == (True, ["档案文件与归档时登记的摘要不符"])
        file.unlink()
        (found,) = finished(auditor, dispute_no=held.closed)["results"]
        assert found["differences"] == ["档案文件缺失"]
    finally:
        write(file, whole)
    (found,) = finished(auditor, dispute_no=held.closed)["results"]
    assert found["differences"] == []
    database = open_database(held.settings)
    try:
        async with database.read() as session:
            row = await session.get(ArchiveRow, file.stem)
        assert row is not None
        assert (row.sha256, row.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
    finally:
        await database.close()


def test_a_history_that_can_not_be_replayed_or_was_changed_is_told_as_such(held: Held) -> None:
    assert held.santui("audit", "archive").returncode == 0
    auditor = held.people.with_role("auditor")
    whole = json.loads(next((held.settings.archive_dir / held.closed).glob("*.json")).read_text())
    file = held.settings.archive_dir / held.closed / f"{uuid4()}.json"
    path = f"/v1/disputes/{held.closed}"
    try:
        write(file, planted(whole))
        words = auditor.get(f"{path}/history/words", run=file.stem)
        assert words["error"].startswith("NondeterminismError")
        assert (words["events"], [e for item in words["items"] for e in item["entries"]]) == (len(whole["events"]), [])
        assert "NondeterminismError" in errors_of(partial(auditor.get, f"{path}/state", run=file.stem))["run"]
        page = look(held, f"/disputes/{held.closed}/history?run={file.stem}")
        assert (page.status_code, "无法用当前程序重放这次办理的历史" in page.text) == (200, True)

        file.write_bytes(planted(whole) + b" ")
        assert refusal_of(partial(auditor.get, f"{path}/history", run=file.stem)) == (500, "archive_broken")
        page = look(held, f"/disputes/{held.closed}/history?run={file.stem}")
        assert (page.status_code, "档案文件已被改动" in page.text, file.name in page.text) == (500, True, True)
        found = {r["run"]: r for r in finished(auditor, dispute_no=held.closed)["results"]}
        assert file.name in found.pop(file.stem)["error"]
        assert [r["state_matches"] for r in found.values()] == [True]
    finally:
        for each in file.parent.glob(f"{file.stem}.*"):
            each.unlink()


def look(held: Held, path: str) -> httpx2.Response:
    """A page as the auditor's browser gets it."""
    form = {"username": "county-auditor-1", "password": "santui-demo-2026"}
    signed_in = httpx2.post(f"{held.instance.base}/v1/auth/token", data=form, trust_env=False, timeout=60)
    token = signed_in.json()["access_token"]
    return httpx2.get(
        held.instance.base + path, headers={"Cookie": f"santui_session={token}"}, trust_env=False, timeout=60
    )


def planted(whole: dict[str, Any]) -> bytes:
    """A history in which one command is another than the program gave."""
    changed = copy.deepcopy(whole)
    event = next(e for e in changed["events"] if "activityTaskScheduledEventAttributes" in e)
    event["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "another"
    return json.dumps(changed).encode()


@pytest.mark.timeout(300)
def test_the_archive_answers_with_everything_stopped(held: Held, tmp_path: Path) -> None:
    archived = held.santui("audit", "archive")
    assert archived.returncode == 0, archived.stderr
    shown = held.people.dispute(held.closed)
    assert held.instance.stop() == 0
    away = held.santui("audit", "replay", held.under_way)
    assert (away.returncode, "--archive" in away.stderr) == (1, True)

    replayed = held.santui("audit", "replay", "--archive")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert [line.split()[0] for line in replayed.stdout.splitlines()] == [held.closed, held.reopened]
    assert all(line.endswith("一致") for line in replayed.stdout.splitlines())

    state = json.loads(held.santui("audit", "state", held.closed, "--archive").stdout)
    assert {name: state[name] for name in shown.keys() & state.keys()} == {
        name: shown[name] for name in shown.keys() & state.keys()
    }
    first = json.loads(held.santui("audit", "state", held.closed, "--event", "4", "--archive").stdout)
    assert (first["stage"], first["event"]) == ("triage", 4)
    beyond = held.santui("audit", "state", held.closed, "--event", "9999", "--archive")
    assert (beyond.returncode, "事件编号须在1到" in beyond.stderr) == (1, True)

    copied = copy_of(held, tmp_path)
    file = next((copied / "archive" / held.closed).glob("*.json"))
    whole = json.loads(file.read_text())
    file.write_text(json.dumps(whole))
    changed = held.santui("audit", "replay", "--archive", var=copied)
    assert changed.returncode == 1
    assert f"档案文件 {held.closed}/{file.name} 与旁存的摘要不符" in changed.stdout
    assert f"{held.reopened} " in changed.stdout
    refused = held.santui("audit", "state", held.closed, "--archive", var=copied)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert file.name in refused.stderr.replace("\n", "")

    write(file, planted(whole))
    found = held.santui("audit", "replay", held.closed, "--archive", var=copied)
    assert found.returncode == 1
    assert found.stdout.splitlines()[0].endswith("无法重放")
    assert "NondeterminismError" in found.stdout.splitlines()[1]
    untouched = held.santui("audit", "replay", held.reopened, "--archive", var=copied)
    assert untouched.returncode == 0, untouched.stdout


def copy_of(held: Held, into: Path) -> Path:
    """The archive and the key that opens it, in a state directory of their own."""
    for name in ("archive", "keys"):
        shutil.copytree(held.instance.var / name, into / name)
    os.chmod(into / "keys", 0o700)
    return into


def write(file: Path, content: bytes) -> None:
    """Puts a file into an archive with a digest that fits, as somebody would who knows how."""
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n")

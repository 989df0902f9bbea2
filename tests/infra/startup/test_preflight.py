"""What is not as it must be outside gets one sentence that says what to change."""

import os
import re
import socket
from pathlib import Path

import pytest

from infra.runtime.settings import Settings
from infra.startup import preflight
from infra.startup.preflight import (
    PreflightError,
    check_binary,
    check_port,
    check_python,
    check_writable,
    only_one,
    premises,
)
from infra.temporal.embedded import temporal_binary
from tests.infra.support import free_port

CHINESE = re.compile("[\u4e00-\u9fff]")


def settings_in(var: Path) -> Settings:
    return Settings(var=var, http_port=free_port(), temporal_port=free_port(), temporal_ui_port=free_port())


def sentence(error: pytest.ExceptionInfo[PreflightError]) -> str:
    said = str(error.value)
    assert "\n" not in said
    assert CHINESE.search(said)
    return said


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for a port that this test holds."""
    monkeypatch.setattr(preflight, "PORT_FREE_WITHIN", 0.0)


def test_a_house_in_order_passes_and_its_directories_are_made(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "deep" / "var")
    with premises(settings):
        assert settings.log_dir.is_dir()
        assert settings.run_dir.is_dir()
    with premises(settings):
        pass


@pytest.mark.parametrize("name", ["http_port", "temporal_port", "temporal_ui_port"])
def test_a_taken_port_names_the_variable_to_change(tmp_path: Path, name: str) -> None:
    settings = settings_in(tmp_path)
    with socket.create_server(("127.0.0.1", getattr(settings, name))), pytest.raises(PreflightError) as error:
        premises(settings).__enter__()
    assert sentence(error).startswith(f"Port {getattr(settings, name)} is taken: set SANTUI_{name.upper()} to")


def test_the_engine_s_ports_are_of_no_concern_where_it_is_elsewhere(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).model_copy(update={"temporal_address": "temporal:7233"})
    with socket.create_server(("127.0.0.1", settings.temporal_port)), premises(settings):
        pass


def test_a_port_that_is_free_in_a_moment_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "PORT_FREE_WITHIN", 20.0)
    holder = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr("infra.startup.preflight.time.sleep", lambda _: holder.close())
    check_port("127.0.0.1", holder.getsockname()[1], "SANTUI_HTTP_PORT")


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(PreflightError) as error:
        check_port(host, free_port(), "SANTUI_HTTP_PORT")
    assert f"Can't listen on {host}:" in sentence(error)


def test_a_second_santui_on_the_same_directory_is_told_who_has_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with premises(settings), pytest.raises(PreflightError) as error:
        premises(settings).__enter__()
    assert sentence(error).startswith(f"Another santui (process {os.getpid()}) runs on the state directory {tmp_path}")


def test_the_directory_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with only_one(tmp_path):
            pass


def test_a_directory_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PreflightError) as error:
        check_writable(settings_in(tmp_path / "file" / "var"))
    assert "set SANTUI_VAR" in sentence(error)


def test_a_missing_engine_is_told(tmp_path: Path) -> None:
    with pytest.raises(PreflightError) as error:
        check_binary(tmp_path / "temporal")
    assert "make setup" in sentence(error)
    check_binary(temporal_binary())


def test_an_old_python_is_told() -> None:
    with pytest.raises(PreflightError) as error:
        check_python((3, 10))
    assert sentence(error).startswith("Python 3.10 is too old")
    check_python((3, 11))

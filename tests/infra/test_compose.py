"""The production shape, as far as it can be held without a container engine: schema, names, values, files."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for

from infra.settings import PREFIX, Settings, variable

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "santui"}

# ${NAME:?why it is needed} and ${NAME:-default}
INTERPOLATION = re.compile(r"\$\{(?P<name>\w+)(?P<how>:\?|:-)(?P<rest>[^}]*)\}")
GIVEN = {"PLAYBOOK": "jinhua", "POSTGRES_PASSWORD": "secret", "KEY_FILE": "key"}


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

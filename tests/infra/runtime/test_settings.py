"""Settings: what the environment may say, and what is answered when it says something unusable."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.runtime.settings import Settings, explain, variable


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without a word of ours."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def refused(**given: object) -> str:
    with pytest.raises(ValidationError) as refusal:
        Settings.model_validate(given)
    return explain(refusal.value)


def test_the_contract_s_defaults() -> None:
    settings = Settings()
    assert (settings.http_port, settings.temporal_port, settings.temporal_ui_port) == (8000, 7233, 8233)
    assert (settings.playbook, settings.demo, settings.drill, settings.production) == ("jinhua", True, True, False)
    assert settings.var == Path.cwd() / "var"
    assert settings.temporal_target == "127.0.0.1:7233"
    assert settings.base_url == "http://127.0.0.1:8000"


def test_what_lies_in_the_state_directory_moves_with_it(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path)
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/santui.db"
    assert settings.sqlite_path == tmp_path / "santui.db"
    own = (settings.key_file, settings.temporal_db, settings.log_dir, settings.run_dir, settings.attachments_dir)
    assert all(path.is_relative_to(tmp_path) for path in (*own, settings.demo_file, settings.demo_disputes_done))
    assert settings.demo_file == tmp_path / "demo.json"


def test_a_relative_state_directory_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANTUI_VAR", "state")
    assert Settings().var == tmp_path / "state"


def test_the_environment_is_read_and_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANTUI_HTTP_PORT", "18100")
    monkeypatch.setenv("SANTUI_DEMO", "0")
    monkeypatch.setenv("SANTUI_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("SANTUI_TEMPORAL_ADDRESS", "")
    settings = Settings()
    assert (settings.http_port, settings.demo, settings.log_level) == (18100, False, "warning")
    assert settings.temporal_address is None


def test_children_read_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, http_port=18100, demo=False, temporal_address="temporal:7233")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_another_server_and_another_database_are_used_as_they_are_named() -> None:
    settings = Settings(temporal_address="temporal:7233", database_url="postgresql+asyncpg://u:p@h/d")
    assert settings.temporal_target == "temporal:7233"
    assert settings.sqlite_path is None


@pytest.mark.parametrize(
    ("host", "url"), [("0.0.0.0", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000"), ("h", "http://h:8000")]
)
def test_the_address_to_ask_is_one_that_can_be_asked(host: str, url: str) -> None:
    assert Settings(http_host=host).base_url == url


FIT = {
    "production": True, "drill": False, "demo": False, "database_url": "postgresql+asyncpg://u:p@h/d",
    "temporal_address": "temporal:7233", "key_file": "/run/secrets/santui_key",
    "database_tls": False, "temporal_tls": False, "hosts": "santui.example.cn", "trusted_proxies": "10.0.0.2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("drill", True, "production mode refuses drill: set SANTUI_DRILL=0."),
        ("demo", True, "production mode refuses demo: set SANTUI_DEMO=0."),
        ("hosts", None, "production mode refuses a front door without a name: set SANTUI_HOSTS to the names under"),
        ("trusted_proxies", None, "production mode refuses sign-ins without TLS: set SANTUI_TRUSTED_PROXIES to the ad"),
        ("database_url", None, "production mode refuses SQLite: set SANTUI_DATABASE_URL=postgresql+asyncpg://…."),
        ("temporal_address", None, "production mode refuses the embedded Temporal server: set SANTUI_TEMPORAL_ADDRESS"),
        (
            "password_memory_mb",
            8,
            "production mode refuses passwords that are quickly guessed: set SANTUI_PASSWORD_MEM",
        ),
        (
            "password_passes",
            1,
            "production mode refuses passwords that are quickly guessed: set SANTUI_PASSWORD_PASSES",
        ),
        ("database_tls", None, "production mode refuses PostgreSQL at h in the clear: set SANTUI_DATABASE_TLS=1, or"),
        ("temporal_tls", None, "production mode refuses Temporal at temporal in the clear: set SANTUI_TEMPORAL_TLS=1"),
        ("key_file", None, "production mode refuses a key inside the state directory ("),
    ],
)
def test_production_refuses_what_is_for_a_demonstration_and_names_the_variable(
    field: str, value: object, said: str
) -> None:
    given = {name: kept for name, kept in {**FIT, field: value}.items() if kept is not None}
    sentence = refused(**given)
    assert sentence.startswith(said)
    assert "生产模式不允许：" in sentence
    assert variable(field) in sentence.partition("生产模式")[2]
    assert "\n" not in sentence


def test_production_finds_a_key_in_the_state_directory_however_its_path_is_written(tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "keys").mkdir(parents=True)
    (tmp_path / "elsewhere").symlink_to(var / "keys")
    for written in (tmp_path / "x" / ".." / "var" / "keys" / "santui.key", tmp_path / "elsewhere" / "santui.key"):
        said = refused(**{**FIT, "var": var, "key_file": written})
        assert said.startswith("production mode refuses a key inside the state directory (")


def test_production_says_all_it_refuses_at_once_and_takes_what_is_fit() -> None:
    assert len(refused(production=True).splitlines()) == 7
    assert Settings.model_validate(FIT).production


@pytest.mark.parametrize("cell", ["33078", "3307840", "33078a", "D330784"])
def test_a_cell_is_six_digits(cell: str) -> None:
    assert refused(cell=cell).startswith(f"SANTUI_CELL={cell!r} is not usable: ")
    assert Settings(cell="330784").cell == "330784"


def test_ports_that_clash_are_refused_unless_the_server_is_elsewhere() -> None:
    assert "must be different ports" in refused(http_port=7233)
    assert Settings(http_port=7233, temporal_address="temporal:7233").http_port == 7233


@pytest.mark.parametrize(
    ("field", "value"),
    [("http_port", "abc"), ("http_port", 70000), ("var", 1.5), ("temporal_address", "nowhere"), ("log_level", "loud"),
     ("hosts", "*"), ("hosts", "a.cn:443"), ("hosts", "https://a.cn"), ("trusted_proxies", "0.0.0.0/0"),
     ("trusted_proxies", "proxy"), ("trusted_proxies", "10.0.0.1/24")],
)  # fmt: skip
def test_an_unusable_value_is_one_sentence_that_names_its_variable(field: str, value: object) -> None:
    sentence = refused(**{field: value})
    assert sentence.startswith(f"{variable(field)}={value!r} is not usable: ")
    assert "\n" not in sentence


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().http_port = 1  # type: ignore[misc]


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_processes_are_named_and_one_of_each_kind_has_its_kind_s_name() -> None:
    assert (Settings().api_names, Settings().worker_names) == (("api",), ("worker",))
    many = Settings(api_processes=3, workers=2)
    assert (many.api_names, many.worker_names) == (("api", "api-2", "api-3"), ("worker", "worker-2"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"temporal_address": "t:1", "temporal_tls_ca": "ca.pem"}, "set SANTUI_TEMPORAL_TLS=1 as well"),
        ({"temporal_address": "t:1", "temporal_tls": True, "temporal_tls_key": "k"}, "set both"),
        ({"temporal_tls": True}, "is for a server of your own"),
        ({"database_url": "postgresql+asyncpg://u@h/d?sslmode=require"}, "Say by SANTUI_DATABASE_TLS"),
    ],
)
def test_what_is_said_of_tls_goes_together(given: dict[str, object], said: str) -> None:
    assert said in refused(**given)


@pytest.mark.parametrize(
    ("host", "remote"), [("127.0.0.1", False), ("localhost", False), ("[::1]", False), ("10.0.0.7", True), ("db", True)]
)
def test_production_talks_in_the_clear_within_the_machine_only(host: str, remote: bool) -> None:
    given = {**FIT, "database_tls": None, "database_url": f"postgresql+asyncpg://u:p@{host}/d"}
    if remote:
        assert "in the clear" in refused(**given)
    else:
        assert not Settings.model_validate(given).database_link.remote


def test_a_second_factor_is_for_the_roles_named_and_in_production_for_the_three_powers() -> None:
    """The three powers in production, whatever is named; nobody in a demonstration. [DESIGN]"""
    plain, named = Settings(), Settings(second_factor_roles="leader  evaluator_police")
    for role in ("admin_system", "admin_security", "admin_audit"):
        assert not plain.must_have_factor([role], production=False)
        assert named.must_have_factor([role, "grid_worker"], production=True)
    assert named.must_have_factor(["leader"], production=False)
    assert not named.must_have_factor(["supervisor"], production=True)
    assert "没有“ledaer”" in refused(second_factor_roles="ledaer")

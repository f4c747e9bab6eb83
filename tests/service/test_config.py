"""Settings come from the environment, and invalid ones are refused by name."""

from __future__ import annotations

import re
import ssl
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.settings.config import Config, ConfigError
from service.settings.setting import variable_name

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_without_variables_everything_has_its_default() -> None:
    assert Config.from_environment() == Config()


WANTED: dict[str, Any] = {
    "host": "0.0.0.0",
    "port": 9000,
    "workers": 3,
    "threads": 5,
    "verify_processes": 2,
    "verify_timeout_s": 7,
    "verify_memory_mib": 512,
    "verify_queue": 3,
    "verify_wait_s": 2,
    "sandbox_require": ("seccomp", "processes"),
    "run_source": "never",
    "trace_timeout_s": 9,
    "full_width_multiply_adds": 7,
    "full_width_mib": 8,
    "reduced_width_multiply_adds": 5,
    "reduced_width_mib": 6,
    "max_body_bytes": 2048,
    "client_timeout_s": 4,
    "cors_origins": ("https://a.example", "http://b.example:81"),
    "state_folder": "/var/lib/designer",
    "redis_url": "redis://cache.example:6379/1",
    "cache_memory_mib": 3,
    "cache_disk_mib": 4,
    "cache_days": 5,
    "api_keys": (f"alice:{'a' * 64}", f"bob:{'b' * 64}:5/minute"),
    "allow_public": True,
    "rate_limit": "10/second;1000/hour",
    "trusted_proxies": 2,
    "log_level": "debug",
    "log_format": "text",
    "embedded_worker": False,
    "job_processes": 6,
    "job_attempts": 9,
    "job_row_timeout_s": 77,
    "job_retention_h": 12,
    "job_rows_per_client": 13,
    "job_listeners": 11,
}
"""For each setting a value that is not its default; the file of keys is the test's own."""


def test_every_setting_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each variable sets its field."""
    keys = tmp_path / "keys"
    keys.write_text(f"carol:{'c' * 64}")
    wanted = WANTED | {"api_keys_file": str(keys)}
    assert wanted.keys() == {setting.name for setting in fields(Config)}
    for setting in fields(Config):
        value = wanted[setting.name]
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        monkeypatch.setenv(variable_name(setting), text)
    assert Config.from_environment() == Config(**wanted)


def test_blanks_around_the_entries_of_a_list_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in ``gan-designer verify`` and ``doctor``, which read the same variable."""
    monkeypatch.setenv("GAN_DESIGNER_SANDBOX_REQUIRE", "seccomp, limits ,filesystem")
    assert Config.from_environment().sandbox_require == ("seccomp", "limits", "filesystem")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "eight"),
        ("WORKERS", "0"),
        ("THREADS", "-1"),
        ("VERIFY_PROCESSES", "1.5"),
        ("VERIFY_TIMEOUT_S", ""),
        ("RUN_SOURCE", "yes"),
        ("TRACE_TIMEOUT_S", "0"),
        ("MAX_BODY_BYTES", "1048577"),
        ("HOST", ""),
        ("CORS_ORIGINS", "example.org"),
        ("CORS_ORIGINS", "https://example.org/path"),
        ("CORS_ORIGINS", "http://["),
        ("STATE_FOLDER", ""),
        ("ALLOW_PUBLIC", "perhaps"),
        ("RATE_LIMIT", "many"),
        ("RATE_LIMIT", "0/minute"),
        ("RATE_LIMIT", "5/fortnight"),
        ("TRUSTED_PROXIES", "-1"),
        ("VERIFY_WAIT_S", "0"),
        ("API_KEYS_FILE", "/nowhere/keys"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_is_refused_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The message has the variable and its value."""
    monkeypatch.setenv(f"GAN_DESIGNER_{name}", value)
    with pytest.raises(ConfigError, match=re.escape(f"GAN_DESIGNER_{name}={value!r}: ")):
        Config.from_environment()


@pytest.mark.parametrize(
    "value",
    [
        "redis:",
        "http://:hunter2@cache.example",
        "cache.example:6379",
        "redis://user:pass@cache.example:hunter2",
        "redis://:hunt/er2@cache.example:6379",
        "redis://:hunter2#@cache.example:6379",
        "redis://:hunter2@cache.example:99999",
        "redis://:hunter2@cache.example/first",
        "redis://:hunter2@cache.example?nonsense=1",
        "redis://:hunter2@cache.example?socket_timeout=soon",
        "redis://:hunter2@cache.example?socket_timeout=1",
        "redis://:hunter2@cache.example?protocol=9",
        "redis://:hunter2@cache.example?db=2",
        "rediss://:hunter2@cache.example?decode_responses=true",
        "unix:///run/redis.sock?db=2&hunter2=",
        "redis://[:hunter2@cache.example",
    ],
)
def test_a_redis_address_is_one(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """The URL may hold a password, so the message does not repeat it."""
    monkeypatch.setenv("REDIS_URL", value)
    with pytest.raises(ConfigError, match=r"^REDIS_URL: it is not a URL such as redis:") as refusal:
        Config.from_environment()
    assert not {
        word for word in ("hunt", "nonsense", "cache.example") if word in str(refusal.value)
    }


@pytest.mark.parametrize(
    "value",
    [
        "redis://127.0.0.1",
        "rediss://user:a%2Fb@cache.example:6380/3",
        "rediss://cache.example?ssl_ca_certs=/etc/ssl/ours.pem&ssl_cert_reqs=required",
        "redis://[::1]:6379/0",
        "unix:///run/redis.sock?db=2",
        "unix://:hunter2@/run/redis.sock",
    ],
)
def test_addresses_of_redis(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Each works for all Redis clients: cache, rate limits, job store and broker."""
    monkeypatch.setenv("REDIS_URL", value)
    config = Config.from_environment()
    assert config.redis_url == value
    app = create_app(replace(config, rate_limit="9/minute"))
    broker = app.extensions["job_service"].celery_app.connection_for_read()  # does not connect yet
    checked = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if value.startswith("rediss:") else {}
    assert checked.items() <= (broker.ssl or {}).items()


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_DESIGNER_PORT", "x")
    monkeypatch.setenv("GAN_DESIGNER_THREADS", "y")
    monkeypatch.setenv("GAN_DESIGNER_TREADS", "16")
    with pytest.raises(ConfigError) as refusal:
        Config.from_environment()
    named = [line.partition(":")[0].partition("=")[0] for line in str(refusal.value).splitlines()]
    assert named == ["GAN_DESIGNER_PORT", "GAN_DESIGNER_THREADS", "GAN_DESIGNER_TREADS"]


def test_an_unknown_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelled variable would otherwise be ignored."""
    monkeypatch.setenv("GAN_DESIGNER_TREADS", "16")
    with pytest.raises(ConfigError, match="GAN_DESIGNER_TREADS: no such setting; known are"):
        Config.from_environment()


def test_the_documented_table_is_the_real_one() -> None:
    """docs/configuration.md has one row per setting, with its default and its meaning."""
    rows = [line for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    expected = []
    for setting in fields(Config):
        default = (
            ",".join(setting.default) if isinstance(setting.default, tuple) else setting.default
        )
        shown = f"`{default}`" if default != "" else "none"
        expected.append(f"| `{variable_name(setting)}` | {setting.metadata['meaning']} | {shown} |")
    assert rows == expected

"""A public address without keys prevents the start, and error messages do not repeat keys."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from service.settings.config import Config, ConfigError
from tests.access.keys import ALICE, KEYS, bearer, entry
from tests.service.processes import children, is_gone
from tests.service.servers import ROOT, Server, serving
from tests.wait import wait_until

PUBLIC = ("0.0.0.0", "::", "[::]", "192.0.2.1", "2001:db8::1", "example.org", "0", "127.1.example")
LOCAL = ("127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost")


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_needs_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    """Or the setting with which the operator allows it."""
    monkeypatch.setenv("GAN_DESIGNER_HOST", host)
    with pytest.raises(ConfigError, match="other machines could use the service"):
        Config.from_environment()
    file = tmp_path / "keys"
    file.write_text("\n".join(KEYS))
    for name, value in (
        ("API_KEYS", ",".join(KEYS)),
        ("API_KEYS_FILE", str(file)),
        ("ALLOW_PUBLIC", "true"),
    ):
        with monkeypatch.context() as once:
            once.setenv(f"GAN_DESIGNER_{name}", value)
            assert Config.from_environment().host == host


@pytest.mark.parametrize("host", LOCAL)
def test_a_loopback_address_needs_no_key(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("GAN_DESIGNER_HOST", host)
    assert Config.from_environment().host == host


def test_serve_refuses_to_start_in_public() -> None:
    """The command fails with a message that says how to fix the settings."""
    command = [
        sys.executable,
        "-c",
        "from service.commands.server import serve; serve()",
        "--host",
        "0.0.0.0",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "GAN_DESIGNER_API_KEYS" in done.stderr
    assert "GAN_DESIGNER_ALLOW_PUBLIC=true" in done.stderr


@pytest.mark.parametrize(
    "value",
    [ALICE, f"alice:{ALICE}", f"{KEYS[0]},bob:{ALICE}", f"{KEYS[0]},{KEYS[0]}:{ALICE}"],
)
def test_a_key_that_cannot_be_used_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """The setting may hold the key itself."""
    monkeypatch.setenv("GAN_DESIGNER_API_KEYS", value)
    with pytest.raises(ConfigError, match=r"^GAN_DESIGNER_API_KEYS: key \d") as refusal:
        Config.from_environment()
    assert ALICE not in str(refusal.value)


def test_a_key_in_both_places_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(KEYS[0])
    monkeypatch.setenv("GAN_DESIGNER_API_KEYS", KEYS[0])
    monkeypatch.setenv("GAN_DESIGNER_API_KEYS_FILE", str(file))
    with pytest.raises(ConfigError, match=r"API_KEYS and .*_FILE: keys 1 and 2 are the same"):
        Config.from_environment()


def test_compose_publishes_a_service_without_keys_on_the_loopback_only() -> None:
    """The compose file allows a service without keys and publishes it on the loopback only."""
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    web = composed["gan-designer"]
    assert web["environment"]["GAN_DESIGNER_ALLOW_PUBLIC"] == "true"
    assert [port.partition("}")[0] for port in web["ports"]] == ["${HOST:-127.0.0.1"]
    assert "ALLOW_PUBLIC" not in (ROOT / "Dockerfile").read_text()


def test_the_documented_lines_make_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """docs/security.md: the file that the lines write accepts the key that they print."""
    page = (ROOT / "docs" / "security.md").read_text()
    lines = page.partition("```sh\n")[2].partition("```")[0]
    done = subprocess.run(["sh", "-c", lines], cwd=tmp_path, capture_output=True, check=True)
    key = done.stdout.decode().strip()
    assert len(key) > 32
    ring = Config(api_keys_file=str(tmp_path / "keys.txt")).key_ring
    owner = ring.find_key(key)
    assert owner is not None
    assert (owner.name, owner.rate_limit) == ("alice", "1000/hour")


@pytest.mark.slow
def test_the_keys_file_is_reread_on_sighup(tmp_path: Path) -> None:
    """One key is removed, another added, and the process keeps running."""
    file = tmp_path / "keys"
    file.write_text(entry("alice", ALICE))
    with serving(workers="1", threads="2", api_keys_file=str(file)) as server:
        assert server.ask("/v1/designs/x", headers=bearer(ALICE)).status == 404
        file.write_text(entry("alice", "another"))
        os.kill(server.pid, signal.SIGHUP)

        def status(text: str) -> int:
            return server.ask("/v1/designs/x", headers=bearer(text)).status

        wait_until(lambda: status("another") == 404, what="a worker that knows the new key")
        wait_until(lambda: status(ALICE) == 401, what="the end of the one that knew the old")


@pytest.mark.slow
def test_an_invalid_keys_file_keeps_the_old_keys(tmp_path: Path) -> None:
    """Both on SIGHUP and when a dead web process is replaced."""
    file = tmp_path / "keys"
    file.write_text(entry("alice", ALICE))
    with serving(workers="1", threads="2", api_keys_file=str(file)) as server:
        assert server.ask("/v1/designs/x", headers=bearer(ALICE)).status == 404
        file.write_text("alice:a slip")
        for by_sighup in (False, True):
            (before,) = web_processes(server)
            if by_sighup:
                os.kill(server.pid, signal.SIGHUP)
            else:
                os.kill(before, signal.SIGKILL)
            wait_until(
                lambda gone=before: bool(web_processes(server)) and is_gone(gone),
                what="a new web process in place of the old",
            )
            assert server.ask("/v1/designs/x", headers=bearer(ALICE)).status == 404
            assert server.ask("/v1/designs/x", headers=bearer("wrong")).status == 401
        (refusal,) = [
            line for line in server.lines if line["level"] == "error" and "invalid" in line["event"]
        ]
        assert "key 1: its digest must be" in refusal["event"]
        assert "a slip" not in server.log.read_text()


def web_processes(server: Server) -> list[int]:
    """Web processes of a server."""
    return [pid for pid in children(server.pid) if not is_gone(pid)]

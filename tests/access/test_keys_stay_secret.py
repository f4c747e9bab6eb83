"""Keys are never logged, whatever happens to their request."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from service.commands.server import gunicorn_command
from tests.access.keys import ALICE, CHEAP, entry
from tests.access.raw_http import Exchange, exchange
from tests.service.servers import ROOT, free_port, wait_for

pytestmark = pytest.mark.slow

WRONG = "a-wrong-key-of-no-client"
LINE = b"Authorization: Bearer %s\r\n"
DAMAGED = (
    LINE.replace(b"\r\n", b"\0\r\n"),
    LINE.replace(b"Bearer ", b"Bearer\r\n "),
    LINE + b"Host: y\r\n",
    LINE + b"X-A: " + b"x" * 100_000 + b"\r\n",
    LINE + b"Content-Length: 5\r\nContent-Length: 6\r\n",
    LINE.replace(b":", b""),
    LINE.replace(b"Authorization: Bearer ", b"Transfer-Encoding: "),
    LINE.replace(b"Authorization: Bearer ", b"Expect: "),
    LINE.replace(b"Authorization: Bearer ", b"SCRIPT_NAME: /"),
    LINE.replace(b"Authorization: Bearer %s", b"%s : x"),
    LINE.replace(b"Authorization: Bearer %s", b"X: y\r\n%s"),
)
"""Requests that gunicorn refuses by itself, and says so in its log."""


def test_no_key_is_logged(tmp_path: Path) -> None:
    """Valid keys, invalid keys, and keys in malformed requests, not even in part."""
    port, log = free_port(), tmp_path / "log"
    variables = {
        "PYTHONPATH": str(ROOT),
        "GAN_DESIGNER_PORT": str(port),
        "GAN_DESIGNER_STATE_FOLDER": str(tmp_path / "state"),
        "GAN_DESIGNER_WORKERS": "1",
        "GAN_DESIGNER_API_KEYS": entry("alice", ALICE, "20/hour"),
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            gunicorn_command(),
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(port, process)
            for key in (ALICE, WRONG):
                call_with(port, key)
        finally:
            process.terminate()
            process.wait(timeout=60)
    logged = log.read_text()
    assert "Invalid" in logged  # gunicorn did say something
    for secret in (ALICE, WRONG, ALICE[:8], WRONG[:8], entry("alice", ALICE).split(":")[1]):
        assert secret not in logged


def call_with(port: int, key: str) -> None:
    """Requests with a key, with every kind of outcome."""
    line = LINE.replace(b"%s", key.encode())
    paths = (CHEAP, "/v1/designs?resolution=3", "/nowhere", "/healthz", f"{CHEAP}&key={key}")
    for path in (*paths, *["/v1/designs/x"] * 20):
        ask(port, path, line)
    for lines in DAMAGED:
        got = ask(port, "/v1/designs/x", lines.replace(b"%s", key.encode()))
        assert got.statuses[0] >= 400
        assert key.encode() not in got.received
        assert got.received.partition(b"\r\n\r\n")[2].startswith(b'{"type": "/problems/')


def ask(port: int, path: str, lines: bytes) -> Exchange:
    """One request with these header lines."""
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    return exchange(port, head.encode() + lines + b"\r\n")

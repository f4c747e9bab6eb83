"""The service in gunicorn, as deployed: processes, ports, signals."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.processes import children, descendants, is_gone, maps
from tests.service.servers import ROOT, Server, free_port, serving, wait_for

pytestmark = [pytest.mark.torch, pytest.mark.slow]

BRIEF = json.dumps({"resolution": 64, "latent_dim": 100, "base_channels": 16}).encode()
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def larger() -> Iterator[Server]:
    """A server of three web processes."""
    with serving(workers="3", threads="2") as running:
        yield running


def test_servers_of_any_size_give_the_same_bytes(server: Server, larger: Server) -> None:
    """Tag and body depend only on the design, in every form, compressed or not."""
    for headers in (
        {},
        {"Accept-Encoding": "gzip"},
        {"Accept": "text/x-python"},
        {"Accept": "application/zip"},
    ):
        answers = [
            running.ask("/v1/designs", method="POST", body=BRIEF, headers=JSON | headers)
            for running in (server, larger, larger, larger)
        ]
        assert [answer.status for answer in answers] == [200] * 4
        assert len({answer.body for answer in answers}) == 1
        assert len({answer.headers["ETag"] for answer in answers}) == 1
    body = json.loads(server.ask("/v1/designs", method="POST", body=BRIEF, headers=JSON).body)
    assert body["verification"]["verdict"] == "verified"
    named = [running.ask(body["links"]["self"]) for running in (server, larger)]
    assert [json.loads(answer.body) for answer in named] == [body, body]


def test_headers_are_sent_once(server: Server) -> None:
    """Headers of the application and of gunicorn are not duplicated."""
    answer = server.ask("/v1/designs?resolution=28&latent_dim=8&verify=none")
    names = [name.lower() for name in answer.headers]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", JSON, 400, "empty_body"),
        (b"[" * 100_000, JSON, 400, "nested_too_deep"),
        (b"9" * 5000, JSON, 400, "integer_too_long"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b" " * (2**20 + 1), JSON, 413, "body_too_large"),
        (b'{"resolution": 3, "latent_dim": 1}', JSON, 422, "out_of_range"),
    ],
)
def test_malformed_messages_are_problems_on_a_real_server(
    server: Server, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = server.ask("/v1/designs", method="POST", body=body, headers=headers)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] == code


def test_a_chunked_body_is_bounded(server: Server) -> None:
    """The limit applies without Content-Length."""
    answer = server.ask(
        "/v1/designs",
        method="POST",
        body=iter([b" " * 65_536] * 40),  # type: ignore[arg-type]
        headers=JSON,
    )
    assert (answer.status, json.loads(answer.body)["code"]) == (413, "body_too_large")


def test_broken_chunks_are_the_clients_fault(server: Server) -> None:
    """An exception of gunicorn becomes a problem, not a 500."""
    headers = JSON | {"Transfer-Encoding": "chunked"}
    answer = server.ask(
        "/v1/designs", method="POST", body=b"zz\r\nno chunk\r\n0\r\n\r\n", headers=headers
    )
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "bad_request")


def test_a_long_request_line_is_gunicorns_own_414(server: Server) -> None:
    assert server.ask("/v1/designs/" + "1" * 8000).status == 404
    assert server.ask("/v1/designs/" + "1" * 8300).status == 414


def test_web_workers_never_load_torch(server: Server) -> None:
    """Only verifying processes load torch, so web processes stay small."""
    server.ask("/v1/designs", method="POST", body=BRIEF, headers=JSON)
    workers = children(server.pid)
    assert len(workers) == 1
    assert "libtorch" not in Path(f"/proc/{workers[0]}/maps").read_text()
    assert any("libtorch" in maps(below) for below in descendants(workers[0]))


def test_no_process_outlives_the_server() -> None:
    """Verifying processes end with their server, also if it is killed."""
    with serving(warm=True, workers="2") as running:
        running.ask("/v1/designs", method="POST", body=BRIEF, headers=JSON)
        below = descendants(running.pid)
        assert len(below) > 2
    for _ in range(100):
        left = [pid for pid in below if not is_gone(pid)]
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def test_a_bad_setting_stops_the_start() -> None:
    with (
        pytest.raises(AssertionError, match="GAN_DESIGNER_THREADS="),
        serving(threads="none"),
    ):
        pass


def test_the_control_socket_stays_closed(server: Server, tmp_path: Path) -> None:
    """A read-only root has no place for it; only the port listens."""
    files = [
        str(entry.readlink())
        for pid in [server.pid, *children(server.pid)]
        for entry in Path(f"/proc/{pid}/fd").iterdir()
    ]
    inodes = {file[len("socket:[") : -1] for file in files if file.startswith("socket:[")}
    listening = [
        line
        for line in Path("/proc/net/unix").read_text().splitlines()[1:]
        if line.split()[6] in inodes and line.split()[3] == "00010000"
    ]
    assert listening == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) == 0


def test_serve_prints_a_line_that_works() -> None:
    """It prints the address and a curl command, and then listens."""
    port = free_port()
    command = [
        sys.executable,
        "-c",
        "from service.commands.server import serve; serve()",
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(2)]
            wait_for(port, process)
            curl = shlex.split(lines[1])
            curl[1] += "&verify=none"
            done = subprocess.run([*curl, "-sS"], capture_output=True, text=True, check=True)
        finally:
            process.terminate()
    assert f"http://127.0.0.1:{port} " in lines[0]
    assert json.loads(done.stdout)["chain"]["sizes"][-1] == [64, 64]


def test_serve_refuses_a_bad_setting() -> None:
    command = [sys.executable, "-c", "from service.commands.server import serve; serve()"]
    environment = {**os.environ, "GAN_DESIGNER_WORKERS": "many"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert "GAN_DESIGNER_WORKERS='many'" in done.stderr


def test_a_static_file_is_sent_whole(server: Server) -> None:
    """Files use another socket method than computed responses."""
    for path in (ROOT / "service" / "static").glob("*.css"):
        assert server.ask(f"/static/{path.name}").body == path.read_bytes()

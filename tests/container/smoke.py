"""Smoke test of the image: start docker-compose.yml, request a design, check the sandboxing.

python tests/container/smoke.py podman podman-compose
python tests/container/smoke.py docker docker compose
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import socket
import subprocess
import sys
import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/gan-designer"
START_TIMEOUT_S = 60
PROJECT = "gan-designer-smoke"
"""Containers and volumes of its own, whatever runs here from the same file."""

WORKERS = 4
"""As `docker compose up --scale worker=4` has them."""


def output(*command: str) -> str:
    """The output of a command; a failure raises with its error output."""
    return subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str, body: dict[str, object] | None = None) -> tuple[int, dict[str, object]]:
    """Status and document of a response, also of one that reports a problem."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data=data, headers={"Content-Type": "application/json"})
    try:
        response = urlopen(request, timeout=START_TIMEOUT_S)
    except HTTPError as problem:
        response = problem
    with response:
        return response.status, json.load(response)


def wait_until_healthy(url: str) -> None:
    """Poll /healthz until it returns 200, for a minute."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            assert answer(f"{url}/healthz")[0] == 200
            return
        except (URLError, HTTPException, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def assert_designs(url: str) -> None:
    """The service returns a verified design."""
    status, design = answer(f"{url}/v1/designs", {"resolution": [50, 150], "latent_dim": 100})
    assert status == 200
    assert design["generator"]["output_shape"] == [3, 50, 150], design["generator"]  # type: ignore[index]
    assert design["verification"]["verdict"] == "verified", design["verification"]  # type: ignore[index]


SANDBOX_PROBE = """
import os, shutil
from pathlib import Path
assert os.getuid() == 10001, os.getuid()
status = dict(line.split(":", 1) for line in Path("/proc/1/status").read_text().splitlines())
assert int(status["CapEff"], 16) == 0, status["CapEff"]
assert status["NoNewPrivs"].strip() == "1", status["NoNewPrivs"]
for place in ("/", "/opt/gan-designer", "/usr/local", "/home"):
    try:
        Path(place, "written").touch()
    except OSError:
        continue
    raise AssertionError(f"{place} can be written to")
for tool in ("pip", "pip3", "gcc", "cc", "make", "git", "curl"):
    assert shutil.which(tool) is None, tool
assert not Path("/etc/pip.conf").exists() or not Path("/etc/pip.conf").read_text()
"""


def assert_sandboxed(engine: str, container: str) -> None:
    """User, capabilities, read-only root, no tools, limits, and the health check of the image."""
    output(engine, "exec", container, "python3", "-c", SANDBOX_PROBE)
    limits = json.loads(output(engine, "inspect", container))[0]["HostConfig"]
    assert limits["Memory"] == 7 * 2**30, limits["Memory"]
    # podman-compose before 1.1 ignores pids_limit; podman's default is 2,048.
    assert 0 < limits["PidsLimit"] <= 2048, limits["PidsLimit"]
    assert limits["RestartPolicy"]["Name"] == "unless-stopped", limits["RestartPolicy"]
    config = json.loads(output(engine, "image", "inspect", IMAGE))[0]
    check = (config.get("Healthcheck") or config["Config"]["Healthcheck"])["Test"]
    assert check[0] == "CMD", check
    output(engine, "exec", container, *check[1:])


PACKAGES_PROBE = """
from importlib.metadata import distributions
for distribution in distributions():
    print(f"{distribution.metadata['Name']}=={distribution.version}")
"""


def assert_listed_packages(engine: str, container: str) -> None:
    """The image contains the packages of requirements/image.txt, this project and no others."""
    lines = output(engine, "exec", container, "python3", "-c", PACKAGES_PROBE).splitlines()
    found = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines}
    text = (ROOT / "requirements" / "image.txt").read_text()
    listed = set(re.findall(r"^([^#]\S*)==", text, flags=re.MULTILINE))
    assert found == listed | {"gan-designer"}, found ^ listed
    torch = next(line for line in lines if line.startswith("torch=="))
    assert f"\n{torch}; platform_machine" in text, torch


def running(engine: str, service: str) -> str:
    """The first container of a service of the compose file."""
    listed = output(engine, "ps", "--format", "{{.ID}} {{.Names}}").splitlines()
    (container,) = (
        row.split()[0]
        for row in listed
        if re.fullmatch(rf"{PROJECT}[-_]{service}[-_]1", row.split()[1])
    )
    return container


def assert_sweeps(url: str) -> None:
    """All workers are running, and they compute the rows of a sweep."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        status, state = answer(f"{url}/readyz")
        if status == 200 and state["parts"]["jobs"].get("workers") == WORKERS:  # type: ignore[index]
            break
        assert time.monotonic() < deadline, state
        time.sleep(0.5)
    sweep = {"grid": {"resolution": [8, 16], "latent_dim": [4, 8]}, "verify": "none"}
    status, job = answer(f"{url}/v1/sweeps", sweep)
    assert status == 202, job
    while job["state"] != "succeeded":
        assert time.monotonic() < deadline, job
        time.sleep(0.5)
        job = answer(f"{url}/v1/jobs/{job['id']}")[1]
    assert (job["done"], job["failed"]) == (4, 0), job


def assert_kept_in_redis(engine: str, redis: str, url: str) -> None:
    """The cache is in Redis, which wants its password and persists it across a restart."""
    status, state = answer(f"{url}/readyz")
    assert (status, state["parts"]["cache"]["backend"]) == (200, "redis"), state  # type: ignore[index]
    assert state["parts"]["cache"]["state"] == "ok", state  # type: ignore[index]
    stranger = output(engine, "exec", redis, "env", "-u", "REDISCLI_AUTH", "redis-cli", "ping")
    assert stranger.startswith("NOAUTH"), stranger
    kept = int(output(engine, "exec", redis, "redis-cli", "dbsize"))
    assert kept > 0
    assert output(engine, "exec", redis, "redis-cli", "config", "get", "appendonly").endswith("yes")
    time.sleep(2)  # appendfsync everysec
    output(engine, "restart", redis)
    deadline = time.monotonic() + START_TIMEOUT_S
    while int(output(engine, "exec", redis, "redis-cli", "dbsize") or 0) < 1:
        assert time.monotonic() < deadline, "Redis has forgotten what it kept"
        time.sleep(0.5)


def main(engine: str, *compose: str) -> None:
    """Start, check, stop; on a failure, print the container logs."""
    port = free_port()
    os.environ.update(HOST="127.0.0.1", PORT=str(port), REDIS_PASSWORD=secrets.token_hex(32))
    compose = (*compose, "--project-name", PROJECT)
    url = f"http://127.0.0.1:{port}"
    up = (*compose, "up", "-d", "--no-build", "--scale", f"worker={WORKERS}")
    print("$", shlex.join(up), flush=True)
    output(*up)
    try:
        container, redis = running(engine, "gan-designer"), running(engine, "redis")
        worker = running(engine, "worker")
        try:
            wait_until_healthy(url)
            assert_designs(url)
            assert_sandboxed(engine, container)
            assert_listed_packages(engine, container)
            assert_sweeps(url)
            assert_kept_in_redis(engine, redis, url)
        except BaseException:
            subprocess.run([engine, "logs", container], check=False)
            subprocess.run([engine, "logs", redis], check=False)
            subprocess.run([engine, "logs", worker], check=False)
            raise
    finally:
        output(*compose, "down", "--volumes")
    print("The container serves, verifies and is sandboxed.")


if __name__ == "__main__":
    main(*sys.argv[1:])

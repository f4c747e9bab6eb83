"""docker-compose.yml: its Redis is started with the same options and answers no stranger."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from redis import AuthenticationError, Redis

from tests.service.servers import free_port, wait_for

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PASSWORD = "0123456789abcdef"


def test_the_redis_of_the_compose_file_wants_its_password(tmp_path: Path) -> None:
    """Without it every command is refused; with it the service works as before."""
    text = SERVICES["redis"]["command"].replace("${REDIS_PASSWORD}", PASSWORD)
    command = shlex.split(text.replace("/data", str(tmp_path)))
    program = shutil.which(command[0])
    assert program is not None, "redis-server is listed in .ci/system-packages"
    port = free_port()
    own = ("--port", str(port), "--bind", "127.0.0.1")
    with subprocess.Popen([program, *command[1:], *own], stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(port, server)
            with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
                stranger.ping()
            with Redis(port=port, password=PASSWORD) as service:
                assert service.ping()
                assert service.config_get("protected-mode") == {"protected-mode": "yes"}
        finally:
            server.kill()


@pytest.mark.parametrize("name", ["gan-designer", "worker"])
def test_the_processes_of_the_compose_file_have_the_password(name: str) -> None:
    """It is never empty: an unset variable is an error of compose."""
    url = SERVICES[name]["environment"]["REDIS_URL"]
    assert url.startswith("redis://:${REDIS_PASSWORD:?")
    assert url.endswith("}@redis:6379/0")


@pytest.mark.parametrize("name", ["gan-designer", "redis"])
def test_every_image_can_be_built_from_a_digest(name: str) -> None:
    """The compose file passes BASE_IMAGE on, and every stage of the Dockerfile begins with it."""
    base = SERVICES[name]["build"]["args"]["BASE_IMAGE"]
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    (default,) = (line.partition("=")[2] for line in lines if line.startswith("ARG BASE_IMAGE="))
    assert base == "${BASE_IMAGE:-" + default + "}"
    stages = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert stages == ["${BASE_IMAGE}"] * 3

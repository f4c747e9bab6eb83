"""Build the image and test it as the compose file runs it: `make image`.

Uses a Docker engine if there is one, otherwise buildah and podman. The machine's pip settings (an
index, a folder of wheels, a CA bundle) apply to the build and are not stored in the image.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
IMAGE = "localhost/gan-designer"
REDIS_IMAGE = "localhost/gan-designer-redis"
BASE = os.environ.get("BASE_IMAGE", "docker.io/library/debian:bookworm-slim")


def run(*command: str) -> None:
    """Print and run a command in the project's root; exit if it fails."""
    print("$", shlex.join(command), flush=True)
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def succeeds(*command: str) -> bool:
    """Whether a command exists and succeeds; its output is discarded."""
    return (
        bool(shutil.which(command[0]))
        and not subprocess.run(command, check=False, capture_output=True).returncode
    )


def pip_settings() -> dict[str, str]:
    """Settings of pip on this machine from files and environment: option → value."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    )
    pairs = (line.split("=", 1) for line in listed.stdout.splitlines())
    return {key.split(".", 1)[1]: shlex.split(value)[0] for key, value in pairs}


def pip_volumes(settings: dict[str, str]) -> list[str]:
    """Volumes for the files and folders in pip's settings; for an index, its parent folder."""
    words = [word for value in settings.values() for word in value.split()]
    plain = {Path(word) for word in words if word.startswith("/")}
    indexes = {Path(urlsplit(word).path).parent for word in words if word.startswith("file://")}
    return [f"{path}:{path}:ro" for path in sorted(plain | indexes) if path.exists()]


def build_with_buildah() -> None:
    """Build without an engine in a chroot, with no daemon and no additional privileges."""
    if not succeeds("podman", "image", "exists", BASE) and not succeeds("podman", "pull", BASE):
        run(".ci/base-image", BASE)
    settings = pip_settings()
    certificates = settings.pop("cert", None)
    volumes = pip_volumes(settings)
    if certificates:  # a separate path: Debian's package writes to the original one
        volumes.append(f"{certificates}:/etc/pip.crt:ro")
        settings["cert"] = "/etc/pip.crt"
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write("[global]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
        conf.flush()
        volumes.append(f"{conf.name}:/etc/pip.conf:ro")
        build = (
            *("buildah", "bud", "--layers", "--isolation", "chroot", "--format", "docker"),
            *("--build-arg", f"BASE_IMAGE={BASE}"),
            *("--build-arg", f"TORCH_INDEX_URL={os.environ.get('TORCH_INDEX_URL', '')}"),
            *(f"--volume={volume}" for volume in volumes),
        )
        run(*build, "--target", "redis", "--tag", REDIS_IMAGE, ".")
        run(*build, "--tag", IMAGE, ".")


def main() -> None:
    """Build the image, print its size, and run the smoke test."""
    os.environ.setdefault("REDIS_PASSWORD", secrets.token_hex(32))
    if succeeds("docker", "info"):
        engine, compose = "docker", ["docker", "compose"]
        run("docker", "compose", "build", "--build-arg", f"BASE_IMAGE={BASE}")
    else:
        run(".ci/system-packages", "image")
        # Without systemd, podman runs no health checks: the smoke test runs them.
        arguments = "--podman-run-args=--no-healthcheck --cgroups=no-conmon"
        files = ["-f", "docker-compose.yml", "-f", "tests/container/four-workers.yml"]
        engine, compose = "podman", ["podman-compose", arguments, *files]
        build_with_buildah()
    run(engine, "image", "ls", IMAGE)
    run(sys.executable, "tests/container/smoke.py", engine, *compose)


if __name__ == "__main__":
    main()

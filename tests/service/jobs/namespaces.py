"""Two hosts on one machine: network namespaces, each with a link that a test can cut."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import uuid4

import pytest


@dataclass(frozen=True, kw_only=True)
class Host:
    """A namespace: its name, this machine's address in it, this machine's end of the link."""

    name: str
    gateway: str
    cable: str

    @property
    def command(self) -> list[str]:
        """The prefix of a command that runs in the namespace."""
        return [tool("ip"), "netns", "exec", self.name]

    def cut_off(self) -> None:
        """Take the link down."""
        run("link", "set", self.cable, "down")


def tool(name: str) -> str:
    """Path of a program that may be outside an ordinary user's PATH."""
    found = shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin")
    assert found, f"{name} is needed"
    return found


def run(*words: str) -> None:
    """One call of iproute2."""
    subprocess.run([tool("ip"), *words], check=True, capture_output=True, text=True)


@contextmanager
def host(number: int) -> Iterator[Host]:
    """A host with its own network to this machine."""
    tag = uuid4().hex[:6]
    name, here, there = f"gd-{tag}", f"gdh{tag}", f"gdt{tag}"
    gateway, address = f"10.213.{number}.1", f"10.213.{number}.2"
    with ExitStack() as stack:
        run("netns", "add", name)
        stack.callback(run, "netns", "del", name)
        run("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
        run("addr", "add", f"{gateway}/30", "dev", here)
        run("link", "set", here, "up")
        run("-n", name, "addr", "add", f"{address}/30", "dev", there)
        run("-n", name, "link", "set", there, "up")
        run("-n", name, "link", "set", "lo", "up")
        yield Host(name=name, gateway=gateway, cable=here)


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts; the test is skipped on a machine that forbids network namespaces."""
    try:
        with host(1):
            pass
    except subprocess.CalledProcessError as refused:
        pytest.skip(f"THIS MACHINE FORBIDS NETWORK NAMESPACES: {refused.stderr.strip()}")
    with host(1) as first, host(2) as second:
        yield first, second

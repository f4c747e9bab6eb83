"""Processes killed under load: only the requests that they were serving fail."""

from __future__ import annotations

import json
import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.background_load import Load
from tests.service.processes import children, descendants, is_gone, only_child, state
from tests.service.servers import Server, serving
from tests.support import soak_count
from tests.wait import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.torch]

JSON = {"Content-Type": "application/json"}
KILLS = soak_count(3, 200)


def small_brief(number: int) -> bytes:
    """A brief whose source has not been verified before."""
    return json.dumps({"resolution": 16, "latent_dim": number + 1, "base_channels": 4}).encode()


def test_killed_verifying_processes_cost_at_most_their_own_request() -> None:
    """Kills of fork servers and their workers: every response is verified or a problem."""
    dice = random.Random(7)
    with serving(warm=True, workers="1", threads="8", verify_processes="2") as server:
        web = only_child(server.pid)
        load = Load(
            port=server.port,
            path=lambda number: "/v1/designs",
            method="POST",
            body=small_brief,
            clients=4,
        )
        with load.running():
            for _ in range(KILLS):
                load.wait_for(5)
                victims = [pid for pid in descendants(web) if not is_gone(pid)]
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(victims), signal.SIGKILL)
            load.wait_for(5)
        assert children(server.pid) == [web]
        statuses = {exchange.status for exchange in load.exchanges}
        assert statuses <= {200, 503}
        assert len(load.failed) <= 2 * KILLS
        for exchange in load.exchanges:
            document = json.loads(exchange.body)
            if exchange.status == 200:
                assert document["verification"]["verdict"] == "verified"
            else:
                assert document["code"] in ("probe_failed", "overloaded")
        for number in range(2):  # a worker killed while idle is noticed by its next verification
            ask(server, 60_000 + number)
        assert [ask(server, 60_010 + number) for number in range(4)] == [200] * 4


def ask(server: Server, number: int) -> int:
    """The status of the response to a new brief."""
    body = small_brief(number)
    return server.ask("/v1/designs", method="POST", body=body, headers=JSON).status


def test_a_killed_web_process_costs_no_other_process_a_request() -> None:
    """Only its own connections are lost, and another process replaces it."""
    path = "/v1/designs?resolution=16&latent_dim={}&base_channels=4&verify=none"
    with serving(workers="3", threads="4") as server:
        load = Load(port=server.port, path=lambda number: path.format(number + 1), clients=8)
        with load.running():
            for _ in range(soak_count(3, 30)):
                load.wait_for(50)
                workers = children(server.pid)
                assert len(workers) == 3
                victim = workers[0]
                seen = len(load.exchanges)
                os.kill(victim, signal.SIGSTOP)
                wait_until(lambda pid=victim: state(pid) == "T", what="the worker to stop")  # type: ignore[misc]
                held = ports_held_by(victim, server.port)
                os.kill(victim, signal.SIGKILL)
                wait_until(
                    lambda gone=victim: (
                        gone not in children(server.pid)  # type: ignore[misc]
                        and len(children(server.pid)) == 3
                    ),
                    what="its replacement",
                )
                load.wait_for(20)
                lost = [each.port for each in load.exchanges[seen:] if each.status is None]
                assert set(lost) <= held
        assert {each.status for each in load.exchanges} <= {200, None}
        assert all(each.connected for each in load.exchanges)


def ports_held_by(process: int, port: int) -> set[int]:
    """The clients' ports of the connections that a process has accepted at a port."""
    inodes = {
        link[len("socket:[") : -1]
        for entry in Path(f"/proc/{process}/fd").iterdir()
        if (link := str(entry.readlink())).startswith("socket:[")
    }
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[9] in inodes and int(fields[1].split(":")[1], 16) == port:
            found.add(int(fields[2].split(":")[1], 16))
    return found

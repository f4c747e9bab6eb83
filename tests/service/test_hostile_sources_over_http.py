"""Hostile sources over HTTP, to a server with secrets: refused in time, and others are served."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.audit.sources.forged_replies import CURIOUS, FORGED
from tests.audit.sources.hostile_sources import BOMBS, HONEST, LIES, LOOPS
from tests.service.processes import descendants
from tests.service.servers import Answer, Server, serving
from tests.support import SOAK
from tests.wait import wait_until

pytestmark = [pytest.mark.torch, pytest.mark.slow]

KEY = "hunter2-keys-of-a-client"
SECRET = "hunter2"
HEADERS = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
FAMILIES = LOOPS | BOMBS | LIES | FORGED | CURIOUS
CHOSEN = [
    *("in forward", "a stopped process", "forks", "replaced builtins", "a hostile message"),
    *("strides without end", "a lovely verdict", "many values", "half a message"),
    *("variables", "the state folder", "the keys file"),
]
"""The texts of `make test`; `make soak` sends all of one text each."""

ANSWERED = {"strides without end", "a lovely verdict"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A server, a folder with secrets, and its answers to an honest source and a design."""

    server: Server
    planted: Path
    honest: bytes
    design: bytes
    processes: int


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Secrets are in a variable, in the state folder, in the keys file and in the caller's folder."""
    planted = tmp_path_factory.mktemp("planted")
    (planted / "keys").write_text(f"client:{hashlib.sha256(KEY.encode()).hexdigest()} # {SECRET}\n")
    (planted / "keys").chmod(0o600)
    (planted / "state").write_text(SECRET)
    settings = {"workers": "1", "threads": "4", "trace_timeout_s": "3"}
    settings |= {"api_keys_file": str(planted / "keys")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", SECRET)
        with serving(**settings) as server:
            honest, design = ask_audit(server, HONEST), ask_design(server)
            assert (honest.status, design.status) == (200, 200), honest.body + design.body
            yield Guarded(
                server=server,
                planted=planted,
                honest=honest.body,
                design=design.body,
                processes=len(descendants(server.pid)),
            )


def ask_audit(server: Server, source: str) -> Answer:
    """The answer to an audit of one text."""
    body = json.dumps({"input_shape": [3, 8, 8], "source": source}).encode()
    return server.ask("/v1/audits", method="POST", body=body, headers=HEADERS)


def ask_design(server: Server) -> Answer:
    """The answer to a small design, which is verified unless it is cached."""
    body = json.dumps({"resolution": 16, "latent_dim": 8, "base_channels": 4}).encode()
    return server.ask("/v1/designs", method="POST", body=body, headers=HEADERS)


@pytest.mark.parametrize(
    "name", [name for name in FAMILIES if ":" not in FAMILIES[name][:8]] if SOAK else CHOSEN
)
def test_a_hostile_source_is_answered_and_others_are_served(name: str, guarded: Guarded) -> None:
    """422 with the reason; meanwhile a cached design, afterwards the same honest audit."""
    server, meanwhile = guarded.server, list[Answer]()
    other = threading.Thread(target=lambda: meanwhile.append(ask_design(server)))
    other.start()
    text = FAMILIES[name].replace("PLANTED", str(guarded.planted))
    answer = ask_audit(server, text)
    other.join()
    assert meanwhile[0].body == guarded.design
    assert answer.status == 422 or (answer.status == 200 and name in {*LIES, *FORGED, *ANSWERED})
    if answer.status == 422:
        assert answer.json["code"] == "source_failed"
        assert answer.json["reasons"]
        assert {"type", "message", "file", "line"} <= answer.json["facts"].keys()
    assert SECRET.encode() not in answer.body
    assert ask_audit(server, HONEST).body == guarded.honest
    wait_until(lambda: len(descendants(server.pid)) <= guarded.processes, what="its processes")


def test_the_log_has_no_fault(guarded: Guarded) -> None:
    """No traceback, no status of a fault, and no secret."""
    log = guarded.server.log.read_text()
    assert "Traceback" not in log
    assert SECRET not in log
    assert not [line for line in guarded.server.lines if line.get("status", 200) >= 500]

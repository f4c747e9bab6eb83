"""Overload: some requests are served, the others are refused immediately with Retry-After."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.service.servers import Answer, Server, serving

pytestmark = [pytest.mark.torch, pytest.mark.slow]

JSON = {"Content-Type": "application/json"}


def verify(server: Server, latent_dim: int) -> tuple[Answer, float]:
    """A design that no other test requests, verified, and its duration in seconds."""
    start = time.monotonic()
    body = json.dumps({"resolution": 64, "latent_dim": latent_dim, "base_channels": 32}).encode()
    answer = server.ask("/v1/designs", method="POST", body=body, headers=JSON)
    return answer, time.monotonic() - start


def test_overload_is_503_with_retry_after(tmp_path: Path) -> None:
    """One runs, one waits at most a second, the others are refused; afterwards all is normal."""
    settings = {"verify_processes": "1", "verify_queue": "1", "verify_wait_s": "1"}
    with serving(workers="1", threads="16", state_folder=str(tmp_path), **settings) as server:
        with ThreadPoolExecutor(8) as clients:
            answers = list(clients.map(lambda n: verify(server, n), range(1, 9)))
            assert server.ask("/healthz").status == 200
        refused = [(answer, took) for answer, took in answers if answer.status != 200]
        assert refused
        assert len(refused) < len(answers)
        for answer, took in refused:
            problem = json.loads(answer.body)
            assert (answer.status, problem["code"]) == (503, "overloaded"), problem
            assert int(answer.headers["Retry-After"]) >= 1
            assert problem["facts"]["workers"] == 1
            assert ("waiting" in problem["facts"]) != ("waited_s" in problem["facts"])
            assert took < 20
        time.sleep(int(refused[0][0].headers["Retry-After"]))
        assert verify(server, 100)[0].status == 200

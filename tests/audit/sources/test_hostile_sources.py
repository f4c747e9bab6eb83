"""Hostile sources in audits: each is answered in time, and the next audits are those of a new pool.

`make test` runs a sample of each family, `make soak` all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.brief.options import Level
from designer.errors import SourceFailed
from designer.source import render_source
from designer.verification import Limits, Pool, verify_source
from designer.verification.sandbox.process_tree import descendants
from tests.audit.sources.forged_replies import CURIOUS, FORGED
from tests.audit.sources.hostile_sources import BOMBS, HONEST, LIES, LOOPS, Texts
from tests.support import soak_count
from tests.verification.designs import doubling_gan
from tests.wait import wait_until

pytestmark = [pytest.mark.torch, pytest.mark.slow]

TIMEOUT_S = 2
MARGIN_S = 8.0
"""Time for all but the run: a worker that is started and killed, on a machine with other work."""

LONGEST_ANSWER = 2**20
SECRETS = ("hunter2-variable", "hunter2-state", "hunter2-keys", "hunter2-caller")
FACTS = {"type", "message", "file", "line"}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer or the refusal as JSON, its reason's code (empty for an answer), and the duration."""

    document: Json
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A pool with secrets around it, and its answer to an honest source."""

    pool: Pool
    folder: Path
    answer: Json
    processes: int


def hostile_request(text: str, folder: Path) -> Json:
    """The request of a case: one text, two files, or the expression of a network."""
    text = text.replace("CALLED_IN", str(folder / "caller")).replace("PLANTED", str(folder))
    request: Json = {"input_shape": [3, 8, 8]}
    if text.startswith("FILES:"):
        first, second = text.removeprefix("FILES:").split("\n-----\n")
        name = "torch.py" if "torch" in first else "b.py"
        return request | {"files": {"a.py": first, name: second}}
    if text.startswith("NETWORK:"):
        return request | {"source": HONEST, "network": text.removeprefix("NETWORK:")}
    return request | {"source": text}


def audit_text(request: Json, pool: Pool) -> Outcome:
    """What a client gets; anything but an answer or a refusal of the source is an error."""
    start = time.monotonic()
    try:
        document, reason = audit(read_request(request), runner=pool.run), ""
    except SourceFailed as refusal:
        document, reason = {"detail": str(refusal), **refusal.facts}, refusal.reasons[0].code
    assert not reason or document.keys() >= FACTS, document
    return Outcome(document=document, reason=reason, seconds=time.monotonic() - start)


def assert_contained(outcome: Outcome, *, may_answer: bool, is_endless: bool) -> None:
    """The text is refused in time, or, if it may be, answered; the answer is small and no secret."""
    runs = 1 if is_endless else 2  # a process that ends is tried again
    assert outcome.seconds < runs * TIMEOUT_S + MARGIN_S
    text = json.dumps(outcome.document, allow_nan=False)
    assert len(text) < LONGEST_ANSWER
    assert not [secret for secret in SECRETS if secret in text]
    assert outcome.reason or may_answer, outcome.document["verdict"]
    assert outcome.reason == "source_stopped" or not is_endless, outcome.document


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A pool of one worker whose variables, state, keys and folder hold secrets."""
    folder = tmp_path_factory.mktemp("planted")
    plant_secrets(folder)
    limits = Limits(trace_s=TIMEOUT_S, memory_bytes=3 * 2**30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", SECRETS[0])
        patch.chdir(folder / "caller")
        patch.setattr(tempfile, "tempdir", str(folder / "scratch"))
        with Pool(workers=1, limits=limits) as pool:
            pool.run({"source_trace": {**HONEST_JOB}, "level": "trace"})
            answer = audit_text(HONEST_REQUEST, pool).document
            assert answer["verdict"] == "fits"
            yield Target(pool=pool, folder=folder, answer=answer, processes=count_idle_processes())


HONEST_REQUEST = {"input_shape": [3, 8, 8], "source": HONEST}
HONEST_JOB = {"files": {"source.py": HONEST}, "network": None, "inputs": None, "batch": 2}


def count_idle_processes() -> int:
    """The processes of an idle pool: its server, and the next worker, which is started a moment later."""
    wait_until(lambda: len(descendants(os.getpid())) > 1, what="the next worker")
    counts = []
    for _ in range(10):
        counts.append(len(descendants(os.getpid())))
        time.sleep(0.2)
    return max(counts)


def plant_secrets(folder: Path) -> None:
    """Files that no text may read."""
    (folder / "caller").mkdir()
    (folder / "scratch").mkdir()
    (folder / "state").write_text(SECRETS[1])
    (folder / "keys").write_text(SECRETS[2])
    (folder / "caller" / "secret").write_text(SECRETS[3])
    (folder / "link").symlink_to(folder / "state")


def sampled(family: Texts, count: int) -> list[Any]:
    """The texts of a family as parameters: in `make test`, as many, evenly spaced."""
    names = [*family]
    step = -(-len(names) // soak_count(count, len(names)))
    return [pytest.param(family[name], id=name) for name in names[::step]]


def assert_unharmed(target: Target) -> None:
    """The next audit has the first answer; no process and no file is left."""
    assert audit_text(HONEST_REQUEST, target.pool).document == target.answer
    scratch = [*(target.folder / "scratch").iterdir()]
    assert len(scratch) == 1
    assert [*scratch[0].iterdir()] == []
    wait_until(
        lambda: len(descendants(os.getpid())) <= target.processes, what="the end of its processes"
    )


def test_there_are_many_texts() -> None:
    """At least 60, and no two alike."""
    texts = [text for family in (LOOPS, BOMBS, LIES, FORGED, CURIOUS) for text in family.values()]
    assert len({*texts}) == len(texts) >= 60


@pytest.mark.parametrize("text", sampled(LOOPS, 3))
def test_a_loop_is_stopped(text: str, target: Target) -> None:
    outcome = audit_text(hostile_request(text, target.folder), target.pool)
    ends = "closerange" in text or "named_modules" in text
    assert_contained(outcome, may_answer=False, is_endless=not ends)
    assert_unharmed(target)


@pytest.mark.parametrize("text", sampled(BOMBS | CURIOUS, 9))
def test_a_bomb_or_a_curious_text_fails(text: str, target: Target) -> None:
    outcome = audit_text(hostile_request(text, target.folder), target.pool)
    assert_contained(outcome, may_answer=False, is_endless=False)
    assert_unharmed(target)


@pytest.mark.parametrize("text", sampled(LIES | FORGED, 9))
def test_a_lie_is_about_itself(text: str, target: Target) -> None:
    outcome = audit_text(hostile_request(text, target.folder), target.pool)
    assert_contained(outcome, may_answer=True, is_endless=False)
    assert_unharmed(target)


def test_a_design_is_verified_afterwards(target: Target) -> None:
    gan = doubling_gan(1, base_channels=4)
    receipt = verify_source(render_source(gan), gan, level=Level.STANDARD, runner=target.pool.run)
    assert receipt.verdict == "verified"


@pytest.mark.parametrize(
    "name", ["variables", "the state folder", "the keys file", "the caller's folder"]
)
def test_a_curious_text_learns_secrets_without_a_sandbox(name: str, target: Target) -> None:
    """So that what it tells from the sandbox means something."""
    text = str(hostile_request(CURIOUS[name], target.folder)["source"])
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert [secret for secret in SECRETS if secret in done.stderr]


GOOD: Json = {"document": {"verdict": "fits"}, "reason": "", "seconds": 0.1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 2 * TIMEOUT_S + MARGIN_S},
        {"document": {"verdict": "fits", "torch_error": f"ValueError: {SECRETS[0]}"}},
        {"document": {"verdict": "x" * LONGEST_ANSWER}},
        {"document": {"verdict": "fits", "outputs": float("nan")}},
    ],
    ids=["too late", "a secret", "too long", "no JSON"],
)
def test_the_check_refuses_what_it_names(wrong: Json) -> None:
    assert_contained(Outcome(**GOOD), may_answer=True, is_endless=False)
    with pytest.raises((AssertionError, ValueError)):
        assert_contained(Outcome(**GOOD | wrong), may_answer=True, is_endless=False)
    with pytest.raises(AssertionError):
        assert_contained(Outcome(**GOOD), may_answer=False, is_endless=False)

"""Replies of a verifying process: what a hostile source may send is an accident, never an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from designer.brief.options import Level
from designer.errors import ProbeFailed
from designer.networks import Gan
from designer.source import render_source
from designer.validation.json_readers import JsonValue
from designer.verification import Limits, Pool, Verification, verify_text
from designer.verification.reply import MAX_DEPTH, read_reply
from tests.verification.designs import doubling_gan

OUTCOME = {"measurements": {}, "threads": 1, "resident_bytes": 1}
ACCIDENT = {"accident": "killed", "facts": {}}


def verify_anything(text: str, gan: Gan, pool: Pool) -> Verification:
    """The receipt of a text, whatever it is."""
    sha256 = render_source(gan).sha256
    return verify_text(text, sha256, gan, level=Level.STANDARD, runner=pool.run)


def nested(depth: int) -> JsonValue:
    """Lists within lists."""
    value: JsonValue = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("reply", [OUTCOME, ACCIDENT, {**ACCIDENT, "resident_bytes": 3}])
def test_the_two_forms_are_read(reply: JsonValue) -> None:
    """What the worker sends arrives unchanged."""
    assert read_reply(reply) == reply


@pytest.mark.parametrize(
    "forged",
    [
        None,
        [],
        "verified",
        {},
        {"measurements": {}},
        {**OUTCOME, "measurements": []},
        {**OUTCOME, "measurements": None},
        {**OUTCOME, "threads": "1"},
        {**OUTCOME, "threads": True},
        {**OUTCOME, "resident_bytes": 1.5},
        {**OUTCOME, "resident_bytes": float("nan")},
        {**OUTCOME, "bug": "Traceback"},
        {**OUTCOME, **ACCIDENT},
        {"bug": "Traceback"},
        {"accident": 1, "facts": {}},
        {"accident": "killed"},
        {"accident": "killed", "facts": ["detail"]},
        {"accident": "killed", "facts": {"self": 1}},
        {**OUTCOME, "resident_bytes": 2**63},
        {**OUTCOME, "measurements": {"count": [-(10**400)]}},
        {**OUTCOME, "measurements": {"deep": nested(MAX_DEPTH)}},
        {**OUTCOME, "measurements": {"deep": nested(900)}},
    ],
)
def test_another_form_is_an_accident(forged: JsonValue) -> None:
    """Neither raised nor believed."""
    assert read_reply(forged) == {
        "accident": "the verifying process sent an invalid reply",
        "facts": {},
    }


def test_numbers_and_text_can_be_sent_on() -> None:
    """JSON has no infinity, and UTF-8 no lone surrogates."""
    measured = {"least": float("-inf"), "error": "\ud800", "\udcff": [float("nan"), 0.5]}
    reply = read_reply({**OUTCOME, "measurements": measured})
    assert reply["measurements"] == {"least": None, "error": "?", "?": [None, 0.5]}
    json.dumps(reply, allow_nan=False).encode()


FORGERIES: dict[str, Callable[[], str]] = {
    "a list": lambda: "[1]",
    "a bug": lambda: json.dumps({"bug": "x"}),
    "facts": lambda: json.dumps({"accident": "x", "facts": {"detail": 1, "self": 2}}),
    "measurements": lambda: json.dumps({"measurements": 3, "threads": 1, "resident_bytes": 1}),
    "an endless number": lambda: "9" * 5_000,
    "deep lists": lambda: "[" * 100_000,
    "no JSON": lambda: "}",
    "a huge integer": lambda: json.dumps(
        {"measurements": {"generator": 10**400}, "threads": 1, "resident_bytes": 1}
    ),
}
FRAMES = {
    "a frame that is never sent": "(2**24).to_bytes(8, 'big')",
    "the start of a length": "bytes(3)",
    "an endless frame": "(2**63).to_bytes(8, 'big') + b'x' * 60_000",
    "an empty frame": "bytes(8)",
    "no frame": "b'{}' * 1_000",
    "nothing": "b''",
}
"""What a source writes to every pipe before it kills its own process."""


FORGED_BYTES = FRAMES | {
    name: f"len(body := {body()!r}.encode()).to_bytes(8, 'big') + body"
    for name, body in FORGERIES.items()
}


@pytest.fixture(scope="module")
def lone_pool() -> Iterator[Pool]:
    """A pool whose one worker runs every source of these tests."""
    with Pool(workers=1, limits=Limits()) as pool:
        yield pool


@pytest.mark.torch
@pytest.mark.parametrize("forgery", FORGED_BYTES)
def test_a_forged_reply_ends_as_an_accident(forgery: str, lone_pool: Pool) -> None:
    """A source writes to the channel itself and ends; the next honest source is verified."""
    text = f"""
import os, signal, stat
for descriptor in range(3, 64):
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.write(descriptor, {FORGED_BYTES[forgery]})
    except OSError:
        pass
os.kill(os.getpid(), signal.SIGKILL)
"""
    gan = doubling_gan(1, base_channels=4)
    with pytest.raises(ProbeFailed):
        verify_anything(text, gan, lone_pool)
    assert verify_anything(render_source(gan).text, gan, lone_pool).verdict == "verified"


@pytest.mark.torch
def test_a_forged_receipt_does_not_reach_the_next_source(lone_pool: Pool) -> None:
    """A source writes a reply of the right form and goes on, which leaves two replies of one job."""
    gan = doubling_gan(1, base_channels=4)
    body = json.dumps(
        {"measurements": {"load": {"error": None}}, "threads": 1, "resident_bytes": 1}
    )
    text = f"""
import os, stat
body = {body!r}.encode()
for descriptor in range(3, 64):
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.write(descriptor, len(body).to_bytes(8, "big") + body)
    except OSError:
        pass
"""
    for _ in range(2):
        forged = verify_anything(render_source(gan).text + text, gan, lone_pool)
        assert forged.verdict == "refuted"
        assert verify_anything(render_source(gan).text, gan, lone_pool).verdict == "verified"

"""Replies of a verifying process: what a hostile source may send is an accident, never an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from designer.brief.model import Level
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
}


@pytest.fixture(scope="module")
def lone_pool() -> Iterator[Pool]:
    """A pool of one worker: what a source leaves there meets the next one."""
    with Pool(workers=1, limits=Limits()) as pool:
        yield pool


@pytest.mark.torch
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_reply_ends_as_an_accident(lone_pool: Pool, forgery: str) -> None:
    """A source writes to the channel itself; the next honest source is verified."""
    body = FORGERIES[forgery]()
    text = f"""
import os, stat
body = {body!r}.encode()
for descriptor in range(3, 64):
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.write(descriptor, len(body).to_bytes(8, "big") + body)
    except OSError:
        pass
os._exit(0)
"""
    gan = doubling_gan(1, base_channels=4)
    with pytest.raises(ProbeFailed):
        verify_anything(text, gan, lone_pool)
    assert verify_anything(render_source(gan).text, gan, lone_pool).verdict == "verified"

"""Reads the reply of a verifying process, which a hostile source may have written.

What is not of the agreed form becomes an accident: the request fails temporarily, and nothing is
verified or refuted.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from designer.validation.json_readers import JsonValue

MAX_DEPTH = 16
"""Deepest nesting of a reply; the probe's own are half as deep."""

_INTEGER_BITS = 63


class InvalidReply(Exception):
    """The reply is not of the agreed form."""


def read_reply(message: JsonValue) -> dict[str, JsonValue]:
    """A reply with ``measurements``, ``threads`` and ``resident_bytes``, or with an ``accident``.

    Numbers that JSON lacks become None, and text that UTF-8 lacks is replaced.

    >>> read_reply({"accident": "out of memory", "facts": {}})
    {'accident': 'out of memory', 'facts': {}}
    >>> read_reply(["verified"])["accident"]
    'the verifying process sent an invalid reply'
    """
    try:
        reply = _plain(message, MAX_DEPTH)
    except InvalidReply:
        reply = None
    if _is_outcome(reply) or _is_accident(reply):
        assert isinstance(reply, dict)
        return reply
    return {"accident": "the verifying process sent an invalid reply", "facts": {}}


def _is_outcome(reply: JsonValue) -> bool:
    return (
        isinstance(reply, dict)
        and reply.keys() == {"measurements", "threads", "resident_bytes"}
        and isinstance(reply["measurements"], dict)
        and type(reply["threads"]) is int
        and type(reply["resident_bytes"]) is int
    )


def _is_accident(reply: JsonValue) -> bool:
    return (
        isinstance(reply, dict)
        and reply.keys() <= {"accident", "facts", "threads", "resident_bytes"}
        and isinstance(reply.get("accident"), str)
        and reply.get("facts") == {}
    )


def _plain(value: JsonValue, depth: int) -> JsonValue:
    """The value with finite numbers and valid text.

    Raises:
        InvalidReply: if it is nested too deeply, or has an integer of more than 63 bits.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
        raise InvalidReply
    if not isinstance(value, Mapping | list):
        return value
    if not depth:
        raise InvalidReply
    if isinstance(value, list):
        return [_plain(each, depth - 1) for each in value]
    return {_plain(key, depth): _plain(each, depth - 1) for key, each in value.items()}

"""API keys: name, digest of the key and optional rate limit.

The configuration holds only digests, so reading it does not reveal a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from limits import parse_many

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)

MAX_KEYS_FILE_BYTES = 2**20
"""Maximum size of a key file."""


class KeyRefused(ValueError):
    """An invalid key entry; the message leaves the entry out, as it may be the key itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key: ``digest`` is the SHA-256 of the key in hexadecimal.

    ``rate_limit`` is in the notation of flask-limiter; empty means the common limit.
    """

    name: str
    digest: str
    rate_limit: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise KeyRefused(
                "its name must be 1 to 64 letters, digits, dots, hyphens and underscores"
            )
        if not _DIGEST.fullmatch(self.digest):
            raise KeyRefused("its digest must be the 64 hexadecimal digits that sha256sum prints")
        validate_rate_limit(self.rate_limit)

    @property
    def entry(self) -> str:
        """The key in the format of the settings."""
        return ":".join(filter(None, (self.name, self.digest, self.rate_limit)))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """All keys; if empty, no key is needed. Keys may share a name, as while one is replaced.

    >>> ring = KeyRing(keys=(ApiKey(name="alice", digest=sha256(b"open").hexdigest()),))
    >>> ring.find_key("open").name, ring.find_key("Open"), bool(KeyRing(keys=()))
    ('alice', None, False)
    """

    keys: tuple[ApiKey, ...]

    def __post_init__(self) -> None:
        first: dict[str, int] = {}
        for position, key in enumerate(self.keys, start=1):
            if (other := first.setdefault(key.digest, position)) != position:
                raise KeyRefused(f"keys {other} and {position} are the same")

    def __bool__(self) -> bool:
        return bool(self.keys)

    def find_key(self, presented: str) -> ApiKey | None:
        """The matching key; every digest is compared in constant time: timing reveals nothing."""
        digest = sha256(presented.encode("latin-1", "replace")).hexdigest()
        found = [key for key in self.keys if compare_digest(key.digest, digest)]
        return found[0] if found else None


def validate_rate_limit(limit: str) -> None:
    """Refuse a rate limit that flask-limiter cannot parse, or with amount 0.

    >>> validate_rate_limit("10/second;1000/hour")

    Raises:
        KeyRefused: with a valid example.
    """
    try:
        nothing = any(not item.amount for item in parse_many(limit)) if limit else False
    except ValueError:
        nothing = True
    if nothing:
        raise KeyRefused("it is not a rate limit such as 100/minute or 10/second;1000/hour")


def read_keys(entries: Iterable[str]) -> tuple[ApiKey, ...]:
    """The keys of entries ``name:digest`` or ``name:digest:limit``; blank entries are skipped.

    >>> read_keys([f"alice:{'0' * 64}:5/minute", ""])[0].rate_limit
    '5/minute'

    Raises:
        KeyRefused: naming the invalid entry by its position.
    """
    kept = [entry.strip() for entry in entries if entry.strip()]
    return tuple(_read_key(position, entry) for position, entry in enumerate(kept, start=1))


def read_keys_file(path: str) -> tuple[ApiKey, ...]:
    """The keys of a file, one per line; comments start with #.

    Raises:
        KeyRefused: if the file cannot be read, has no key, or has an invalid line.
    """
    try:
        with Path(path).open("rb") as file:
            text = file.read(MAX_KEYS_FILE_BYTES + 1).decode()
    except OSError as error:
        raise KeyRefused(f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KeyRefused("the file is not UTF-8") from None
    if len(text) > MAX_KEYS_FILE_BYTES:
        raise KeyRefused(f"the file is larger than {MAX_KEYS_FILE_BYTES} bytes")
    keys = read_keys(line.partition("#")[0] for line in text.splitlines())
    if not keys:
        raise KeyRefused("the file has no key")
    return keys


def _read_key(position: int, entry: str) -> ApiKey:
    parts = entry.split(":")
    if len(parts) not in (2, 3):
        raise KeyRefused(f"key {position} must be name:sha256 or name:sha256:limit")
    name, digest, *limit = parts
    try:
        return ApiKey(name=name, digest=digest.lower(), rate_limit=(limit or [""])[0])
    except KeyRefused as refusal:
        raise KeyRefused(f"key {position}: {refusal}") from None

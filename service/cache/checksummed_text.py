"""Encoding of cached texts: compressed, with a checksum, bound to their key.

An entry that is truncated, altered, stored under another key or foreign is a miss.
"""

from __future__ import annotations

import zlib

MAX_BYTES = 32 * 2**20
"""Maximum size of a decompressed entry, a bound on decompression bombs."""

_LEVEL = 1


def pack_text(key: str, text: str) -> bytes:
    """Bytes to store for a text.

    >>> len(pack_text("key", "{}" * 10_000)) < 400
    True
    """
    return zlib.compress(f"{key}\n{text}".encode(), _LEVEL)


def unpack_text(key: str, entry: object) -> str | None:
    """The text that was packed with this key, or None for any other bytes.

    >>> unpack_text("key", pack_text("key", "{}")), unpack_text("another", pack_text("key", "{}")), unpack_text("key", b"{}")
    ('{}', None, None)
    """
    if not isinstance(entry, bytes):
        return None
    decompressor = zlib.decompressobj()
    try:
        content = decompressor.decompress(entry, MAX_BYTES).decode()
    except (zlib.error, UnicodeDecodeError):
        return None
    found, _, text = content.partition("\n")
    return text if decompressor.eof and found == key else None

"""Text as the bytes that are kept: compressed, under a checksum, bound to its key.

Whatever is not exactly what was kept under that key (cut, altered, put under another key, written
by something else) is not there.
"""

from __future__ import annotations

import zlib

MAX_BYTES = 32 * 2**20
"""Longest text that is read back: what is kept by others cannot swell without bound."""

_LEVEL = 1


def pack_text(key: str, text: str) -> bytes:
    """The bytes to keep.

    >>> len(pack_text("key", "{}" * 10_000)) < 400
    True
    """
    return zlib.compress(f"{key}\n{text}".encode(), _LEVEL)


def unpack_text(key: str, entry: object) -> str | None:
    """The text that was sealed under the key; None for anything else.

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

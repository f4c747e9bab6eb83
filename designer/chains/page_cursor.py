"""Page cursors: opaque texts bound to the request they were issued for.

A cursor holds the number of chains before the page and a checksum of that number and of the
request without its ``limit`` and ``cursor``. It is not secret and grants no rights: the checksum
prevents paging with the cursor of another request.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import replace
from hashlib import sha256

from designer.chains.query import ChainQuery
from designer.validation.json_readers import refuse_field

_VERSION = 1
_CHECKSUM_BYTES = 12
_INDEX_BYTES = 4


def write_cursor(query: ChainQuery, start_index: int) -> str:
    """The cursor of the page that begins after ``start_index`` chains.

    >>> from designer.brief.search_space import SearchSpace
    >>> from designer.brief.widths import Widths
    >>> widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    >>> query = ChainQuery(target=(64, 64), space=SearchSpace.default(axes=2), widths=widths)
    >>> read_cursor(replace(query, cursor=write_cursor(query, 10)))
    10
    """
    head = bytes([_VERSION]) + start_index.to_bytes(_INDEX_BYTES, "big")
    return urlsafe_b64encode(head + _checksum(query, head)).rstrip(b"=").decode("ascii")


def read_cursor(query: ChainQuery) -> int:
    """Number of chains before the requested page; 0 without a cursor.

    Raises:
        InvalidRequest: with code ``invalid_cursor`` if the cursor is malformed, altered or was
            issued for another request.
    """
    if query.cursor is None:
        return 0
    try:
        text = query.cursor.encode("ascii")
        raw = urlsafe_b64decode(text + b"==")  # more padding than needed is ignored
    except (AttributeError, UnicodeEncodeError, Error, ValueError):
        raw = b""
    head, checksum = raw[: 1 + _INDEX_BYTES], raw[1 + _INDEX_BYTES :]
    start_index = int.from_bytes(head[1:], "big")
    if checksum != _checksum(query, head) or write_cursor(query, start_index) != query.cursor:
        refuse_field("/cursor", "invalid_cursor")
    return start_index


def _checksum(query: ChainQuery, head: bytes) -> bytes:
    request_text = repr(replace(query, limit=1, cursor=None)).encode()
    return sha256(head + request_text).digest()[:_CHECKSUM_BYTES]

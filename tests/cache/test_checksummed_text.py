"""Only entries that are exactly as stored under their key are read."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cache.checksummed_text import MAX_BYTES, pack_text, unpack_text

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text("0123456789abcdef", min_size=1)


@given(key=keys, text=texts)
def test_a_packed_text_is_unpacked(key: str, text: str) -> None:
    assert unpack_text(key, pack_text(key, text)) == text


@given(key=keys, other=keys, text=texts)
def test_another_key_does_not_unpack_it(key: str, other: str, text: str) -> None:
    """An entry under a wrong key is a miss."""
    assert key == other or unpack_text(other, pack_text(key, text)) is None


def test_truncated_or_changed_bytes_are_rejected() -> None:
    """Every length and every bit of an entry."""
    sealed = pack_text("key", '{"verdict": "verified"}')
    assert all(unpack_text("key", sealed[:length]) is None for length in range(len(sealed)))
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            assert unpack_text("key", bytes(changed)) in (None, '{"verdict": "verified"}')
    assert unpack_text("key", sealed + b"x") in (None, '{"verdict": "verified"}')


@pytest.mark.parametrize("kept", [None, "text", 7, b"", b"{}", zlib.compress(b"\xff\n")])
def test_bytes_that_were_never_packed_are_rejected(kept: object) -> None:
    assert unpack_text("key", kept) is None


def test_the_unpacked_size_is_bounded() -> None:
    """A small entry that would unpack to gigabytes is cut off at the limit."""
    packer = zlib.compressobj()
    million = b"key\n" + b"x" * 2**20
    bomb = b"".join(packer.compress(million) for _ in range(256)) + packer.flush()
    tracemalloc.start()
    assert unpack_text("key", bomb) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MAX_BYTES

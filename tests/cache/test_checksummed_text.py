"""What comes back from a store is what was kept under its key, or nothing."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cache.checksummed_text import MAX_BYTES, seal, unseal

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text("0123456789abcdef", min_size=1)


@given(key=keys, text=texts)
def test_a_sealed_text_comes_back(key: str, text: str) -> None:
    assert unseal(key, seal(key, text)) == text


@given(key=keys, other=keys, text=texts)
def test_another_key_opens_nothing(key: str, other: str, text: str) -> None:
    """An entry that stands under a wrong key is not there."""
    assert key == other or unseal(other, seal(key, text)) is None


def test_no_cut_and_no_changed_byte_passes() -> None:
    """Every length and every bit of an entry."""
    sealed = seal("key", '{"verdict": "verified"}')
    assert all(unseal("key", sealed[:length]) is None for length in range(len(sealed)))
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            assert unseal("key", bytes(changed)) in (None, '{"verdict": "verified"}')
    assert unseal("key", sealed + b"x") in (None, '{"verdict": "verified"}')


@pytest.mark.parametrize("kept", [None, "text", 7, b"", b"{}", zlib.compress(b"\xff\n")])
def test_what_was_never_sealed_is_not_there(kept: object) -> None:
    assert unseal("key", kept) is None


def test_an_entry_cannot_swell() -> None:
    """A small entry that unpacks to gigabytes costs no more than the bound."""
    packer = zlib.compressobj()
    million = b"key\n" + b"x" * 2**20
    bomb = b"".join(packer.compress(million) for _ in range(256)) + packer.flush()
    tracemalloc.start()
    assert unseal("key", bomb) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MAX_BYTES

"""The id of a design: a short text that contains the completed brief and the chosen windows.

Nothing is stored: this release and later ones reproduce the design from its id. An id is a version
(one character), then, in URL-safe base64, a checksum and the numbers that
``designer.brief.permalink.version_1`` packs. Nothing is compressed, so the length of an id bounds
the work of reading it. A design has exactly one id.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256

from designer.brief.model import Brief
from designer.brief.permalink.mixed_radix import Packer, Unpacker
from designer.brief.permalink.network_options import (
    WITH_FLAGS,
    id_version,
    read_network_options,
    write_network_options,
)
from designer.brief.permalink.version_1 import read_design, write_design
from designer.errors import DamagedId, UnknownIdVersion
from designer.geometry.chain import Chain
from designer.validation.field_validators import short_text

VERSIONS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "A")
"""First characters of ids.

1 with DCGAN's options, 2 with others, 3 without a final Tanh, 4 with weights by fan-in, 5 with a
factor or a variational autoencoder, 6 with residual blocks or a widest layer of the discriminator,
7 with self-attention, 8 with class-conditional batch norm, 9 of R3GAN's networks, A with skips.
"""

MAX_ID_LENGTH = 2_000
"""Longest id, in characters."""

_CHECK_BYTES = 6


def write_id(brief: Brief, chain: Chain) -> str:
    """The id of the design with this brief and chain.

    >>> from designer.geometry.layers import Window
    >>> step = (Window(kernel_size=4, stride=2, padding=1),) * 2
    >>> sizes = tuple((side, side) for side in (4, 8, 16, 32, 64))
    >>> chain = Chain(sizes=sizes, windows=(step,) * 4)
    >>> text = write_id(Brief(resolution=64, latent_dim=100), chain)
    >>> len(text), read_id(text)[1] == chain
    (37, True)
    """
    packer = Packer()
    version = id_version(brief)
    if version in WITH_FLAGS:
        packer.write_flag(brief.factor is not None)
        packer.write_flag(brief.variational)
    write_network_options(packer, brief, version)
    write_design(packer, brief, chain)
    packed = packer.packed
    text = urlsafe_b64encode(_checksum(version, packed) + packed).decode().rstrip("=")
    assert len(text) < MAX_ID_LENGTH, "the id of a valid brief is shorter than the limit"
    return version + text


def read_id(text: str) -> tuple[Brief, Chain]:
    """The brief and the chain of an id.

    Raises:
        UnknownIdVersion: if another release wrote it.
        DamagedId: if it was altered or truncated.
        InvalidRequest, InvalidLayer: if it was forged with numbers outside the limits.
    """
    version = text[:1]
    if version not in VERSIONS:
        raise UnknownIdVersion(
            "unknown_id_version", {"version": short_text(version)}, known=list(VERSIONS)
        )
    reader = Unpacker(_decode_packed(text))
    has_flags = version in WITH_FLAGS
    has_factor = has_flags and reader.read_flag()
    variational = has_flags and reader.read_flag()
    options = read_network_options(reader, version)
    brief, chain = read_design(reader, options, has_factor=has_factor, variational=variational)
    if write_id(brief, chain) != text:
        raise DamagedId("id_not_canonical")
    return brief, chain


def _decode_packed(text: str) -> bytes:
    """The packed numbers of an id, after a check of its checksum."""
    if not text.isascii() or len(text) > MAX_ID_LENGTH:
        raise DamagedId("malformed_id", length=len(text), maximum=MAX_ID_LENGTH)
    try:
        content = urlsafe_b64decode(text[1:] + "==")  # more padding than needed is ignored
    except Error:
        content = b""
    check, packed = content[:_CHECK_BYTES], content[_CHECK_BYTES:]
    if check != _checksum(text[:1], packed):
        raise DamagedId("id_checksum")
    return packed


def _checksum(version: str, packed: bytes) -> bytes:
    return sha256(version.encode() + packed).digest()[:_CHECK_BYTES]

"""Skips of an encoder–decoder: how its arms are joined, and at which input sizes it works."""

from __future__ import annotations

from enum import StrEnum

from designer.brief.fields import Field, Kind
from designer.geometry.chain import Chain
from designer.geometry.layers import FeatureMap, Size, Windows
from designer.validation.limits import MAX_CHANNELS

Moment = tuple[float, int]
"""The second moment of a map, and its channels."""


class Skips(StrEnum):
    """How each map of the encoder meets the decoder's of the same depth."""

    NONE = "none"
    """Not at all: an encoder, a decoder, or both apart."""
    CONCAT = "concat"
    """In a row of channels (Ronneberger et al., arXiv:1505.04597)."""
    ADD = "add"
    """Added."""

    @property
    def summands(self) -> int:
        """Of how many maps a number of the joined map is the sum."""
        return 2 if self is Skips.ADD else 1

    def joined_channels(self, channels: int) -> int:
        """Channels after the join of two maps with these channels."""
        return channels if self is Skips.ADD else 2 * channels

    def joined(self, skipped: FeatureMap, enlarged: FeatureMap) -> FeatureMap:
        """The map after the join of two maps of one size."""
        assert skipped.size == enlarged.size, "the arms meet"
        if self is Skips.ADD:
            return skipped
        return FeatureMap(channels=skipped.channels + enlarged.channels, size=skipped.size)

    def joined_moment(self, skipped: Moment, enlarged: Moment) -> float:
        """Second moment after the join, of maps whose product has a mean of zero.

        >>> Skips.CONCAT.joined_moment((1.0, 4), (2.0, 4)), Skips.ADD.joined_moment((1.0, 4), (2.0, 4))
        (1.5, 3.0)
        """
        if self is Skips.ADD:
            return skipped[0] + enlarged[0]
        return sum(q * channels for q, channels in (skipped, enlarged)) / (skipped[1] + enlarged[1])


class AnySize(StrEnum):
    """How an encoder–decoder works at other input sizes than the design's."""

    OUTPUT_PADDING = "output_padding"
    """Each step up takes its size from the skip."""
    PAD = "pad"
    """The input is padded to a multiple of the product of the strides, and the output cropped."""
    OFF = "off"
    """Not at all: other sizes are refused."""

    def chain(self, size: Size, windows: tuple[Windows, ...]) -> Chain:
        """The chain down from an input of this size, or from the size to which it is padded.

        Raises:
            InvalidLayer: if a kernel does not fit into its map with its padding.
        """
        down = Chain.padded_from if self is AnySize.PAD else Chain.down_from
        return down(size, windows)


SKIPS = Field(
    Kind.CHOICE,
    "Joins the maps of encoder and decoder of one depth in a class `UNet`; needs `encoder`.",
    choices=Skips,
    page="encoder",
    wide=True,
)
"""The field `skips`."""

INPUT_CHANNELS = Field(
    Kind.INTEGER,
    "Channels of the input, with `skips`.",
    if_null="as `channels`, with `skips`",
    high=MAX_CHANNELS,
    page="encoder",
)
"""The field `input_channels`."""

ANY_SIZE = Field(
    Kind.CHOICE,
    "With `skips`, how inputs of other sizes are taken.",
    choices=AnySize,
    if_null="`output_padding` with `skips`",
    page="encoder",
    wide=True,
)
"""The field `any_size`."""

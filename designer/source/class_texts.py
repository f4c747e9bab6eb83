"""Words and arguments that the classes of a source share."""

from __future__ import annotations

from designer.brief.options import OutputActivation
from designer.brief.widths import Widths

OUTPUT_RANGES = {
    OutputActivation.TANH: " in [-1, 1]",
    OutputActivation.SIGMOID: " in [0, 1]",
    OutputActivation.NONE: " of any range",
}
"""What a docstring says of the range of an output."""

SAMPLE_NOUNS = {1: "signals", 2: "pictures", 3: "volumes"}
"""Names of a network's samples, by number of axes."""

SIDES = {1: "n", 2: "hw", 3: "dhw"}
"""Names of the sides of a map of any size, by number of axes."""


def width_arguments(widths: Widths) -> str:
    """The constructor's arguments for the widths."""
    return f"base_channels: int = {widths.base_channels}, channels: int = {widths.channels}"

"""The fields of requests about one layer."""

from __future__ import annotations

from enum import StrEnum

from designer.brief.fields import Field, Kind, named_fields
from designer.geometry.equivalence.placement import CONVOLUTION_CLASSES, AnyConv
from designer.geometry.layers import Conv, ConvTranspose
from designer.validation.limits import MAX_SIDE, MAX_SIGNAL_LENGTH, MAX_WIDTH, MAX_WINDOW_VALUE


class LayerForm(StrEnum):
    """An optional form of the layer in an answer."""

    MATRIX = "matrix"
    AXIS_MATRICES = "axis_matrices"
    EQUIVALENT = "equivalent"
    PHASES = "phases"
    OVERLAP = "overlap"
    PROOF = "proof"


class LayerView(StrEnum):
    """A picture of the layer."""

    LAYER = "layer"
    MATRIX = "matrix"
    OVERLAP = "overlap"


class Op(StrEnum):
    """The kind of a layer."""

    CONV = Conv.op
    CONV_TRANSPOSE = ConvTranspose.op

    @property
    def layer_class(self) -> type[AnyConv]:
        """The class of such layers."""
        return CONVOLUTION_CLASSES[self]


_INPUT_SIZE = Field(
    Kind.SIZE,
    f"Size of the input. At most {MAX_SIDE} per side on two and three axes.",
    high=MAX_SIGNAL_LENGTH,
    required=True,
)

_DIMENSIONS = Field(
    Kind.INTEGER, "Number of axes if no field is a list.", high=3, computed="2", own_rule=True
)

WINDOW_REQUEST = named_fields(
    input_size=_INPUT_SIZE,
    dimensions=_DIMENSIONS,
    kernel_size=Field(Kind.SIZE, "Kernel size.", high=MAX_WINDOW_VALUE, required=True),
    stride=Field(Kind.SIZE, "Stride.", high=MAX_WINDOW_VALUE, default=1),
    padding=Field(Kind.SIZE, "Padding.", low=0, high=MAX_WINDOW_VALUE, default=0),
    dilation=Field(Kind.SIZE, "Dilation.", high=MAX_WINDOW_VALUE, default=1),
    output_padding=Field(
        Kind.SIZE,
        "Output padding, only for a transposed convolution.",
        low=0,
        high=MAX_WINDOW_VALUE,
        default=0,
    ),
)
"""A window with torch's defaults, and the size of its input."""

CHANNELS = named_fields(
    in_channels=Field(Kind.INTEGER, "Number of input channels.", high=MAX_WIDTH, default=1),
    out_channels=Field(Kind.INTEGER, "Number of output channels.", high=MAX_WIDTH, default=1),
    groups=Field(Kind.INTEGER, "Number of groups.", high=MAX_WIDTH, default=1),
)

LAYER = (
    *WINDOW_REQUEST,
    *CHANNELS,
    *named_fields(
        bias=Field(Kind.FLAG, "Whether the layer has a bias.", default=True),
        include=Field(Kind.LIST, "Forms to include in the response.", choices=LayerForm, low=0),
    ),
)
"""The fields of a layer."""

DRAWING = (
    *WINDOW_REQUEST,
    *named_fields(
        view=Field(Kind.CHOICE, "The picture.", choices=LayerView, default=LayerView.LAYER),
        animate=Field(Kind.FLAG, "Whether to animate the picture of the layer.", default=False),
    ),
)
"""The fields of a picture of a layer."""

QUESTION = named_fields(
    op=Field(Kind.CHOICE, "Kind of layer.", choices=Op, required=True),
    input_size=_INPUT_SIZE,
    output_size=Field(Kind.SIZE, "Size of the output.", high=MAX_SIGNAL_LENGTH, required=True),
    dimensions=_DIMENSIONS,
    kernel_size=Field(
        Kind.SIZE, "Kernel size.", high=MAX_WINDOW_VALUE, computed="sizes up to 6 strides"
    ),
    stride=Field(
        Kind.SIZE,
        "Stride.",
        high=MAX_WINDOW_VALUE,
        computed="up to the kernel size, or the ratio of the sizes",
    ),
    dilation=Field(Kind.SIZE, "Dilation.", high=MAX_WINDOW_VALUE, default=1),
)
"""The fields of a search for windows between two sizes."""

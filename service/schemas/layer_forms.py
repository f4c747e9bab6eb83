"""Schemas of the responses about one layer, which ``designer.layer`` computes."""

from __future__ import annotations

import marshmallow as ma

from designer.layer import Op
from designer.limits import MAX_SOLUTIONS
from designer.validation.json_schema import choice, list_of, nullable
from service.schemas.design import COUNT, FLAG, PER_AXIS, POSITIVE, SIZE, TEXT
from service.schemas.fields import Documented, described

NEAR_FAR = list_of(list_of({"type": "integer"}, 2, 2), 1, 3)
NUMBER = {"type": "number"}


class WindowAnswerSchema(ma.Schema):
    """A layer, with the argument names of torch."""

    op = Documented(choice(*Op), required=True)
    in_channels = Documented(POSITIVE, required=True)
    out_channels = Documented(POSITIVE, required=True)
    kernel_size = Documented(SIZE, required=True)
    stride = Documented(SIZE, required=True)
    padding = Documented(PER_AXIS, required=True)
    dilation = Documented(SIZE, required=True)
    output_padding = Documented(PER_AXIS, required=True)
    groups = Documented(POSITIVE, required=True)
    bias = Documented(FLAG, required=True)


class InverseSchema(WindowAnswerSchema):
    """The opposite layer, which restores the input size."""

    input_size = Documented(SIZE, required=True)
    unique = Documented(
        FLAG,
        **described("Whether only one large size produces the small size.", required=True),
    )
    sizes_sharing = Documented(
        list_of(nullable(list_of(POSITIVE, 2, 2)), 1, 3),
        **described(
            "[minimum, maximum] of the large sizes that produce the small one.", required=True
        ),
    )
    why = Documented(TEXT, required=True)


class CropSchema(ma.Schema):
    """A transposed convolution as a crop of the same layer without padding."""

    full_size = Documented(SIZE, required=True)
    cropped = Documented(
        NEAR_FAR, **described("[before, after]; negative: zeros are added.", required=True)
    )


class EquivalentSchema(ma.Schema):
    """The equivalent direct convolution."""

    in_channels = Documented(POSITIVE, required=True)
    out_channels = Documented(POSITIVE, required=True)
    groups = Documented(POSITIVE, required=True)
    inserted_zeros = Documented(
        PER_AXIS, **described("Zeros between neighbors: S − 1.", required=True)
    )
    input_size = Documented(SIZE, **described("Size with the inserted zeros.", required=True))
    padding = Documented(NEAR_FAR, **described("[before, after]; negative: a crop.", required=True))
    kernel_size = Documented(SIZE, required=True)
    stride = Documented(SIZE, required=True)
    dilation = Documented(SIZE, required=True)
    flipped = Documented(
        FLAG,
        **described(
            "Whether the kernel is flipped and its channel axes are exchanged.", required=True
        ),
    )
    crop = ma.fields.Nested(CropSchema, required=True, allow_none=True)
    gradient = ma.fields.Nested(
        WindowAnswerSchema,
        **described(
            "The layer that computes the gradient of this one with the same kernel.", required=True
        ),
    )
    source = Documented(TEXT, **described("Runnable Python source.", required=True))


class MatrixSchema(ma.Schema):
    """The matrix C of Y = C·X on maps flattened row by row, for one pair of channels."""

    name = Documented(choice("C", "Cᵀ"), required=True)
    shape = Documented(list_of(POSITIVE, 2, 2), required=True)
    kernel_size = Documented(SIZE, required=True)
    entries = Documented(
        list_of(list_of(COUNT, 3, 3), 0),
        **described("[row, column, tap], with taps numbered row by row.", required=True),
    )
    inputs_per_output = Documented(list_of(COUNT, 1), required=True)
    outputs_per_input = Documented(list_of(COUNT, 1), required=True)


class PhaseSchema(ma.Schema):
    """One phase along one axis: its taps, and the padding of its convolution."""

    phase = Documented(COUNT, required=True)
    taps = Documented(list_of(COUNT, 0), required=True)
    dilation = Documented(POSITIVE, required=True)
    padding = Documented(list_of({"type": "integer"}, 2, 2), required=True)
    size = Documented(COUNT, required=True)


class SmallConvolutionSchema(ma.Schema):
    """One of the S^n convolutions of the phases, per axis."""

    phase = Documented(PER_AXIS, required=True)
    kernel_size = Documented(PER_AXIS, required=True)
    dilation = Documented(SIZE, required=True)
    padding = Documented(NEAR_FAR, required=True)
    size = Documented(PER_AXIS, required=True)


class PixelShuffleSchema(ma.Schema):
    """Whether a convolution followed by PixelShuffle equals the layer, and its arguments."""

    holds = Documented(FLAG, required=True)
    why = Documented(TEXT, required=True)
    upscale_factor = Documented(nullable(POSITIVE), required=True)
    kernel_size = Documented(nullable(SIZE), required=True)
    padding = Documented(nullable(PER_AXIS), required=True)
    dilation = Documented(nullable(SIZE), required=True)


class PhasesSchema(ma.Schema):
    """The layer as S^n interleaved convolutions with stride 1."""

    count = Documented(POSITIVE, required=True)
    axes = ma.fields.List(ma.fields.List(ma.fields.Nested(PhaseSchema)), required=True)
    convolutions = ma.fields.List(ma.fields.Nested(SmallConvolutionSchema), required=True)
    pixel_shuffle = ma.fields.Nested(PixelShuffleSchema, required=True)


class OverlapAxisSchema(ma.Schema):
    """Contributions along one axis; those of a position are the product over the axes."""

    contributions = Documented(list_of(COUNT, 1), required=True)
    inner = Documented(
        list_of(COUNT, 2, 2),
        **described("Range [start, stop) of positions away from the border.", required=True),
    )
    most = Documented(COUNT, required=True)
    least = Documented(COUNT, required=True)


class OverlapSchema(ma.Schema):
    """Contributions to each output position (for a convolution, reads of each input position)."""

    map = Documented(choice("input", "output"), required=True)
    size = Documented(SIZE, required=True)
    even = Documented(
        FLAG,
        **described(
            "Whether all positions away from the border receive the same number.", required=True
        ),
    )
    contributions = Documented(
        {"type": "array", "items": {}},
        **described("Number per position, as nested lists.", required=True),
    )
    most = Documented(COUNT, required=True)
    least = Documented(COUNT, required=True)
    ratio = Documented(
        nullable(NUMBER), **described("null: some positions receive none.", required=True)
    )
    border = Documented(NEAR_FAR, required=True)
    axes = ma.fields.List(ma.fields.Nested(OverlapAxisSchema), required=True)


class ProofSchema(ma.Schema):
    """Comparison of every form with torch's layer, in float64."""

    passed = Documented(FLAG, required=True)
    tolerance = Documented(NUMBER, required=True)
    errors = Documented(
        {"type": "object", "additionalProperties": nullable(NUMBER)},
        **described("Maximum error of each form; null: the layer has no such form.", required=True),
    )
    in_channels = Documented(POSITIVE, **described("Reduced for expensive layers.", required=True))
    out_channels = Documented(POSITIVE, required=True)
    groups = Documented(POSITIVE, required=True)
    dtype = Documented(TEXT, required=True)
    seed = Documented(COUNT, required=True)
    torch_version = Documented(TEXT, required=True)


class LayerAnswerSchema(WindowAnswerSchema):
    """A layer on a map; forms that were not requested are null."""

    input_size = Documented(SIZE, required=True)
    output_size = Documented(SIZE, required=True)
    arithmetic = Documented(
        list_of(TEXT, 1, 3),
        **described("The size formula with its numbers, per axis.", required=True),
    )
    offset = Documented(
        list_of({"type": "integer"}, 1, 3),
        **described("Large size − stride · small size, per axis.", required=True),
    )
    exact = Documented(FLAG, **described("Whether every offset is 0.", required=True))
    even_overlap = Documented(FLAG, required=True)
    unread = Documented(
        COUNT,
        **described(
            "Number of input positions that no window covers; for a transposed convolution, of output"
            " positions without contributions.",
            required=True,
        ),
    )
    parameters = Documented(COUNT, required=True)
    multiply_adds = Documented(COUNT, **described("For one sample.", required=True))
    inverse = ma.fields.Nested(InverseSchema, required=True, allow_none=True)
    why_no_inverse = Documented(nullable(TEXT), required=True)
    equivalent = ma.fields.Nested(EquivalentSchema, required=True, allow_none=True)
    matrix = ma.fields.Nested(MatrixSchema, required=True, allow_none=True)
    phases = ma.fields.Nested(PhasesSchema, required=True, allow_none=True)
    overlap = ma.fields.Nested(OverlapSchema, required=True, allow_none=True)
    proof = ma.fields.Nested(ProofSchema, required=True, allow_none=True)


class SolutionSchema(ma.Schema):
    """One window along one axis."""

    kernel_size = Documented(POSITIVE, required=True)
    stride = Documented(POSITIVE, required=True)
    dilation = Documented(POSITIVE, required=True)
    padding = Documented(COUNT, required=True)
    output_padding = Documented(COUNT, required=True)


class SolutionsSchema(ma.Schema):
    """All windows per axis, ordered by output padding, then padding."""

    op = Documented(choice(*Op), required=True)
    input_size = Documented(SIZE, required=True)
    output_size = Documented(SIZE, required=True)
    solutions = ma.fields.List(ma.fields.List(ma.fields.Nested(SolutionSchema)), required=True)
    count = Documented(
        list_of(COUNT, 1, 3),
        **described(f"Number of windows; at most {MAX_SOLUTIONS} are listed.", required=True),
    )
    family = Documented(
        list_of(nullable(TEXT), 1, 3),
        **described("The closed form, if a factor was solved.", required=True),
    )
    why_not = Documented(
        nullable(list_of(nullable(TEXT), 1, 3)),
        **described("Why an axis has none; null if every axis has some.", required=True),
    )

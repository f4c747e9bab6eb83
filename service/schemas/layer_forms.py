"""Schemas of the responses about one layer, which ``designer.layer`` computes."""

from __future__ import annotations

import marshmallow as ma

from designer.layer import Op
from designer.validation.json_schema import choice, list_of, nullable
from designer.validation.limits import MAX_LISTED_POSITIONS, MAX_SOLUTIONS
from service.problems.problem_document import reason_list
from service.schemas.design import COUNT, FLAG, PER_AXIS, POSITIVE, SIZE, TEXT
from service.schemas.fields import Answer, AnswerList, AnswerObject

NEAR_FAR = list_of(list_of({"type": "integer"}, 2, 2), 1, 3)
NUMBER = {"type": "number"}
NUMBER_PER_POSITION = nullable(list_of(COUNT, 1))
NULL_IF_MANY = f"null: more than {MAX_LISTED_POSITIONS} positions."
WHY_REASON = "`why` with its code and facts."


class WindowAnswerSchema(ma.Schema):
    """A layer, with the argument names of torch."""

    op = Answer(choice(*Op))
    in_channels = Answer(POSITIVE)
    out_channels = Answer(POSITIVE)
    kernel_size = Answer(SIZE)
    stride = Answer(SIZE)
    padding = Answer(PER_AXIS)
    dilation = Answer(SIZE)
    output_padding = Answer(PER_AXIS)
    groups = Answer(POSITIVE)
    bias = Answer(FLAG)


class InverseSchema(WindowAnswerSchema):
    """The opposite layer, which restores the input size."""

    input_size = Answer(SIZE)
    unique = Answer(FLAG, "Whether only one large size produces the small size.")
    sizes_sharing = Answer(
        list_of(nullable(list_of(POSITIVE, 2, 2)), 1, 3),
        "[minimum, maximum] of the large sizes that produce the small one.",
    )
    why = Answer(TEXT)
    reasons = reason_list(WHY_REASON)


class CropSchema(ma.Schema):
    """A transposed convolution as a crop of the same layer without padding."""

    full_size = Answer(SIZE)
    cropped = Answer(NEAR_FAR, "[before, after]; negative: zeros are added.")


class EquivalentSchema(ma.Schema):
    """The equivalent direct convolution."""

    in_channels = Answer(POSITIVE)
    out_channels = Answer(POSITIVE)
    groups = Answer(POSITIVE)
    inserted_zeros = Answer(PER_AXIS, "Zeros between neighbors: S − 1.")
    input_size = Answer(SIZE, "Size with the inserted zeros.")
    padding = Answer(NEAR_FAR, "[before, after]; negative: a crop.")
    kernel_size = Answer(SIZE)
    stride = Answer(SIZE)
    dilation = Answer(SIZE)
    flipped = Answer(FLAG, "Whether the kernel is flipped and its channel axes are exchanged.")
    crop = AnswerObject(CropSchema, or_null=True)
    gradient = AnswerObject(
        WindowAnswerSchema, "The layer that computes the gradient of this one with the same kernel."
    )
    source = Answer(TEXT, "Runnable Python source.")


class MatrixSchema(ma.Schema):
    """The matrix C of Y = C·X on maps flattened row by row, for one pair of channels."""

    name = Answer(choice("C", "Cᵀ"))
    shape = Answer(list_of(POSITIVE, 2, 2))
    kernel_size = Answer(SIZE)
    entries = Answer(
        list_of(list_of(COUNT, 3, 3), 0), "[row, column, tap], with taps numbered row by row."
    )
    inputs_per_output = Answer(NUMBER_PER_POSITION, NULL_IF_MANY)
    outputs_per_input = Answer(NUMBER_PER_POSITION, NULL_IF_MANY)


class AxisMatrixSchema(ma.Schema):
    """The matrix along one axis."""

    shape = Answer(list_of(POSITIVE, 2, 2))
    entries = Answer(list_of(list_of(COUNT, 3, 3), 0), "[row, column, tap] along the axis.")


class PhaseSchema(ma.Schema):
    """One phase along one axis: its taps, and the padding of its convolution."""

    phase = Answer(COUNT)
    taps = Answer(list_of(COUNT, 0))
    dilation = Answer(POSITIVE)
    padding = Answer(list_of({"type": "integer"}, 2, 2))
    size = Answer(COUNT)


class SmallConvolutionSchema(ma.Schema):
    """One of the S^n convolutions of the phases, per axis."""

    phase = Answer(PER_AXIS)
    kernel_size = Answer(PER_AXIS)
    dilation = Answer(SIZE)
    padding = Answer(NEAR_FAR)
    size = Answer(PER_AXIS)


class PixelShuffleSchema(ma.Schema):
    """Whether a convolution followed by PixelShuffle equals the layer, and its arguments."""

    holds = Answer(FLAG)
    why = Answer(TEXT)
    reasons = reason_list(WHY_REASON)
    upscale_factor = Answer(nullable(POSITIVE))
    kernel_size = Answer(nullable(SIZE))
    padding = Answer(nullable(PER_AXIS))
    dilation = Answer(nullable(SIZE))


class PhasesSchema(ma.Schema):
    """The layer as S^n interleaved convolutions with stride 1."""

    count = Answer(POSITIVE)
    axes = ma.fields.List(ma.fields.List(ma.fields.Nested(PhaseSchema)), required=True)
    convolutions = AnswerList(SmallConvolutionSchema)
    pixel_shuffle = AnswerObject(PixelShuffleSchema)


class OverlapAxisSchema(ma.Schema):
    """Contributions along one axis; those of a position are the product over the axes."""

    contributions = Answer(NUMBER_PER_POSITION, NULL_IF_MANY)
    inner = Answer(list_of(COUNT, 2, 2), "Range [start, stop) of positions away from the border.")
    most = Answer(COUNT)
    least = Answer(COUNT)


class OverlapSchema(ma.Schema):
    """Contributions to each output position (for a convolution, reads of each input position)."""

    map = Answer(choice("input", "output"))
    size = Answer(SIZE)
    even = Answer(FLAG, "Whether all positions away from the border receive the same number.")
    contributions = Answer(
        nullable({"type": "array", "items": {}}),
        "Number per position, as nested lists, the product of those along the axes."
        f" {NULL_IF_MANY}",
    )
    most = Answer(COUNT)
    least = Answer(COUNT)
    ratio = Answer(nullable(NUMBER), "null: some positions receive none.")
    border = Answer(NEAR_FAR)
    axes = AnswerList(OverlapAxisSchema)


class ProofSchema(ma.Schema):
    """Comparison of every form with torch's layer, in float64."""

    passed = Answer(FLAG)
    tolerance = Answer(NUMBER)
    errors = Answer(
        {"type": "object", "additionalProperties": nullable(NUMBER)},
        "Maximum error of each form; null: the layer has no such form.",
    )
    in_channels = Answer(POSITIVE, "Reduced for expensive layers.")
    out_channels = Answer(POSITIVE)
    groups = Answer(POSITIVE)
    dtype = Answer(TEXT)
    seed = Answer(COUNT)
    torch_version = Answer(TEXT)


class LayerAnswerSchema(WindowAnswerSchema):
    """A layer on a map; forms that were not requested are null."""

    input_size = Answer(SIZE)
    output_size = Answer(SIZE)
    arithmetic = Answer(list_of(TEXT, 1, 3), "The size formula with its numbers, per axis.")
    offset = Answer(
        list_of({"type": "integer"}, 1, 3), "Large size − stride · small size, per axis."
    )
    exact = Answer(FLAG, "Whether every offset is 0.")
    even_overlap = Answer(FLAG)
    unread = Answer(
        COUNT,
        "Number of input positions that no window covers; for a transposed convolution, of output"
        " positions without contributions.",
    )
    parameters = Answer(COUNT)
    multiply_adds = Answer(COUNT, "For one sample.")
    inverse = AnswerObject(InverseSchema, or_null=True)
    why_no_inverse = Answer(nullable(TEXT))
    reasons = reason_list("`why_no_inverse` with its code and facts; empty if it is null.")
    equivalent = AnswerObject(EquivalentSchema, or_null=True)
    matrix = AnswerObject(MatrixSchema, or_null=True)
    axis_matrices = AnswerList(
        AxisMatrixSchema,
        "The matrix along each axis; `matrix` is their Kronecker product. It can be listed where"
        " `matrix` is too large.",
        or_null=True,
    )
    phases = AnswerObject(PhasesSchema, or_null=True)
    overlap = AnswerObject(OverlapSchema, or_null=True)
    proof = AnswerObject(ProofSchema, or_null=True)


class SolutionSchema(ma.Schema):
    """One window along one axis."""

    kernel_size = Answer(POSITIVE)
    stride = Answer(POSITIVE)
    dilation = Answer(POSITIVE)
    padding = Answer(COUNT)
    output_padding = Answer(COUNT)


class SolutionsSchema(ma.Schema):
    """All windows per axis, ordered by output padding, then padding."""

    op = Answer(choice(*Op))
    input_size = Answer(SIZE)
    output_size = Answer(SIZE)
    solutions = ma.fields.List(ma.fields.List(ma.fields.Nested(SolutionSchema)), required=True)
    count = Answer(list_of(COUNT, 1, 3), f"Number of windows; at most {MAX_SOLUTIONS} are listed.")
    family = Answer(list_of(nullable(TEXT), 1, 3), "The closed form, if a factor was solved.")
    why_not = Answer(
        nullable(list_of(nullable(TEXT), 1, 3)),
        "Why an axis has none; null if every axis has some.",
    )
    reasons = reason_list("The sentences of `why_not` in turn, each with its code and facts.")

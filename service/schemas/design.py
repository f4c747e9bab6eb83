"""Schemas of a design, the response of `/v1/designs`, which ``design_json`` writes."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.model import BRIEF
from designer.brief.options import Level, Normalization
from designer.pipeline.networks_json import DESIGN_LAYER_OPS
from designer.validation.json_schema import choice, integer, list_of, nullable
from service.problems.problem_document import reason_list
from service.schemas.field_schemas import answered, object_schema
from service.schemas.fields import Answer, AnswerList, AnswerObject

COUNT = integer(0)
POSITIVE = integer(1)
SIZE = list_of(POSITIVE, 1, 3)
PER_AXIS = list_of(COUNT, 1, 3)
TEXT = {"type": "string"}
REAL = {"type": "number"}
FLAG = {"type": "boolean"}
WHY_REASONS = "The sentences of `why`, each with its code and facts."

AnsweredBriefSchema = ma.Schema.from_dict(
    {**answered(BRIEF), "dimensions": Answer(integer(1, 3))}, name="AnsweredBriefSchema"
)
"""The completed brief: every field with its value."""


class SignalSchema(ma.Schema):
    """The signal of a layer at step 0; null: it has no formula, such as after a spectral norm."""

    second_moment = Answer(
        nullable(REAL), "Of the map after the layer, norm and activation included."
    )
    gradient = Answer(nullable(REAL), "Second moment of the gradient of the layer's input.")


class LayerSchema(ma.Schema):
    """One layer with its norm and activation; fields that its kind does not have are null."""

    name = Answer(TEXT, "Name of the layer in the module.")
    op = Answer(choice(*DESIGN_LAYER_OPS))
    in_channels = Answer(POSITIVE)
    out_channels = Answer(POSITIVE)
    kernel_size = Answer(nullable(SIZE))
    stride = Answer(nullable(SIZE))
    dilation = Answer(nullable(SIZE))
    padding = Answer(nullable(PER_AXIS))
    output_padding = Answer(nullable(PER_AXIS))
    groups = Answer(nullable(POSITIVE))
    bias = Answer(nullable(FLAG))
    normalization = Answer(choice(*Normalization))
    activation = Answer(choice("relu", "leaky_relu", "tanh", "sigmoid", "none"))
    input_size = Answer(list_of(POSITIVE, 0, 3))
    output_size = Answer(list_of(POSITIVE, 0, 3))
    arithmetic = Answer(list_of(TEXT, 0, 3), "The size formula with its numbers, per axis.")
    offset = Answer(
        nullable(list_of({"type": "integer"}, 1, 3)),
        "E − S − 2P + A per axis, with the span E = D(F − 1) + 1.",
    )
    exact = Answer(nullable(FLAG), "Whether every offset is 0.")
    even_overlap = Answer(nullable(FLAG))
    receptive_field = Answer(
        nullable(SIZE),
        "Receptive field in positions of the network's input, or of the initial map made from a"
        " latent vector, away from the border.",
    )
    signal = AnswerObject(
        SignalSchema,
        "Of the initial weights, by formula, in the middle of the map, after a norm over the whole map: input"
        " and output gradient of the network have second moments of 1; null for layers of labels.",
        or_null=True,
    )
    parameters = Answer(COUNT)
    multiply_adds = Answer(COUNT)


class MemorySchema(ma.Schema):
    """Bytes of the tensors of a network in float32; a batch of n samples takes fixed + n·sample."""

    fixed_bytes = Answer(COUNT, "For any batch.")
    sample_bytes = Answer(COUNT, "For each sample.")


class NetworkMemorySchema(ma.Schema):
    """What torch needs besides, such as the workspace of a convolution, is left out."""

    inference = AnswerObject(
        MemorySchema,
        "Without gradients: weights and buffers, with spectral norm a copy of the largest weight; the"
        " input, and the maps before and after the module where they take most.",
    )
    training = AnswerObject(
        MemorySchema,
        "With Adam: weights, their gradients and two moments, and buffers; `activation_bytes`.",
    )


class ModuleSchema(ma.Schema):
    """One module, as `named_modules` lists it; the shape has no batch axis."""

    name = Answer(TEXT)
    class_name = Answer(TEXT, "Of `torch.nn`, or of the source where torch has none.")
    output_shape = Answer(list_of(POSITIVE, 1, 4))
    parameters = Answer(COUNT)
    multiply_adds = Answer(COUNT)


class NetworkSchema(ma.Schema):
    """One network; shapes have the channels first and no batch axis."""

    class_name = Answer(TEXT)
    input_shape = Answer(list_of(POSITIVE, 2, 4))
    output_shape = Answer(list_of(POSITIVE, 1, 4))
    parameters = Answer(COUNT)
    multiply_adds = Answer(COUNT, "Of convolutions and linear layers, for one sample.")
    activation_bytes = Answer(COUNT, "Bytes saved for the backward pass of one float32 sample.")
    memory = AnswerObject(NetworkMemorySchema)
    receptive_field = Answer(SIZE, "That of one position of the output, as that of the last layer.")
    least_context = Answer(
        nullable(list_of(list_of(COUNT, 2, 2), 1, 3)),
        "Of a decoder that multiplies every size: per axis, the positions before and after its own"
        " that a part of the output depends on; null also with a norm over all positions.",
    )
    first_legal_size = Answer(
        nullable(SIZE), "Of a decoder: the least map, equal on all axes, that it takes and uses."
    )
    layers = AnswerList(LayerSchema)
    modules = AnswerList(
        ModuleSchema,
        "Every module in order of execution: the layers with norms and activations apart.",
    )


(_CHAIN,) = (row for row in BRIEF if row.name == "chain")


class ChainSchema(ma.Schema):
    """Sizes from the initial map to the picture, and the windows between them."""

    sizes = Answer(list_of(SIZE, 2))
    windows = AnswerList(object_schema(_CHAIN, answer=True))


class SourceSchema(ma.Schema):
    """The source of the module."""

    text = Answer(TEXT)
    sha256 = Answer({"type": "string", "pattern": "^[0-9a-f]{64}$"})


class CheckSchema(ma.Schema):
    """One check: the predicted and the measured value."""

    name = Answer(TEXT)
    passed = Answer(nullable(FLAG), "null: not run.")
    predicted = Answer({})
    measured = Answer({})
    tolerance = Answer(
        nullable({"type": "number"}),
        "Largest difference that passes; null: the values must be equal.",
    )
    detail = Answer(TEXT)
    reasons = reason_list("`detail` with its code and facts; empty without one.")


class VerificationSchema(ma.Schema):
    """The receipt. The ETag is independent of ``torch_version``, which differs by machine."""

    verdict = Answer(choice("verified", "refuted", "not_run"))
    level = Answer(choice(*Level))
    checks = AnswerList(CheckSchema)
    width = Answer(
        nullable({"type": "object", "additionalProperties": True}),
        "The width arguments with which the networks were run.",
    )
    torch_version = Answer(nullable(TEXT))
    seed = Answer({"type": "integer"})
    source_sha256 = Answer(TEXT)


class LinksSchema(ma.Schema):
    """Paths of the parts of the design."""

    self = Answer(TEXT)
    module = Answer(TEXT)
    bundle = Answer(TEXT)
    generator = Answer(TEXT)
    discriminator = Answer(TEXT)
    overlap = Answer(TEXT)


class DesignSchema(ma.Schema):
    """A design: its networks, their source and the receipt of its verification."""

    id = Answer(TEXT, "Permanent id of the design.")
    brief = AnswerObject(AnsweredBriefSchema)
    designer_version = Answer(TEXT)
    generator = AnswerObject(NetworkSchema)
    discriminator = AnswerObject(NetworkSchema, or_null=True)
    encoder = AnswerObject(NetworkSchema, or_null=True)
    chain = AnswerObject(ChainSchema)
    fixed_length = Answer(
        nullable(FLAG),
        "Of a decoder: whether it multiplies the size of its chain alone; null without an"
        " `initial_map`.",
    )
    sizes_proved = Answer(
        nullable(TEXT),
        "The sizes that the receipt proves: `this`, or `all from` a side of the initial map; null"
        " if it is not verified.",
    )
    why = Answer(list_of(TEXT, 0))
    reasons = reason_list(WHY_REASONS)
    warnings = reason_list(
        "What to know before training: a faint start, a gradient that does not arrive, a decoder that"
        " holds at one size of its map."
    )
    count = Answer(
        nullable(COUNT),
        "Number of chains in the space; null if the brief gives the chain or the count exceeds"
        " its limit.",
    )
    count_text = Answer(nullable(TEXT), "The count in decimal digits, if it exceeds 2⁵³.")
    source = AnswerObject(SourceSchema)
    verification = AnswerObject(VerificationSchema)
    links = AnswerObject(LinksSchema)

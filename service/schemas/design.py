"""Schemas of a design, the response of `/v1/designs`, which ``design_json`` writes."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.model import Level
from designer.brief.options import Normalization, Output, OutputActivation
from designer.brief.search_space import Exact, Overlap
from designer.geometry.resampling import Upsampling
from designer.pipeline.networks_json import OPS
from service.problems.problem_document import ReasonSchema
from service.schemas.fields import Documented, choice, described, integer, list_of, nullable

COUNT = integer(0)
POSITIVE = integer(1)
SIZE = list_of(POSITIVE, 1, 3)
PER_AXIS = list_of(COUNT, 1, 3)
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
WHY_REASONS = "The sentences of `why`, each with its code and facts."


class AnsweredWindowSchema(ma.Schema):
    """The window of one layer, per axis."""

    kernel_size = Documented(SIZE, required=True)
    stride = Documented(SIZE, required=True)
    dilation = Documented(SIZE, required=True)
    padding = Documented(PER_AXIS, required=True)
    output_padding = Documented(PER_AXIS, required=True)


class AnsweredSearchSchema(ma.Schema):
    """The search space of the design."""

    kernel_sizes = Documented(list_of(POSITIVE, 1), required=True)
    strides = Documented(list_of(POSITIVE, 1), required=True)
    dilations = Documented(list_of(POSITIVE, 1), required=True)
    output_padding = Documented(FLAG, required=True)
    exact = Documented(choice(*Exact), required=True)
    overlap = Documented(choice(*Overlap), required=True)
    initial_size = Documented(nullable(SIZE), required=True)
    max_layers = Documented(POSITIVE, required=True)
    anisotropic = Documented(FLAG, required=True)


class AnsweredBudgetSchema(ma.Schema):
    """The limits on the generator."""

    parameters = Documented(nullable(POSITIVE), required=True)
    multiply_adds = Documented(nullable(POSITIVE), required=True)


class AnsweredMapSchema(ma.Schema):
    """The initial map of the generator."""

    channels = Documented(POSITIVE, required=True)
    size = Documented(SIZE, required=True)


class AnsweredDiscriminatorSchema(ma.Schema):
    """Options of the discriminator."""

    normalization = Documented(choice(*Normalization), required=True)
    output = Documented(choice(*Output), required=True)
    patch = Documented(nullable(POSITIVE), required=True)
    base_channels = Documented(nullable(POSITIVE), required=True)


class AnsweredBriefSchema(ma.Schema):
    """The completed brief: every field with its value."""

    resolution = Documented(SIZE, required=True)
    dimensions = Documented(integer(1, 3), required=True)
    latent_dim = Documented(nullable(POSITIVE), required=True)
    initial_map = ma.fields.Nested(AnsweredMapSchema, required=True, allow_none=True)
    channels = Documented(POSITIVE, required=True)
    base_channels = Documented(POSITIVE, required=True)
    max_channels = Documented(POSITIVE, required=True)
    upsampling = Documented(choice(*Upsampling), required=True)
    normalization = Documented(choice(*Normalization), required=True)
    output_activation = Documented(choice(*OutputActivation), required=True)
    discriminator = ma.fields.Nested(AnsweredDiscriminatorSchema, required=True, allow_none=True)
    encoder = Documented(FLAG, required=True)
    classes = Documented(nullable(POSITIVE), required=True)
    search = ma.fields.Nested(AnsweredSearchSchema, required=True)
    chain = ma.fields.List(ma.fields.Nested(AnsweredWindowSchema), required=True, allow_none=True)
    budget = ma.fields.Nested(AnsweredBudgetSchema, required=True, allow_none=True)
    verify = Documented(choice(*Level), required=True)


class LayerSchema(ma.Schema):
    """One layer with its norm and activation; fields that its kind does not have are null."""

    name = Documented(TEXT, **described("Name of the layer in the module.", required=True))
    op = Documented(choice("conv", "conv_transpose", *OPS.values()), required=True)
    in_channels = Documented(POSITIVE, required=True)
    out_channels = Documented(POSITIVE, required=True)
    kernel_size = Documented(nullable(SIZE), required=True)
    stride = Documented(nullable(SIZE), required=True)
    dilation = Documented(nullable(SIZE), required=True)
    padding = Documented(nullable(PER_AXIS), required=True)
    output_padding = Documented(nullable(PER_AXIS), required=True)
    groups = Documented(nullable(POSITIVE), required=True)
    bias = Documented(nullable(FLAG), required=True)
    normalization = Documented(choice(*Normalization), required=True)
    activation = Documented(choice("relu", "leaky_relu", "tanh", "sigmoid", "none"), required=True)
    input_size = Documented(list_of(POSITIVE, 0, 3), required=True)
    output_size = Documented(list_of(POSITIVE, 0, 3), required=True)
    arithmetic = Documented(
        list_of(TEXT, 0, 3),
        **described("The size formula with its numbers, per axis.", required=True),
    )
    offset = Documented(
        nullable(list_of({"type": "integer"}, 1, 3)),
        **described("E − S − 2P + A per axis, with the span E = D(F − 1) + 1.", required=True),
    )
    exact = Documented(nullable(FLAG), **described("Whether every offset is 0.", required=True))
    even_overlap = Documented(nullable(FLAG), required=True)
    receptive_field = Documented(
        nullable(SIZE),
        **described(
            "Receptive field in positions of the network's input, or of the initial map made from a"
            " latent vector, away from the border.",
            required=True,
        ),
    )
    parameters = Documented(COUNT, required=True)
    multiply_adds = Documented(COUNT, required=True)


class NetworkSchema(ma.Schema):
    """One network; shapes have the channels first and no batch axis."""

    class_name = Documented(TEXT, required=True)
    input_shape = Documented(list_of(POSITIVE, 2, 4), required=True)
    output_shape = Documented(list_of(POSITIVE, 1, 4), required=True)
    parameters = Documented(COUNT, required=True)
    multiply_adds = Documented(
        COUNT, **described("Of convolutions and linear layers, for one sample.", required=True)
    )
    activation_bytes = Documented(
        COUNT,
        **described("Bytes saved for the backward pass of one float32 sample.", required=True),
    )
    layers = ma.fields.List(ma.fields.Nested(LayerSchema), required=True)


class ChainSchema(ma.Schema):
    """Sizes from the initial map to the picture, and the windows between them."""

    sizes = Documented(list_of(SIZE, 2), required=True)
    windows = ma.fields.List(ma.fields.Nested(AnsweredWindowSchema), required=True)


class SourceSchema(ma.Schema):
    """The source of the module."""

    text = Documented(TEXT, required=True)
    sha256 = Documented({"type": "string", "pattern": "^[0-9a-f]{64}$"}, required=True)


class CheckSchema(ma.Schema):
    """One check: the predicted and the measured value."""

    name = Documented(TEXT, required=True)
    passed = Documented(nullable(FLAG), **described("null: not run.", required=True))
    predicted = Documented({}, required=True)
    measured = Documented({}, required=True)
    tolerance = Documented(
        nullable({"type": "number"}),
        **described(
            "Largest difference that passes; null: the values must be equal.", required=True
        ),
    )
    detail = Documented(TEXT, required=True)


class VerificationSchema(ma.Schema):
    """The receipt. The ETag is independent of ``torch_version``, which differs by machine."""

    verdict = Documented(choice("verified", "refuted", "not_run"), required=True)
    level = Documented(choice(*Level), required=True)
    checks = ma.fields.List(ma.fields.Nested(CheckSchema), required=True)
    width = Documented(
        nullable({"type": "object", "additionalProperties": True}),
        **described("The width arguments with which the networks were run.", required=True),
    )
    torch_version = Documented(nullable(TEXT), required=True)
    seed = Documented({"type": "integer"}, required=True)
    source_sha256 = Documented(TEXT, required=True)


class LinksSchema(ma.Schema):
    """Paths of the parts of the design."""

    self = Documented(TEXT, required=True)
    module = Documented(TEXT, required=True)
    bundle = Documented(TEXT, required=True)
    generator = Documented(TEXT, required=True)
    discriminator = Documented(TEXT, required=True)
    overlap = Documented(TEXT, required=True)


class DesignSchema(ma.Schema):
    """A design: its networks, their source and the receipt of its verification."""

    id = Documented(TEXT, **described("Permanent id of the design.", required=True))
    brief = ma.fields.Nested(AnsweredBriefSchema, required=True)
    designer_version = Documented(TEXT, required=True)
    generator = ma.fields.Nested(NetworkSchema, required=True)
    discriminator = ma.fields.Nested(NetworkSchema, required=True, allow_none=True)
    encoder = ma.fields.Nested(NetworkSchema, required=True, allow_none=True)
    chain = ma.fields.Nested(ChainSchema, required=True)
    why = Documented(list_of(TEXT, 0), required=True)
    reasons = ma.fields.List(
        ma.fields.Nested(ReasonSchema),
        required=True,
        metadata={"description": WHY_REASONS},
    )
    count = Documented(
        nullable(COUNT),
        **described(
            "Number of chains in the space; null if the brief gives the chain or the count exceeds"
            " its limit.",
            required=True,
        ),
    )
    count_text = Documented(
        nullable(TEXT),
        **described("The count in decimal digits, if it exceeds 2⁵³.", required=True),
    )
    source = ma.fields.Nested(SourceSchema, required=True)
    verification = ma.fields.Nested(VerificationSchema, required=True)
    links = ma.fields.Nested(LinksSchema, required=True)

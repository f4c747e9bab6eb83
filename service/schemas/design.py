"""Schemas of a design, the response of `/v1/designs`, which ``design_json`` writes."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.model import BRIEF, Level
from designer.brief.options import DISCRIMINATOR, INITIAL_MAP, Normalization
from designer.brief.search_space import BUDGET, SEARCH
from designer.brief.window_rules import WINDOW
from designer.pipeline.networks_json import DESIGN_LAYER_OPS
from designer.validation.json_schema import choice, integer, list_of, nullable
from service.problems.problem_document import ReasonSchema
from service.schemas.field_schemas import answered
from service.schemas.fields import Documented, described

COUNT = integer(0)
POSITIVE = integer(1)
SIZE = list_of(POSITIVE, 1, 3)
PER_AXIS = list_of(COUNT, 1, 3)
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
WHY_REASONS = "The sentences of `why`, each with its code and facts."

AnsweredWindowSchema = ma.Schema.from_dict(answered(WINDOW), name="AnsweredWindowSchema")
"""The window of one layer, per axis."""

AnsweredSearchSchema = ma.Schema.from_dict(answered(SEARCH), name="AnsweredSearchSchema")
"""The search space of the design."""

AnsweredBudgetSchema = ma.Schema.from_dict(answered(BUDGET), name="AnsweredBudgetSchema")
"""The limits on the generator."""

AnsweredMapSchema = ma.Schema.from_dict(answered(INITIAL_MAP), name="AnsweredMapSchema")
"""The initial map of the generator."""

AnsweredDiscriminatorSchema = ma.Schema.from_dict(
    answered(DISCRIMINATOR), name="AnsweredDiscriminatorSchema"
)
"""Options of the discriminator."""


AnsweredBriefSchema = ma.Schema.from_dict(
    {
        **answered(
            BRIEF,
            initial_map=AnsweredMapSchema,
            discriminator=AnsweredDiscriminatorSchema,
            search=AnsweredSearchSchema,
            chain=AnsweredWindowSchema,
            budget=AnsweredBudgetSchema,
        ),
        "dimensions": Documented(integer(1, 3), required=True),
    },
    name="AnsweredBriefSchema",
)
"""The completed brief: every field with its value."""


class LayerSchema(ma.Schema):
    """One layer with its norm and activation; fields that its kind does not have are null."""

    name = Documented(TEXT, **described("Name of the layer in the module.", required=True))
    op = Documented(choice(*DESIGN_LAYER_OPS), required=True)
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

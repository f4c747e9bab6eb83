"""Schemas of trial requests and of their answers, which ``designer.pipeline.trial`` parses and computes."""

from __future__ import annotations

import marshmallow as ma

from designer.pipeline.trial import SUMMARY, TRIAL_REQUEST, DataSet, read_trial_request
from designer.validation.json_schema import choice, list_of, nullable
from service.schemas.design import COUNT, POSITIVE, TEXT
from service.schemas.field_schemas import request_schema, requested
from service.schemas.fields import Answer, AnswerList, AnswerObject, Documented

FIGURE = nullable({"type": "number"})
CURVE = list_of(FIGURE, 1)

_DESIGN = Documented(
    {"oneOf": [TEXT, {"$ref": "#/components/schemas/Brief"}]},
    "The id of a design, or a brief; its `verify` does not count.",
    required=True,
)

TrialRequestSchema = request_schema(
    "TrialRequestSchema",
    {"design": _DESIGN, **requested(TRIAL_REQUEST)},
    read_trial_request,
)
"""A design, the fixed pictures, and how often and how long it is fitted."""


class TrialDataSchema(ma.Schema):
    """The fixed pictures."""

    name = Answer(choice(*DataSet))
    pictures = Answer(POSITIVE, "Number of pictures.")
    shape = Answer(list_of(POSITIVE, 2, 4), "Channels and sides.")
    sha256 = Answer(TEXT, "Of the pictures as bytes of 256 levels, one after the other.")


class GeneratorFitSchema(ma.Schema):
    """The generator, fitted to pairs of latent vectors and pictures."""

    curve = Answer(CURVE, "Mean squared errors after the steps of `curve_steps`.")
    final_error = Answer(FIGURE, "The last one.")
    spectrum_error = Answer(
        FIGURE, "Mean difference of the logarithms of the power by frequency: 1 is a factor of ten."
    )
    condition = Answer(
        FIGURE,
        "Largest singular value of the Jacobian by the latent vector, divided by the smallest; null"
        " if that is zero.",
    )


class DiscriminatorFitSchema(ma.Schema):
    """The discriminator, fitted to separate two halves of the pictures."""

    curve = Answer(CURVE, "Losses after the steps of `curve_steps`.")
    final_loss = Answer(FIGURE, "The last one.")
    accuracy = Answer(FIGURE, "Share of its outputs on the right side.")


class TrialRunSchema(ma.Schema):
    """The fits of one seed."""

    seed = Answer(COUNT)
    generator = AnswerObject(GeneratorFitSchema)
    discriminator = AnswerObject(DiscriminatorFitSchema, or_null=True)


class SpreadSchema(ma.Schema):
    """A figure over the seeds."""

    mean = Answer({"type": "number"})
    deviation = Answer(FIGURE, "Sample deviation; null for one seed.")


TrialSummarySchema = ma.Schema.from_dict(
    {name: AnswerObject(SpreadSchema, or_null=True) for name in SUMMARY}, name="TrialSummarySchema"
)
"""Each figure over the seeds; null if a seed lacks it."""


class TrialProblemSchema(ma.Schema):
    """A seed that could not be fitted."""

    seed = Answer(COUNT)
    problem = Answer({"$ref": "#/components/schemas/Problem"})


class TrialSchema(ma.Schema):
    """The finished seeds of a trial."""

    design = Answer(TEXT, "Id of the design.")
    data = AnswerObject(TrialDataSchema)
    seeds = Answer(POSITIVE, "Number of seeds that were requested.")
    steps = Answer(POSITIVE)
    multiply_adds = Answer(COUNT, "Predicted multiply-adds of one seed.")
    curve_steps = Answer(list_of(COUNT, 2), "Numbers of steps after which the curves have a point.")
    runs = AnswerList(TrialRunSchema, "In the order of their seeds.")
    summary = AnswerObject(TrialSummarySchema)
    torch_version = Answer(TEXT)
    problems = AnswerList(TrialProblemSchema)

"""Schemas of audit requests and audits, which ``designer.audit`` parses and computes."""

from __future__ import annotations

import marshmallow as ma

from designer.audit import (
    LAYER_CLASSES,
    REQUEST,
    AuditVerdict,
    Proof,
    read_request,
)
from designer.validation.json_schema import choice, integer, list_of, nullable
from service.problems.problem_document import FieldErrorSchema, reason_list
from service.schemas.audit_layers import AUDIT_LAYER
from service.schemas.design import COUNT, FLAG, POSITIVE, TEXT
from service.schemas.field_schemas import request_schema
from service.schemas.fields import Answer, AnswerList, AnswerObject, Documented

SHAPE = REQUEST["input_shape"].type.schema
ANY_SHAPE = list_of(COUNT, 0)


AuditRequestSchema = request_schema(
    "AuditRequestSchema",
    {
        name: Documented(field.type.schema, field.meaning, required=field.required)
        for name, field in REQUEST.items()
    },
    read_request,
)
"""A network as layers or as source, and the known symptoms."""


class RowSchema(ma.Schema):
    """One layer of the trace; its output is null if the layer fails."""

    index = Answer(COUNT)
    op = Answer(choice(*LAYER_CLASSES))
    line = Answer(nullable(POSITIVE), "Line of the layer in `source`; null for `layers`.")
    input_shape = Answer(ANY_SHAPE)
    output_shape = Answer(nullable(ANY_SHAPE))
    arithmetic = Answer(list_of(TEXT, 0), "The size formula with its numbers, per axis.")
    warnings = Answer(list_of(TEXT, 0))
    reasons = reason_list("The sentences of `warnings`, each with its code and facts.")


ChangeSchema = ma.Schema.from_dict(
    {
        "index": Answer(integer(-1), "Index of the layer in the request; -1 for the input."),
        "field": Answer(TEXT),
        "from": Answer({}),
        "to": Answer({}),
    },
    name="ChangeSchema",
)
"""One edit; for an added or removed layer, `field` is `layer` and one side is null."""


class RepairSchema(ma.Schema):
    """Edits after which the network fits; `run` is the extent to which torch has run it."""

    summary = Answer(TEXT)
    reasons = reason_list("The parts of `summary`, each with its code and facts.")
    changes = AnswerList(ChangeSchema)
    input_shape = Answer(ANY_SHAPE)
    output_shape = Answer(ANY_SHAPE)
    run = Answer(choice(*Proof))
    diff = Answer(nullable(TEXT), "Unified diff, if the request has `source`.")


class AdaptedSchema(RepairSchema):
    """The complete network that is closest to the request and has the requested size."""

    layers = Answer(list_of(AUDIT_LAYER, 1))


class NearestSchema(ma.Schema):
    """If no small edit helps: sizes that the network supports, and a brief of a suitable design."""

    input_shapes = Answer(list_of(ANY_SHAPE, 0))
    output_shapes = Answer(list_of(ANY_SHAPE, 0))
    design = Answer(nullable({"type": "object"}))


class AuditSchema(ma.Schema):
    """The audit of a network."""

    verdict = Answer(choice(*AuditVerdict))
    fails_at = Answer(nullable(COUNT))
    layer = Answer(
        nullable(COUNT), "Index of the layer where the error shows, even if all layers run."
    )
    reason = Answer(TEXT)
    reasons = reason_list(
        "The sentences of `reason`, `about_error` and `mirror_left_out`, each with its code and"
        " facts."
    )
    torch_error = Answer(
        nullable(TEXT), "The error message of torch; null if torch would not fail."
    )
    pointers = Answer(list_of(TEXT, 0), "JSON pointers to the fields of the violated rule.")
    errors = AnswerList(FieldErrorSchema, "One entry per pointer, with code, sentence and numbers.")
    about_error = Answer(nullable(TEXT))
    geometry = Answer(
        nullable(FLAG), "False if the error message is not about sizes; null without a message."
    )
    input_shape = Answer(SHAPE)
    output_shape = Answer(nullable(ANY_SHAPE))
    wanted_shape = Answer(nullable(ANY_SHAPE))
    batch = Answer(POSITIVE)
    layers = Answer(list_of(AUDIT_LAYER, 1))
    trace = AnswerList(RowSchema)
    repairs = AnswerList(RepairSchema)
    nearest = AnswerObject(NearestSchema, or_null=True)
    mirror = Answer(nullable(list_of(AUDIT_LAYER, 0)))
    mirror_left_out = Answer(list_of(TEXT, 0))
    adapted = AnswerObject(AdaptedSchema, or_null=True)

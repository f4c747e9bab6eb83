"""Schemas of audit requests and audits, which ``designer.audit`` parses and computes."""

from __future__ import annotations

import marshmallow as ma

from designer import limits
from designer.audit import LAYER_CLASSES, AuditRequest, AuditVerdict, Proof, read_request
from designer.validation.json_schema import choice, integer, list_of, nullable
from service.problems.problem_document import FieldErrorSchema
from service.schemas.audit_layers import AUDIT_LAYER
from service.schemas.design import COUNT, FLAG, POSITIVE, TEXT
from service.schemas.fields import Documented, described

SHAPE = list_of(integer(1, limits.MAX_SIGNAL_LENGTH), 1, 4)
END_SHAPE = list_of(integer(1, limits.MAX_SIGNAL_LENGTH), 0, 4)
ANY_SHAPE = list_of(COUNT, 0)


class AuditRequestSchema(ma.Schema):
    """A network as layers or as source, and the known symptoms."""

    input_shape = Documented(
        SHAPE, **described("[channels, sizes…] of one sample, or [features].", required=True)
    )
    layers = Documented(
        list_of(AUDIT_LAYER, 1, limits.MAX_AUDIT_LAYERS), **described("The layers in order.")
    )
    source = Documented(
        {"type": "string"},
        **described(
            "Instead of `layers`: the source of an nn.Sequential(…) or of a module. It is parsed,"
            f" not run; at most {limits.MAX_AUDIT_SOURCE} characters."
        ),
    )
    wanted_shape = Documented(END_SHAPE, **described("The output shape that is wanted."))
    batch = Documented(
        integer(1, limits.MAX_AUDIT_BATCH),
        **described("Batch size; by default the one in the error message, otherwise 2."),
    )
    error = Documented(
        {"type": "string", "maxLength": limits.MAX_ERROR_TEXT},
        **described("The error message of torch, unchanged."),
    )
    mirror = Documented(FLAG, **described("Whether to return the mirror of the network."))
    adapt_to = Documented(
        {
            "oneOf": [
                integer(1, limits.MAX_SIDE),
                list_of(integer(1, limits.MAX_SIGNAL_LENGTH), 1, 3),
            ]
        },
        **described("Also return the closest network for a picture of this size."),
    )

    def load(self, data: object, **_: object) -> AuditRequest:
        """The request, parsed by the library."""
        return read_request(data)


class RowSchema(ma.Schema):
    """One layer of the trace; its output is null if the layer fails."""

    index = Documented(COUNT, required=True)
    op = Documented(choice(*LAYER_CLASSES), required=True)
    line = Documented(
        nullable(POSITIVE),
        **described("Line of the layer in `source`; null for `layers`.", required=True),
    )
    input_shape = Documented(ANY_SHAPE, required=True)
    output_shape = Documented(nullable(ANY_SHAPE), required=True)
    arithmetic = Documented(
        list_of(TEXT, 0), **described("The size formula with its numbers, per axis.", required=True)
    )
    warnings = Documented(list_of(TEXT, 0), required=True)


ChangeSchema = ma.Schema.from_dict(
    {
        "index": Documented(
            integer(-1),
            **described("Index of the layer in the request; -1 for the input.", required=True),
        ),
        "field": Documented(TEXT, required=True),
        "from": Documented({}, required=True),
        "to": Documented({}, required=True),
    },
    name="ChangeSchema",
)
"""One edit; for an added or removed layer, `field` is `layer` and one side is null."""


class RepairSchema(ma.Schema):
    """Edits after which the network fits; `run` is the extent to which torch has run it."""

    summary = Documented(TEXT, required=True)
    changes = ma.fields.List(ma.fields.Nested(ChangeSchema), required=True)
    input_shape = Documented(ANY_SHAPE, required=True)
    output_shape = Documented(ANY_SHAPE, required=True)
    run = Documented(choice(*Proof), required=True)
    diff = Documented(
        nullable(TEXT), **described("Unified diff, if the request has `source`.", required=True)
    )


class AdaptedSchema(RepairSchema):
    """The complete network that is closest to the request and has the requested size."""

    layers = Documented(list_of(AUDIT_LAYER, 1), required=True)


class NearestSchema(ma.Schema):
    """If no small edit helps: sizes that the network supports, and a brief of a suitable design."""

    input_shapes = Documented(list_of(ANY_SHAPE, 0), required=True)
    output_shapes = Documented(list_of(ANY_SHAPE, 0), required=True)
    design = Documented(nullable({"type": "object"}), required=True)


class AuditSchema(ma.Schema):
    """The audit of a network."""

    verdict = Documented(choice(*AuditVerdict), required=True)
    fails_at = Documented(nullable(COUNT), required=True)
    layer = Documented(
        nullable(COUNT),
        **described(
            "Index of the layer where the error shows, even if all layers run.", required=True
        ),
    )
    reason = Documented(TEXT, required=True)
    torch_error = Documented(
        nullable(TEXT),
        **described("The error message of torch; null if torch would not fail.", required=True),
    )
    pointers = Documented(
        list_of(TEXT, 0),
        **described("JSON pointers to the fields of the violated rule.", required=True),
    )
    errors = ma.fields.List(
        ma.fields.Nested(FieldErrorSchema),
        **described("One entry per pointer, with code, sentence and numbers.", required=True),
    )
    about_error = Documented(nullable(TEXT), required=True)
    geometry = Documented(
        nullable(FLAG),
        **described(
            "False if the error message is not about sizes; null without a message.", required=True
        ),
    )
    input_shape = Documented(SHAPE, required=True)
    output_shape = Documented(nullable(ANY_SHAPE), required=True)
    wanted_shape = Documented(nullable(ANY_SHAPE), required=True)
    batch = Documented(POSITIVE, required=True)
    layers = Documented(list_of(AUDIT_LAYER, 1), required=True)
    trace = ma.fields.List(ma.fields.Nested(RowSchema), required=True)
    repairs = ma.fields.List(ma.fields.Nested(RepairSchema), required=True)
    nearest = ma.fields.Nested(NearestSchema, allow_none=True, required=True)
    mirror = Documented(nullable(list_of(AUDIT_LAYER, 0)), required=True)
    mirror_left_out = Documented(list_of(TEXT, 0), required=True)
    adapted = ma.fields.Nested(AdaptedSchema, allow_none=True, required=True)

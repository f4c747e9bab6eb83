"""Audits: requests and answers. ``designer.audit`` reads and makes them; here they are described."""

from __future__ import annotations

import marshmallow as ma

from designer import limits
from designer.audit import LAYER_OPS, AuditRequest, AuditVerdict, Proof, read_request
from service.problems.problem_document import FieldErrorSchema
from service.schemas.design import COUNT, FLAG, POSITIVE, TEXT
from service.schemas.fields import Documented, choice, described, integer, list_of, nullable

SHAPE = list_of(integer(1, limits.MAX_SIGNAL_LENGTH), 1, 4)
END_SHAPE = list_of(integer(1, limits.MAX_SIGNAL_LENGTH), 0, 4)
ANY_SHAPE = list_of(COUNT, 0)
AUDIT_LAYER = {
    "type": "object",
    "description": "One layer: `op`, and torch's arguments of it by name.",
    "properties": {
        "op": choice(*LAYER_OPS),
        "norm": nullable(TEXT),
        "activation": nullable(TEXT),
    },
    "required": ["op"],
}


class AuditRequestSchema(ma.Schema):
    """A network as layers or as source, and what is known of its trouble."""

    input_shape = Documented(
        SHAPE, **described("[channels, sizes…] of one sample, or [features].", required=True)
    )
    layers = Documented(
        list_of(AUDIT_LAYER, 1, limits.MAX_AUDIT_LAYERS), **described("The layers in order.")
    )
    source = Documented(
        {"type": "string"},
        **described(
            "In place of `layers`: the text of an nn.Sequential(…), or of a module. It is parsed,"
            f" never run; at most {limits.MAX_AUDIT_SOURCE} characters."
        ),
    )
    wanted_shape = Documented(END_SHAPE, **described("The shape that shall come out."))
    batch = Documented(
        integer(1, limits.MAX_AUDIT_BATCH),
        **described("Samples at once; 2, or what the error tells, unless given."),
    )
    error = Documented(
        {"type": "string", "maxLength": limits.MAX_ERROR_TEXT},
        **described("The error message as it was seen."),
    )
    mirror = Documented(FLAG, **described("Also give the network that goes back."))
    adapt_to = Documented(
        {
            "oneOf": [
                integer(1, limits.MAX_SIDE),
                list_of(integer(1, limits.MAX_SIGNAL_LENGTH), 1, 3),
            ]
        },
        **described("Also give the closest network for a picture of these sides."),
    )

    def load(self, data: object, **_: object) -> AuditRequest:
        """The request, read by the library."""
        return read_request(data)


class RowSchema(ma.Schema):
    """One layer of the trace; without an output where it breaks."""

    index = Documented(COUNT, required=True)
    op = Documented(choice(*LAYER_OPS), required=True)
    line = Documented(
        nullable(POSITIVE),
        **described("Where the layer stands in `source`; null for `layers`.", required=True),
    )
    input_shape = Documented(ANY_SHAPE, required=True)
    output_shape = Documented(nullable(ANY_SHAPE), required=True)
    arithmetic = Documented(
        list_of(TEXT, 0), **described("The law with its numbers, per axis.", required=True)
    )
    warnings = Documented(list_of(TEXT, 0), required=True)


ChangeSchema = ma.Schema.from_dict(
    {
        "index": Documented(
            integer(-1), **described("Counts the layers as sent, -1 the input.", required=True)
        ),
        "field": Documented(TEXT, required=True),
        "from": Documented({}, required=True),
        "to": Documented({}, required=True),
    },
    name="ChangeSchema",
)
"""One edit; a whole layer has the field `layer`, and null on one side."""


class RepairSchema(ma.Schema):
    """Edits after which the network fits; `run` says how far torch has run it."""

    summary = Documented(TEXT, required=True)
    changes = ma.fields.List(ma.fields.Nested(ChangeSchema), required=True)
    input_shape = Documented(ANY_SHAPE, required=True)
    output_shape = Documented(ANY_SHAPE, required=True)
    run = Documented(choice(*Proof), required=True)
    diff = Documented(
        nullable(TEXT), **described("As a unified diff, where source was sent.", required=True)
    )


class AdaptedSchema(RepairSchema):
    """The closest network for the sides asked for, whole."""

    layers = Documented(list_of(AUDIT_LAYER, 1), required=True)


class NearestSchema(ma.Schema):
    """Where no small edit helps: sizes that the network does serve, and a brief of one that would."""

    input_shapes = Documented(list_of(ANY_SHAPE, 0), required=True)
    output_shapes = Documented(list_of(ANY_SHAPE, 0), required=True)
    design = Documented(nullable({"type": "object"}), required=True)


class AuditSchema(ma.Schema):
    """The audit of a network."""

    verdict = Documented(choice(*AuditVerdict), required=True)
    fails_at = Documented(nullable(COUNT), required=True)
    layer = Documented(
        nullable(COUNT), **described("Where it shows, also where all run.", required=True)
    )
    reason = Documented(TEXT, required=True)
    torch_error = Documented(
        nullable(TEXT),
        **described("Torch's own wording; null where torch would go on.", required=True),
    )
    pointers = Documented(
        list_of(TEXT, 0),
        **described("JSON pointers to the fields that the broken law is about.", required=True),
    )
    errors = ma.fields.List(
        ma.fields.Nested(FieldErrorSchema),
        **described("The same fields, each with code, sentence and numbers.", required=True),
    )
    about_error = Documented(nullable(TEXT), required=True)
    geometry = Documented(
        nullable(FLAG),
        **described("False where the message is about no size; null without one.", required=True),
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

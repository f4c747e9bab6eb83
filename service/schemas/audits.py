"""Schemas of audit requests and audits, which ``designer.audit`` parses and computes."""

from __future__ import annotations

import marshmallow as ma

from designer.audit import (
    DTYPES,
    LAYER_CLASSES,
    REQUEST,
    AuditVerdict,
    Proof,
    WantedFrom,
    read_request,
)
from designer.validation.json_schema import JsonSchema, choice, integer, list_of, nullable
from service.problems.problem_document import FieldErrorSchema, reason_list
from service.schemas.audit_layers import AUDIT_LAYER
from service.schemas.design import COUNT, FLAG, POSITIVE, TEXT
from service.schemas.field_schemas import request_schema
from service.schemas.fields import Answer, AnswerList, AnswerObject, Documented

SHAPE = REQUEST["input_shape"].type.schema
ANY_SHAPE = list_of(COUNT, 0)
OUTPUTS: JsonSchema = {}
"""Shapes, nested as a network returns its tensors."""


AuditRequestSchema = request_schema(
    "AuditRequestSchema",
    {name: Documented(field.type.schema, field.meaning) for name, field in REQUEST.items()},
    read_request,
)
"""A network as layers or as source, and the known symptoms."""


ClassSchema = ma.Schema.from_dict(
    {"class": Answer(TEXT, "Class of a module, or name of a function.")}, name="ClassSchema"
)
"""What has a class."""


class RowSchema(ClassSchema):  # type: ignore[valid-type, misc]
    """One layer or call of the trace; its output is null if it fails."""

    index = Answer(COUNT)
    op = Answer(
        choice(*LAYER_CLASSES, "module"),
        "`module` for a module or function of a source that no op describes.",
    )
    name = Answer(
        TEXT, "Qualified name of the module; of a function, that of the module around it."
    )
    line = Answer(nullable(POSITIVE), "Line of the source that makes it; null for `layers`.")
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
    changes = AnswerList(ChangeSchema, "Of layers; empty for a source.")
    input_shape = Answer(ANY_SHAPE)
    output_shape = Answer(ANY_SHAPE)
    run = Answer(choice(*Proof))
    diff = Answer(nullable(TEXT), "Unified diff of the source, which was run again.")
    outputs = Documented(OUTPUTS, "Of a source: with their batch.")
    idea = Documented(list_of(TEXT, 0), "The codes of what the edits do.")
    why = Documented(
        list_of(TEXT, 0),
        "The sizes at which a network with skips now runs, and the formulas of the layers that changed.",
    )
    costs = Documented(
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["before", "after"],
                "properties": {"before": {}, "after": {}},
            },
        },
        "Before and after: parameters, receptive field, and axes with uneven overlap, unread positions and"
        " holes; those before end at the layer that fails.",
    )
    edits = Documented(
        list_of(
            {
                "type": "object",
                "required": ["file", "line", "before", "after"],
                "properties": {
                    "file": TEXT,
                    "line": POSITIVE,
                    "before": TEXT,
                    "after": TEXT,
                },
            },
            1,
        ),
        "Of a source: the lines that differ, with their numbers before the edit.",
    )


class AdaptedSchema(RepairSchema):
    """The complete network that is closest to the request and has the requested size."""

    layers = Answer(list_of(AUDIT_LAYER, 0), "Empty for a source that is no list of layers.")


class RepairSearchSchema(ma.Schema):
    """The search for repairs of a source: how many edited texts were run, and of how many at most."""

    runs = Answer(COUNT)
    most_runs = Answer(POSITIVE)
    complete = Answer(FLAG, "False if the sandbox's time ended the search before that number.")


class NearestSchema(ma.Schema):
    """Input sizes that the network supports, and a brief of a suitable design."""

    input_shapes = Answer(
        list_of(ANY_SHAPE, 0),
        "Closest first; those with the wanted output if there are any. Each was run, of a source.",
    )
    output_shapes = Answer(list_of(ANY_SHAPE, 0))
    multiples = Answer(
        nullable(list_of(POSITIVE, 1)),
        "Per axis, the number of which all sizes that fit are multiples, if there is one.",
    )
    design = Answer(nullable({"type": "object"}))


class JudgedNetworkSchema(ClassSchema):  # type: ignore[valid-type, misc]
    """The network of a source that is judged, and the line that makes or defines it."""

    expression = Answer(TEXT)
    name = Answer(nullable(TEXT), "What the source calls it.")
    file = Answer(nullable(TEXT))
    line = Answer(nullable(POSITIVE))


class RaisedSchema(ma.Schema):
    """An exception of the source, the line of the source, and the node that raised it."""

    type = Answer(TEXT)
    message = Answer(TEXT)
    file = Answer(nullable(TEXT))
    line = Answer(nullable(POSITIVE))
    node = Answer(nullable(COUNT))


class CandidateSchema(JudgedNetworkSchema):
    """Another network that the source may mean: its verdict, or why it could not be made."""

    part_of = Answer(nullable(TEXT), "The network that it is a part of.")
    signature = Answer(nullable(TEXT))
    verdict = Answer(nullable(choice(*AuditVerdict)), "Null if it could not be made.")
    outputs = Answer(OUTPUTS)
    raised = AnswerObject(RaisedSchema, or_null=True)


class NodeSchema(ClassSchema):  # type: ignore[valid-type, misc]
    """A call of a module or function; shapes have the batch axis first."""

    id = Answer(COUNT)
    name = Answer(TEXT)
    settings = Answer({"type": "object"}, "Arguments of the constructor or function.")
    file = Answer(nullable(TEXT))
    line = Answer(nullable(POSITIVE), "Line that makes the module or calls the function.")
    call_line = Answer(nullable(POSITIVE), "Line of `forward` that calls it.")
    input_shapes = Answer(list_of(ANY_SHAPE, 0))
    output_shape = Answer(OUTPUTS, "Nested as the result; null if the call raised.")
    receptive_field = Answer(
        nullable(list_of(POSITIVE, 1)),
        "Input pixels per axis on which a position depends, borders ignored; null for all of them.",
    )
    stride = Answer(
        nullable(list_of({"type": "number"}, 1)), "Input pixels between neighboring positions."
    )
    offset = Answer(nullable(list_of({"type": "integer"}, 1)), "First input pixel of position 0.")
    parameters = Answer(COUNT)
    multiply_adds = Answer(nullable(COUNT), "For the whole batch; null without a formula.")
    warnings = Answer(list_of(TEXT, 0))


EdgeSchema = ma.Schema.from_dict(
    {
        "from": Answer(integer(-1), "Id of a node; -1 for the input of the network."),
        "to": Answer(COUNT),
    },
    name="EdgeSchema",
)
"""A node that reads another one, or the input."""


class GraphSchema(ma.Schema):
    """The calls of a network in order, and what each reads."""

    nodes = AnswerList(NodeSchema)
    edges = AnswerList(EdgeSchema)


class InputSchema(ma.Schema):
    """An input of the network, without the batch."""

    shape = Answer(ANY_SHAPE)
    dtype = Answer(choice(*DTYPES))
    high = Documented(POSITIVE, "Whole numbers are below it.")
    name = Documented(TEXT, "The parameter of `forward`.")


class AuditSchema(ma.Schema):
    """The audit of a network."""

    verdict = Answer(choice(*AuditVerdict))
    network = AnswerObject(JudgedNetworkSchema, "Null for `layers`.", or_null=True)
    candidates = AnswerList(CandidateSchema, "The other networks that the source may mean.")
    stubbed = Answer(list_of(TEXT, 0), "Missing packages that were replaced by stand-ins.")
    inputs = AnswerList(InputSchema, "What the network was given.")
    inputs_proposed = Answer(FLAG, "Whether the inputs are a proposal.")
    fails_at = Answer(nullable(COUNT))
    layer = Answer(
        nullable(COUNT), "Index of the layer where the error shows, even if all layers run."
    )
    reason = Answer(TEXT)
    reasons = reason_list(
        "The sentences of `reason`, `about_error` and `mirror_left_out`, and why nothing is `adapted`,"
        " each with its code and facts."
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
    input_shape = Answer(ANY_SHAPE)
    output_shape = Answer(nullable(ANY_SHAPE))
    outputs = Answer(OUTPUTS, "With their batch, nested as the network returns them.")
    raised = AnswerObject(RaisedSchema, "Null unless torch raised.", or_null=True)
    wanted_shape = Answer(nullable(ANY_SHAPE))
    wanted_shapes = Answer(
        nullable(list_of(nullable(ANY_SHAPE), 1)), "The wanted shape of each output; null for any."
    )
    wanted_from = Answer(
        nullable(choice(*WantedFrom)),
        "Where the wanted shape comes from: the request, the loss's target in `error`, or the input of an"
        " autoencoder that runs.",
    )
    batch = Answer(POSITIVE)
    layers = Answer(
        list_of(AUDIT_LAYER, 0), "The layers; of a source only if it is a chain of them."
    )
    trace = AnswerList(RowSchema)
    graph = AnswerObject(GraphSchema)
    repairs = AnswerList(RepairSchema)
    search = AnswerObject(
        RepairSearchSchema, "Null for `layers`, or if the network runs.", or_null=True
    )
    nearest = AnswerObject(NearestSchema, or_null=True)
    mirror = Answer(
        nullable(list_of(AUDIT_LAYER, 0)), "Null unless asked for, or if a call has no layer."
    )
    mirror_left_out = Answer(list_of(TEXT, 0), "Layers and calls that have no mirror.")
    adapted = AnswerObject(AdaptedSchema, or_null=True)

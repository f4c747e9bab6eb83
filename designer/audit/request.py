"""The request of an audit: the network, its wanted output, and the error message seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from designer.audit.error_message import ErrorMessage, read_error_message
from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.field_types import (
    BOOLEAN,
    FieldType,
    either_type,
    integer_type,
    text_type,
)
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.source_text import (
    DTYPES,
    MAX_EXPRESSION,
    MAX_FILES,
    MAX_HIGH,
    MAX_INPUTS,
    MAX_RANK,
    SOURCE_FILE,
    NetworkInput,
    SourceText,
    read_files,
    read_inputs,
    read_source_text,
    refuse_large_shape,
)
from designer.audit.trace import AuditNetwork
from designer.validation.field_validators import check_length, refuse
from designer.validation.json_readers import (
    read_integer,
    read_list,
    read_object,
    refuse_field,
)
from designer.validation.json_schema import choice, integer, list_of, nullable
from designer.validation.limits import (
    MAX_AUDIT_BATCH,
    MAX_AUDIT_LAYERS,
    MAX_AUDIT_SOURCE,
    MAX_ERROR_TEXT,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
)

MAX_OUTPUTS = 32
"""Maximum number of wanted shapes."""

DEFAULT_BATCH = 2
"""Batch size if neither the request nor its error message has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """A network, its wanted output shapes, and the error message that was seen.

    It has ``layers`` with their ``input_shape``, or a ``source``. ``wanted_shapes`` are those of one
    sample, per output, None for any; a single one is that of any output. ``adapt_to`` has the wanted
    sides of the picture, the map at the larger end of the network.
    """

    layers: AuditNetwork | None = None
    source: SourceText | None = None
    batch: int = DEFAULT_BATCH
    wanted_shapes: tuple[TensorShape | None, ...] | None = None
    error_message: ErrorMessage | None = None
    mirror: bool = False
    adapt_to: TensorShape | int | None = None

    @property
    def network(self) -> AuditNetwork:
        """The list of layers, for a request that has one."""
        assert self.layers is not None, "the request has a source"
        return self.layers

    @property
    def wanted_shape(self) -> TensorShape | None:
        """The wanted shape of the only output."""
        return self.wanted_shapes[0] if self.wanted_shapes else None


def read_request(value: object) -> AuditRequest:
    """The audit request in a JSON value.

    Raises:
        InvalidRequest: if a field is unknown, missing or invalid, with its pointer.
    """
    document = read_object(value, pointer="", known=tuple(REQUEST), required=())

    def read(name: str) -> Any:  # noqa: ANN401 - of the field's type
        given = document.get(name)
        return None if given is None else REQUEST[name].type.read(given, f"/{name}")

    kind = _sent_network(document)
    _refuse_together(document, "wanted_shape", "wanted_shapes")
    input_shape, error, adapt_to = read("input_shape"), read("error"), read("adapt_to")
    error_message = None if error is None else read_error_message(error)
    batch = read("batch") or _batch_of(error_message)
    wanted = read("wanted_shape")
    layers = source = None
    if kind == "layers":
        layers = AuditNetwork(input_shape=input_shape, layers=read("layers"), batch=batch)
        adapt_to = sides_per_axis(adapt_to, axes=len(input_shape) - 1)
    else:
        files = read("files") if kind == "files" else {SOURCE_FILE: read("source")}
        inputs = read("inputs") or (input_shape and (NetworkInput(shape=input_shape),))
        source = SourceText(files=files, network=read("network"), inputs=inputs)
    return AuditRequest(
        layers=layers,
        source=source,
        batch=batch,
        wanted_shapes=read("wanted_shapes") if wanted is None else (wanted,),
        error_message=error_message,
        mirror=read("mirror") or False,
        adapt_to=adapt_to,
    )


def read_shape(value: object, *, pointer: str, least: int) -> TensorShape:
    """A shape of one sample: channels and 1 to 3 sizes, or features alone.

    >>> read_shape([3, 64, 64], pointer="/input_shape", least=1)
    (3, 64, 64)

    Raises:
        InvalidRequest: if the rank or a size is out of range, or the product is too large.
    """
    entries = read_list(value, pointer=pointer, low=least, high=4)
    largest = MAX_SIDE if len(entries) > 2 else MAX_SIGNAL_LENGTH
    shape = tuple(
        read_integer(
            entry,
            pointer=f"{pointer}/{place}",
            low=1,
            high=largest if place else MAX_SIGNAL_LENGTH,
        )
        for place, entry in enumerate(entries)
    )
    refuse_large_shape(shape, pointer)
    return shape


def _batch_of(error_message: ErrorMessage | None) -> int:
    """The batch size of an error message, else the default."""
    batch = None if error_message is None else error_message.batch
    return batch if batch is not None and 1 <= batch <= MAX_AUDIT_BATCH else DEFAULT_BATCH


_NETWORK_FIELDS = ("layers", "source", "files")
_SOURCE_FIELDS = ("network", "inputs", "wanted_shapes")


def _sent_network(given: Mapping[str, object]) -> str:
    """The field that has the network; for layers, the input shape is needed, too."""
    sent = [name for name in _NETWORK_FIELDS if given.get(name) is not None]
    if not sent:
        refuse_field("/layers", "missing_field", sentence="no_layers_or_source")
    if len(sent) > 1:
        refuse_field(f"/{sent[1]}", "contradiction", sentence="layers_and_source")
    if sent == ["layers"]:
        if given.get("input_shape") is None:
            refuse_field("/input_shape", "missing_field", {"field": "input_shape"})
        for name in _SOURCE_FIELDS:
            _refuse_together(given, "layers", name)
    _refuse_together(given, "input_shape", "inputs")
    return sent[0]


def _refuse_together(given: Mapping[str, object], one: str, other: str) -> None:
    if given.get(one) is not None and given.get(other) is not None:
        facts = {"one": one, "other": other}
        refuse_field(f"/{other}", "contradiction", facts, sentence="not_together")


def sides_per_axis(sides: int | TensorShape | None, *, axes: int) -> TensorShape | None:
    """The sides of a picture, one per axis.

    Raises:
        InvalidRequest: if there is another number of them.
    """
    found = (sides,) * max(axes, 1) if isinstance(sides, int) else sides
    if axes and found is not None:
        refuse(check_length(found, pointer="/adapt_to", low=axes, high=axes))
    return found


def read_wanted_shapes(value: object, pointer: str) -> tuple[TensorShape | None, ...]:
    """The wanted shape of each output, null for any.

    Raises:
        InvalidRequest: if one is invalid, with its pointer.
    """
    entries = read_list(value, pointer=pointer, low=1, high=MAX_OUTPUTS)
    return tuple(
        None if entry is None else read_shape(entry, pointer=f"{pointer}/{place}", least=0)
        for place, entry in enumerate(entries)
    )


@dataclass(frozen=True, slots=True)
class RequestField:
    """A field of the request: its type and meaning."""

    type: FieldType
    meaning: str


def _shape_type(least: int) -> FieldType:
    schema = list_of(integer(1, MAX_SIGNAL_LENGTH), least, 4)
    return FieldType(schema, lambda value, pointer: read_shape(value, pointer=pointer, least=least))


_SIDES = FieldType(
    list_of(integer(1, MAX_SIGNAL_LENGTH), 1, 3),
    lambda value, pointer: read_shape([1, *value][:5], pointer=pointer, least=2)[1:],  # type: ignore[misc]
)

_INPUT_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["shape"],
    "properties": {
        "shape": list_of(integer(1, MAX_SIGNAL_LENGTH), 0, MAX_RANK),
        "dtype": choice(*DTYPES),
        "high": {**integer(1, MAX_HIGH), "description": "Whole numbers are below it."},
        "name": {"type": "string", "maxLength": 100, "description": "A parameter of `forward`."},
    },
}

REQUEST = {
    "input_shape": RequestField(
        _shape_type(1),
        "[channels, sizes…] of one sample, or [features]. Required for `layers`; for a source, one is"
        " proposed if it and `inputs` are missing.",
    ),
    "layers": RequestField(
        FieldType(
            list_of({"$ref": "#/components/schemas/AuditLayer"}, 1, MAX_AUDIT_LAYERS),
            lambda value, pointer: read_audit_layers(value, pointer=pointer),
        ),
        "The layers in order.",
    ),
    "source": RequestField(
        FieldType({"type": "string"}, read_source_text),
        "Instead of `layers`: the text of a script, a module or a notebook. It is run in the sandbox;"
        f" at most {MAX_AUDIT_SOURCE} characters.",
    ),
    "files": RequestField(
        FieldType(
            {
                "type": "object",
                "maxProperties": MAX_FILES,
                "additionalProperties": {"type": "string"},
            },
            read_files,
        ),
        "Instead of `source`: the texts of files by path, which can import each other.",
    ),
    "network": RequestField(
        text_type(MAX_EXPRESSION),
        "The network that is meant: an expression such as `Generator(100)`, or the name of a class.",
    ),
    "inputs": RequestField(
        FieldType(list_of(_INPUT_SCHEMA, 1, MAX_INPUTS), read_inputs),
        "Instead of `input_shape`: the inputs of `forward`, without the batch.",
    ),
    "wanted_shapes": RequestField(
        FieldType(
            list_of(nullable(list_of(integer(1, MAX_SIGNAL_LENGTH), 0, 4)), 1, MAX_OUTPUTS),
            read_wanted_shapes,
        ),
        "Instead of `wanted_shape`: the wanted shape of each output, in order; null for any.",
    ),
    "wanted_shape": RequestField(_shape_type(0), "The output shape that is wanted."),
    "batch": RequestField(
        integer_type(1, MAX_AUDIT_BATCH),
        f"Batch size; by default the one in the error message, otherwise {DEFAULT_BATCH}.",
    ),
    "error": RequestField(text_type(MAX_ERROR_TEXT), "The error message of torch, unchanged."),
    "mirror": RequestField(BOOLEAN, "Whether to return the mirror of the network."),
    "adapt_to": RequestField(
        either_type(integer_type(1, MAX_SIDE), _SIDES, list),
        "Also return the closest network for a picture of this size.",
    ),
}
"""The fields of a request by name."""

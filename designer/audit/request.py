"""The request of an audit: the network, its wanted output, and the error message seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from designer.audit.error_message import ErrorMessage, read_error_message
from designer.audit.interpreter.network_finder import SourceNetwork, read_source
from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.field_types import (
    BOOLEAN,
    FieldType,
    either_type,
    integer_type,
    text_type,
)
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork
from designer.limits import (
    MAX_AUDIT_BATCH,
    MAX_AUDIT_LAYERS,
    MAX_AUDIT_SOURCE,
    MAX_ELEMENTS,
    MAX_ERROR_TEXT,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
)
from designer.validation.field_validators import check_length, refuse
from designer.validation.json_readers import (
    read_integer,
    read_list,
    read_object,
    read_text,
    refuse_field,
)
from designer.validation.json_schema import integer, list_of

DEFAULT_BATCH = 2
"""Batch size if neither the request nor its error message has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """A network, its wanted output shape, and the error message that was seen.

    ``source`` is set if the network was sent as source. ``adapt_to`` has the wanted sides of the
    picture, the map at the larger end of the network.
    """

    network: AuditNetwork
    source: SourceNetwork | None = None
    wanted_shape: TensorShape | None = None
    error_message: ErrorMessage | None = None
    mirror: bool = False
    adapt_to: TensorShape | None = None


def read_request(value: object) -> AuditRequest:
    """The audit request in a JSON value.

    Raises:
        InvalidRequest: if a field is unknown, missing or invalid, with its pointer.
    """
    required = tuple(name for name, field in REQUEST.items() if field.required)
    document = read_object(value, pointer="", known=tuple(REQUEST), required=required)

    def read(name: str) -> Any:  # noqa: ANN401 - of the field's type
        given = document.get(name)
        return None if given is None else REQUEST[name].type.read(given, f"/{name}")

    input_shape, error = read("input_shape"), read("error")
    error_message = None if error is None else read_error_message(error)
    batch = read("batch") or _batch_of(error_message)
    _refuse_two_networks(document)
    text = read("source")
    source = None if text is None else read_source(text, input_shape=input_shape, batch=batch)
    layers = read("layers") if source is None else source.layers
    return AuditRequest(
        network=AuditNetwork(input_shape=input_shape, layers=layers, batch=batch),
        source=source,
        wanted_shape=read("wanted_shape"),
        error_message=error_message,
        mirror=read("mirror") or False,
        adapt_to=_sides_per_axis(read("adapt_to"), axes=len(input_shape) - 1),
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
    if prod(shape) > MAX_ELEMENTS:
        refuse_field(
            pointer,
            "too_many_elements",
            sentence="shape_too_large",
            elements=prod(shape),
            maximum=MAX_ELEMENTS,
        )
    return shape


def _batch_of(error_message: ErrorMessage | None) -> int:
    """The batch size of an error message, else the default."""
    batch = None if error_message is None else error_message.batch
    return batch if batch is not None and 1 <= batch <= MAX_AUDIT_BATCH else DEFAULT_BATCH


def _refuse_two_networks(given: Mapping[str, object]) -> None:
    sent = [name for name in ("layers", "source") if given.get(name) is not None]
    if not sent:
        refuse_field("/layers", "missing_field", sentence="no_layers_or_source")
    if len(sent) == 2:
        refuse_field("/source", "contradiction", sentence="layers_and_source")


def _sides_per_axis(sides: int | TensorShape | None, *, axes: int) -> TensorShape | None:
    found = (sides,) * max(axes, 1) if isinstance(sides, int) else sides
    if axes and found is not None:
        refuse(check_length(found, pointer="/adapt_to", low=axes, high=axes))
    return found


@dataclass(frozen=True, slots=True)
class RequestField:
    """A field of the request: its type and meaning."""

    type: FieldType
    meaning: str
    required: bool = False


def _shape_type(least: int) -> FieldType:
    schema = list_of(integer(1, MAX_SIGNAL_LENGTH), least, 4)
    return FieldType(schema, lambda value, pointer: read_shape(value, pointer=pointer, least=least))


_SIDES = FieldType(
    list_of(integer(1, MAX_SIGNAL_LENGTH), 1, 3),
    lambda value, pointer: read_shape([1, *value][:5], pointer=pointer, least=2)[1:],  # type: ignore[misc]
)

REQUEST = {
    "input_shape": RequestField(
        _shape_type(1), "[channels, sizes…] of one sample, or [features].", required=True
    ),
    "layers": RequestField(
        FieldType(
            list_of({"$ref": "#/components/schemas/AuditLayer"}, 1, MAX_AUDIT_LAYERS),
            lambda value, pointer: read_audit_layers(value, pointer=pointer),
        ),
        "The layers in order.",
    ),
    "source": RequestField(
        FieldType({"type": "string"}, lambda value, pointer: read_text(value, pointer=pointer)),
        "Instead of `layers`: the source of an nn.Sequential(…) or of a module. It is parsed,"
        f" not run; at most {MAX_AUDIT_SOURCE} characters.",
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

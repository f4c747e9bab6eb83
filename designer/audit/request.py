"""The request of an audit: the network, its wanted output, and the error message seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from designer.audit.error_message import ErrorMessage, read_error_message
from designer.audit.interpreter.network_finder import SourceNetwork, read_source
from designer.audit.layers_json import read_audit_layers
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork
from designer.limits import (
    MAX_AUDIT_BATCH,
    MAX_ELEMENTS,
    MAX_ERROR_TEXT,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
)
from designer.validation.field_validators import (
    check_length,
    refuse,
)
from designer.validation.json_readers import (
    JsonObject,
    read_flag,
    read_integer,
    read_list,
    read_object,
    read_text,
    refuse_field,
)

REQUEST_FIELDS = (
    "input_shape",
    "layers",
    "source",
    "wanted_shape",
    "batch",
    "error",
    "mirror",
    "adapt_to",
)

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
    document = read_object(value, pointer="", known=REQUEST_FIELDS, required=("input_shape",))
    input_shape = read_shape(document["input_shape"], pointer="/input_shape", least=1)
    given = {name: document.get(name) for name in REQUEST_FIELDS if document.get(name) is not None}
    error_message = (
        read_error_message(read_text(given["error"], pointer="/error", most=MAX_ERROR_TEXT))
        if "error" in given
        else None
    )
    batch = _read_batch(given, error_message)
    _refuse_two_networks(given)
    network = AuditNetwork(input_shape=input_shape, layers=(), batch=batch)
    source: SourceNetwork | None = None
    if "source" in given:
        text = read_text(given["source"], pointer="/source")
        source = read_source(text, input_shape=input_shape, batch=batch)
        layers = source.layers
    else:
        layers = read_audit_layers(given["layers"], pointer="/layers")
    return AuditRequest(
        network=replace(network, layers=layers),
        source=source,
        wanted_shape=_read_wanted(given),
        error_message=error_message,
        mirror="mirror" in given and read_flag(given["mirror"], pointer="/mirror"),
        adapt_to=_read_sides(given, axes=len(input_shape) - 1),
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


def _read_batch(given: JsonObject, error_message: ErrorMessage | None) -> int:
    """The batch size of the request, else of its error message, else the default."""
    if "batch" in given:
        return read_integer(given["batch"], pointer="/batch", low=1, high=MAX_AUDIT_BATCH)
    message_batch = error_message.batch if error_message is not None else None
    return (
        message_batch
        if message_batch is not None and 1 <= message_batch <= MAX_AUDIT_BATCH
        else DEFAULT_BATCH
    )


def _refuse_two_networks(given: JsonObject) -> None:
    sent = [name for name in ("layers", "source") if name in given]
    if not sent:
        refuse_field("/layers", "missing_field", sentence="no_layers_or_source")
    if len(sent) == 2:
        refuse_field("/source", "contradiction", sentence="layers_and_source")


def _read_wanted(given: JsonObject) -> TensorShape | None:
    if "wanted_shape" not in given:
        return None
    return read_shape(given["wanted_shape"], pointer="/wanted_shape", least=0)


def _read_sides(given: JsonObject, *, axes: int) -> TensorShape | None:
    if "adapt_to" not in given:
        return None
    value = given["adapt_to"]
    if isinstance(value, list):
        sides = read_shape([1, *value][:5], pointer="/adapt_to", least=2)[1:]
    else:
        side = read_integer(value, pointer="/adapt_to", low=1, high=MAX_SIDE)
        sides = (side,) * max(axes, 1)
    if axes:
        refuse(check_length(sides, pointer="/adapt_to", low=axes, high=axes))
    return sides

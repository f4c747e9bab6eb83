"""The source of an audit: its files, the network that is meant, and the network's inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.sources.notebook import notebook_text, session_text
from designer.validation.json_readers import (
    JsonObject,
    read_choice,
    read_integer,
    read_list,
    read_object,
    read_text,
    refuse_field,
)
from designer.validation.limits import MAX_AUDIT_SOURCE, MAX_ELEMENTS, MAX_SIGNAL_LENGTH

DTYPES = ("float32", "float64", "int64", "bool")
"""Number types of inputs, under torch's names."""

MAX_FILES = 32
MAX_INPUTS = 8
MAX_EXPRESSION = 500
MAX_RANK = 5
MAX_HIGH = 2**31

SOURCE_FILE = "source.py"
"""The name of a text that was sent without one."""

_PATH = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*){0,7}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInput:
    """An input of a network: the shape of one sample, its number type, and its name if it has one.

    Whole numbers are below ``high``.
    """

    shape: TensorShape
    dtype: str = "float32"
    high: int | None = None
    name: str | None = None

    @property
    def document(self) -> JsonObject:
        """The input as JSON."""
        found: JsonObject = {"shape": list(self.shape), "dtype": self.dtype}
        found |= {} if self.high is None else {"high": self.high}
        return found | ({} if self.name is None else {"name": self.name})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """The files of a source by path, the expression of its network, and its inputs if they are known."""

    files: Mapping[str, str]
    network: str | None = None
    inputs: tuple[NetworkInput, ...] | None = None

    @property
    def is_one_text(self) -> bool:
        """Whether the source was sent as one text without a name."""
        return [*self.files] == [SOURCE_FILE]


def read_files(value: object, pointer: str) -> Mapping[str, str]:
    """The files of a request, notebooks as the text of their cells.

    Raises:
        InvalidRequest: if a path or text is invalid, or the texts are too long together.
    """
    if not isinstance(value, Mapping) or not 1 <= len(value) <= MAX_FILES:
        refuse_field(pointer, "not_an_object", {"maximum": MAX_FILES}, sentence="not_files")
    found: dict[str, str] = {}
    for path, text in value.items():
        if not _PATH.fullmatch(path) or not path.endswith((".py", ".ipynb")):
            refuse_field(pointer, "not_a_path", {"got": path[:60]}, sentence="not_a_source_path")
        found[path] = read_source_text(
            text, f"{pointer}/{path.replace('~', '~0').replace('/', '~1')}"
        )
    _refuse_length(sum(map(len, found.values())), pointer)
    return found


def read_source_text(value: object, pointer: str) -> str:
    """One text; a notebook as the text of its code cells.

    Raises:
        InvalidRequest: if it is no text, or too long.
    """
    text = read_text(value, pointer=pointer)
    text = notebook_text(text) or session_text(text)
    _refuse_length(len(text), pointer)
    return text


def _refuse_length(characters: int, pointer: str) -> None:
    if characters > MAX_AUDIT_SOURCE:
        facts = {"characters": characters, "maximum": MAX_AUDIT_SOURCE}
        refuse_field(pointer, "source_too_large", sentence="too_many_characters", **facts)


def read_inputs(value: object, pointer: str) -> tuple[NetworkInput, ...]:
    """The inputs of a request.

    Raises:
        InvalidRequest: if one is invalid, with its pointer.
    """
    entries = read_list(value, pointer=pointer, low=1, high=MAX_INPUTS)
    return tuple(read_input(entry, f"{pointer}/{place}") for place, entry in enumerate(entries))


def read_input(value: object, pointer: str) -> NetworkInput:
    """One input.

    >>> read_input({"shape": [], "dtype": "int64", "high": 10}, "").high
    10

    Raises:
        InvalidRequest: if a field is unknown, missing or invalid, with its pointer.
    """
    document = read_object(
        value, pointer=pointer, known=("shape", "dtype", "high", "name"), required=("shape",)
    )
    given = {name: each for name, each in document.items() if each is not None}
    sizes = read_list(given["shape"], pointer=f"{pointer}/shape", low=0, high=MAX_RANK)
    shape = tuple(
        read_integer(size, pointer=f"{pointer}/shape/{place}", low=1, high=MAX_SIGNAL_LENGTH)
        for place, size in enumerate(sizes)
    )
    refuse_large_shape(shape, f"{pointer}/shape")
    found: dict[str, Any] = {"shape": shape}
    if "dtype" in given:
        found["dtype"] = read_choice(given["dtype"], DTYPES, pointer=f"{pointer}/dtype")
    if "high" in given:
        found["high"] = read_integer(given["high"], pointer=f"{pointer}/high", low=1, high=MAX_HIGH)
    if "name" in given:
        found["name"] = read_text(given["name"], pointer=f"{pointer}/name", most=100)
    return NetworkInput(**found)


def refuse_large_shape(shape: TensorShape, pointer: str) -> None:
    """Refuse a shape of too many elements.

    Raises:
        InvalidRequest: with the number of elements and the limit.
    """
    elements = 1
    for size in shape:
        elements *= size
    if elements > MAX_ELEMENTS:
        refuse_field(
            pointer,
            "too_many_elements",
            sentence="shape_too_large",
            elements=elements,
            maximum=MAX_ELEMENTS,
        )

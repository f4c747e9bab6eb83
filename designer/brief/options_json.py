"""JSON of the initial map and of the discriminator's options, and their strict readers."""

from __future__ import annotations

from designer.brief.options import DiscriminatorStyle, InitialMap, Normalization, Output
from designer.validation.json_readers import (
    JsonObject,
    read_choice,
    read_integer,
    read_object,
    read_per_axis,
)

INITIAL_MAP_FIELDS = ("channels", "size")
DISCRIMINATOR_FIELDS = ("normalization", "output", "patch", "base_channels")


def initial_map_document(initial_map: InitialMap | None) -> JsonObject | None:
    """The ``initial_map`` object, or null."""
    return (
        None
        if initial_map is None
        else {"channels": initial_map.channels, "size": list(initial_map.size)}
    )


def discriminator_document(style: DiscriminatorStyle | None) -> JsonObject | None:
    """The ``discriminator`` object, or null.

    >>> discriminator_document(DiscriminatorStyle(patch=70))["patch"]
    70
    """
    if style is None:
        return None
    return {
        "normalization": str(style.normalization),
        "output": str(style.output),
        "patch": style.patch,
        "base_channels": style.base_channels,
    }


def initial_map_from_document(document: object, *, axes: int) -> InitialMap | None:
    """The map of an ``initial_map`` object; null gives None.

    Raises:
        InvalidRequest: for unknown or missing fields and wrong types.
    """
    if document is None:
        return None
    fields = read_object(
        document, pointer="/initial_map", known=INITIAL_MAP_FIELDS, required=INITIAL_MAP_FIELDS
    )
    return InitialMap(
        channels=read_integer(fields["channels"], pointer="/initial_map/channels"),
        size=read_per_axis(fields["size"], pointer="/initial_map/size", axes=axes),
    )


def discriminator_from_document(document: object) -> DiscriminatorStyle | None:
    """The options of a ``discriminator`` object; null gives None.

    Raises:
        InvalidRequest: for unknown fields and wrong types.
    """
    if document is None:
        return None
    pointer = "/discriminator"
    given = read_object(document, pointer=pointer, known=DISCRIMINATOR_FIELDS)
    fields = {name: value for name, value in given.items() if value is not None}
    for name, choices in (("normalization", Normalization), ("output", Output)):
        if name in fields:
            fields[name] = read_choice(fields[name], choices, pointer=f"{pointer}/{name}")
    return DiscriminatorStyle(**fields)  # type: ignore[arg-type]

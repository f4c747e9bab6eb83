"""Briefs and chains as JSON values, and their strict readers.

The readers refuse unknown and missing fields and wrong types by JSON pointer. The dataclasses check
ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from designer.brief.model import BRIEF_CHOICES, Brief, number_errors
from designer.brief.option_rules import generator_input_errors
from designer.brief.options_json import (
    discriminator_document,
    discriminator_from_document,
    initial_map_document,
    initial_map_from_document,
)
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, Window, Windows, window_fields
from designer.limits import MAX_LAYERS, MAX_SEARCH_ENTRIES
from designer.validation.field_validators import check_integer, refuse
from designer.validation.json_readers import (
    JsonObject,
    read_choice,
    read_flag,
    read_integer,
    read_integers,
    read_list,
    read_object,
    read_per_axis,
    refuse_field,
)

CHAIN_WINDOW_FIELDS = ("kernel_size", "stride", "dilation", "padding", "output_padding")
SEARCH_FIELDS = (
    "kernel_sizes",
    "strides",
    "dilations",
    "output_padding",
    "exact",
    "overlap",
    "initial_size",
    "max_layers",
    "anisotropic",
)
BUDGET_FIELDS = ("parameters", "multiply_adds")
BRIEF_FIELDS = (
    "resolution",
    "dimensions",
    "latent_dim",
    "initial_map",
    "channels",
    "base_channels",
    "max_channels",
    "upsampling",
    "normalization",
    "output_activation",
    "discriminator",
    "encoder",
    "classes",
    "search",
    "chain",
    "budget",
    "verify",
)


def brief_document(brief: Brief) -> JsonObject:
    """The completed brief as JSON, with the value of every field.

    >>> brief_document(Brief(resolution=64, latent_dim=100))["resolution"]
    [64, 64]
    """
    return {
        "resolution": list(brief.resolution),
        "dimensions": brief.axes,
        "latent_dim": brief.latent_dim,
        "initial_map": initial_map_document(brief.initial_map),
        "channels": brief.channels,
        "base_channels": brief.base_channels,
        "max_channels": brief.max_channels,
        "upsampling": str(brief.upsampling),
        "normalization": str(brief.normalization),
        "output_activation": str(brief.output_activation),
        "discriminator": discriminator_document(brief.discriminator_style),
        "encoder": brief.encoder,
        "classes": brief.classes,
        "search": space_document(brief.space),
        "chain": None if brief.windows is None else [window_document(w) for w in brief.windows],
        "budget": None if brief.budget is None else budget_document(brief.budget),
        "verify": str(brief.verify),
    }


def space_document(space: SearchSpace) -> JsonObject:
    """The completed ``search`` object."""
    return {
        "kernel_sizes": list(space.kernel_sizes),
        "strides": list(space.strides),
        "dilations": list(space.dilations),
        "output_padding": space.output_padding,
        "exact": str(space.exact),
        "overlap": str(space.overlap),
        "initial_size": None if space.initial_size is None else list(space.initial_size),
        "max_layers": space.max_layers,
        "anisotropic": space.anisotropic,
    }


def budget_document(budget: Budget) -> JsonObject:
    """The ``budget`` object."""
    return {"parameters": budget.parameters, "multiply_adds": budget.multiply_adds}


def window_document(windows: Windows) -> JsonObject:
    """One layer's windows, each field a list with one entry per axis.

    >>> window_document((Window(kernel_size=4, stride=2, padding=1),) * 2)["kernel_size"]
    [4, 4]
    """
    return {**window_fields(windows, CHAIN_WINDOW_FIELDS)}


def chain_document(chain: Chain) -> JsonObject:
    """Sizes from the initial map to the picture and the windows between them."""
    return {
        "sizes": [list(size) for size in chain.sizes],
        "windows": [window_document(windows) for windows in chain.windows],
    }


def brief_from_document(document: object) -> Brief:
    """The completed brief of a JSON object; null means the default, except for ``discriminator``.

    >>> brief_from_document({"resolution": [218, 178], "latent_dim": 100}).resolution
    (218, 178)

    Raises:
        InvalidRequest: for unknown or missing fields, wrong types, and values outside limits.
        InvalidLayer: if ``chain`` has a window that torch rejects.
    """
    given = read_object(document, pointer="", known=BRIEF_FIELDS, required=("resolution",))
    fields = _without_nulls(given)
    resolution = _read_resolution(fields.pop("resolution"), fields.pop("dimensions", None))
    nested = {name: fields.pop(name, None) for name in _NESTED}
    for name, choices in BRIEF_CHOICES.items():
        if name in fields:
            fields[name] = read_choice(fields[name], choices, pointer=f"/{name}")
    if "encoder" in fields:
        fields["encoder"] = read_flag(fields["encoder"], pointer="/encoder")
    if "discriminator" in given:
        fields["discriminator"] = discriminator_from_document(given["discriminator"])
    errors = number_errors({**fields, "resolution": resolution})
    if nested["initial_map"] is None:
        errors += generator_input_errors(fields.get("latent_dim"), None)
    refuse(errors)
    axes = 2 if isinstance(resolution, int) else len(resolution)
    return Brief(
        resolution=resolution,
        initial_map=initial_map_from_document(nested["initial_map"], axes=axes),
        search=space_from_document(nested["search"], axes=axes),
        budget=budget_from_document(nested["budget"]),
        windows=_read_chain(nested["chain"], axes=axes),
        **fields,  # type: ignore[arg-type]
    )


_NESTED = ("search", "budget", "chain", "initial_map", "discriminator")


def space_from_document(document: object, *, axes: int) -> SearchSpace:
    """The search space of a ``search`` object; null gives the default for this number of axes.

    Raises:
        InvalidRequest: for unknown fields, wrong types, and values outside limits.
    """
    given = {} if document is None else document
    fields = _without_nulls(read_object(given, pointer="/search", known=SEARCH_FIELDS))
    for name in ("anisotropic", "output_padding"):
        if name in fields:
            fields[name] = read_flag(fields[name], pointer=f"/search/{name}")
    for name in ("kernel_sizes", "strides", "dilations"):
        if name in fields:
            pointer = f"/search/{name}"
            values = read_integers(fields[name], pointer=pointer, low=1, high=MAX_SEARCH_ENTRIES)
            fields[name] = tuple(sorted(set(values)))
    for name, choices in (("exact", Exact), ("overlap", Overlap)):
        if name in fields:
            fields[name] = read_choice(fields[name], choices, pointer=f"/search/{name}")
    if "initial_size" in fields:
        pointer = "/search/initial_size"
        fields["initial_size"] = read_per_axis(fields["initial_size"], pointer=pointer, axes=axes)
    if "max_layers" in fields:
        fields["max_layers"] = read_integer(fields["max_layers"], pointer="/search/max_layers")
    default = SearchSpace.default(axes=axes, anisotropic=bool(fields.get("anisotropic", False)))
    return replace(default, **fields)  # type: ignore[arg-type]


def budget_from_document(document: object) -> Budget | None:
    """The budget of a ``budget`` object; null gives None.

    Raises:
        InvalidRequest: for unknown fields, wrong types, and values outside limits.
    """
    if document is None:
        return None
    fields = read_object(document, pointer="/budget", known=BUDGET_FIELDS)
    return Budget(**fields)  # type: ignore[arg-type]


def windows_from_document(document: object, *, pointer: str, axes: int) -> Windows:
    """One layer's windows; each field is a list with one entry per axis, or one integer for all.

    Raises:
        InvalidRequest: for unknown fields, wrong types or lengths.
        InvalidLayer: for a window that torch rejects.
    """
    fields = read_object(
        document, pointer=pointer, known=CHAIN_WINDOW_FIELDS, required=("kernel_size",)
    )
    columns = {
        name: read_per_axis(value, pointer=f"{pointer}/{name}", axes=axes)
        for name, value in _without_nulls(fields).items()
    }
    return tuple(
        Window(**{name: column[axis] for name, column in columns.items()}) for axis in range(axes)
    )


def _without_nulls(fields: Mapping[str, object]) -> JsonObject:
    return {name: value for name, value in fields.items() if value is not None}


def _read_resolution(value: object, dimensions: object) -> Size:
    if dimensions is None:
        return value  # type: ignore[return-value]
    refuse(check_integer(dimensions, pointer="/dimensions", low=1, high=3))
    assert isinstance(dimensions, int)
    if not isinstance(value, list):
        return (value,) * dimensions  # type: ignore[return-value]
    if dimensions != len(value):
        refuse_field(
            "/dimensions",
            "wrong_length",
            f"dimensions is {dimensions}, but resolution has {len(value)} entries",
            dimensions=dimensions,
            length=len(value),
        )
    return tuple(value)


def _read_chain(document: object, *, axes: int) -> tuple[Windows, ...] | None:
    if document is None:
        return None
    rows = read_list(document, pointer="/chain", low=1, high=MAX_LAYERS)
    return tuple(
        windows_from_document(row, pointer=f"/chain/{index}", axes=axes)
        for index, row in enumerate(rows)
    )

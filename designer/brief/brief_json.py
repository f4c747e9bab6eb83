"""Briefs and chains as JSON values, and their strict readers.

The readers refuse unknown and missing fields and wrong types by JSON pointer. The dataclasses check
ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from designer.brief.architecture import Architecture, has_uneven_overlap
from designer.brief.factor import whole_factor
from designer.brief.fields import Field, Kind, field_names, in_reading_order
from designer.brief.model import BRIEF, Brief, number_errors
from designer.brief.option_rules import generator_input_errors
from designer.brief.options import DISCRIMINATOR, DiscriminatorStyle
from designer.brief.search_space import SEARCH, Budget, SearchSpace
from designer.brief.window_rules import WINDOW
from designer.geometry.chain import Chain
from designer.geometry.layers import Size, Window, Windows, window_fields
from designer.geometry.resampling import Upsampling
from designer.validation.field_validators import refuse
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
from designer.validation.limits import MAX_LAYERS, MAX_SEARCH_ENTRIES

BRIEF_FIELDS = field_names(BRIEF)
CHAIN_WINDOW_FIELDS = field_names(WINDOW)


def brief_document(brief: Brief) -> JsonObject:
    """The completed brief as JSON, with the value of every field.

    >>> brief_document(Brief(resolution=64, latent_dim=100))["resolution"]
    [64, 64]
    """
    return _document(BRIEF, brief)


def _document(rows: tuple[Field, ...], value: object) -> JsonObject:
    return {row.name: field_document(row, getattr(value, row.attribute)) for row in rows}


def field_document(row: Field, value: object) -> object:
    """The value of a field as JSON."""
    if value is None:
        return None
    if row.object_type is not None:
        return _document(row.fields, value)
    if row.kind is Kind.CHAIN:
        return [window_document(step) for step in value]  # type: ignore[attr-defined]
    if row.kind is Kind.CHOICE:
        return str(value)
    return list(value) if isinstance(value, tuple) else value


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
    has_factor = isinstance(document, Mapping) and document.get("factor") is not None
    required = () if has_factor else ("resolution",)
    given = read_object(document, pointer="", known=BRIEF_FIELDS, required=required)
    fields = _without_nulls(given)
    resolution, factor = _read_sizes(fields)
    nested = {name: fields.pop(name, None) for name in _NESTED}
    fields = _read_values(fields, BRIEF, pointer="")
    if "discriminator" in given:
        style = _read_nested("discriminator", given["discriminator"])
        fields["discriminator"] = _complete_style(style, given)
    sizes = {"resolution": resolution, "factor": factor, "initial_map": nested["initial_map"]}
    errors = number_errors({**fields, **sizes})
    if nested["initial_map"] is None and "latent_dim" in fields:
        errors += generator_input_errors(fields.get("latent_dim"), None)
    refuse(errors)
    axes = 2 if isinstance(resolution, int) else len(factor or resolution)
    initial_map = _read_nested("initial_map", nested["initial_map"], axes=axes)
    start = () if initial_map is None else initial_map.size
    growth = factor or (() if isinstance(resolution, int) else whole_factor(start, resolution))
    return Brief(
        resolution=resolution,
        factor=factor,
        initial_map=initial_map,
        search=space_from_document(
            nested["search"], axes=axes, factor=growth, weighs_overlap=_weighs_overlap(fields)
        ),
        budget=budget_from_document(nested["budget"]),
        initialization=_read_nested("initialization", nested["initialization"]),
        windows=_read_chain(nested["chain"], axes=axes),
        **fields,  # type: ignore[arg-type]
    )


def _weighs_overlap(fields: Mapping[str, object]) -> bool:
    """Whether layers of the networks can overlap unevenly."""
    upsampling = fields.get("upsampling", Upsampling.TRANSPOSED)
    assert isinstance(upsampling, Upsampling), "the choices were read"
    return has_uneven_overlap(fields.get("architecture", Architecture.DCGAN), upsampling)


_NESTED = tuple(row.name for row in BRIEF if row.fields)


def _read_values(
    given: Mapping[str, object],
    rows: tuple[Field, ...],
    *,
    pointer: str,
    axes: int = 0,
    integers: bool = False,
) -> JsonObject:
    """Values of the right types; integers are left to the dataclass unless ``integers``."""
    fields = dict(given)
    for row in in_reading_order(rows):
        if (value := fields.get(row.name)) is None:
            continue
        place = f"{pointer}/{row.name}"
        if row.choices is not None:
            fields[row.name] = read_choice(value, row.choices, pointer=place)
        elif row.kind is Kind.FLAG:
            fields[row.name] = read_flag(value, pointer=place)
        elif row.kind is Kind.LIST:
            entries = read_integers(value, pointer=place, low=1, high=MAX_SEARCH_ENTRIES)
            fields[row.name] = tuple(sorted(set(entries)))
        elif row.kind is Kind.SIZE:
            fields[row.name] = read_per_axis(value, pointer=place, axes=axes)
        elif row.kind is Kind.LEVELS and isinstance(value, list):
            fields[row.name] = tuple(read_list(value, pointer=place, low=1, high=MAX_LAYERS))
        elif integers:
            fields[row.name] = read_integer(value, pointer=place)
    return fields


def space_from_document(
    document: object, *, axes: int, factor: Size = (), weighs_overlap: bool = True
) -> SearchSpace:
    """The search space of a ``search`` object; null gives the default for this number of axes.

    A ``factor`` adds to default strides and kernels, and ``weighs_overlap`` is the default of
    ``overlap``: see ``SearchSpace.default``.

    Raises:
        InvalidRequest: for unknown fields, wrong types, and values outside limits.
    """
    given = {} if document is None else document
    known = field_names(SEARCH)
    fields = _without_nulls(read_object(given, pointer="/search", known=known))
    fields = _read_values(fields, SEARCH, pointer="/search", axes=axes, integers=True)
    default = SearchSpace.default(
        axes=axes,
        anisotropic=bool(fields.get("anisotropic", False)),
        factor=() if "strides" in fields else factor,
        output_padding=bool(fields.get("output_padding", True)),
        weighs_overlap=weighs_overlap,
    )
    return replace(default, **fields)  # type: ignore[arg-type]


def budget_from_document(document: object) -> Budget | None:
    """The budget of a ``budget`` object; null gives None.

    Raises:
        InvalidRequest: for unknown fields, wrong types, and values outside limits.
    """
    budget: Budget | None = _read_nested("budget", document)
    return budget


def _complete_style(
    style: DiscriminatorStyle | None, given: Mapping[str, object]
) -> DiscriminatorStyle | None:
    """The options of a discriminator, those that are left out by the architecture of the brief."""
    if style is None or given.get("architecture") not in [*Architecture]:
        return style
    usual = Architecture(str(given["architecture"])).discriminator_style
    named = given["discriminator"]
    assert isinstance(named, Mapping), "the options were read"
    left_out = {
        row.attribute: getattr(usual, row.attribute)
        for row in DISCRIMINATOR
        if named.get(row.name) is None
    }
    return replace(style, **left_out)


def _read_nested(name: str, document: object, *, axes: int = 0) -> Any:  # noqa: ANN401
    (row,) = (row for row in BRIEF if row.name == name)
    if document is None or row.object_type is None:
        return None
    pointer, known = f"/{name}", field_names(row.fields)
    if row.shorthand is not None and isinstance(document, str):
        return row.object_type(
            **dict.fromkeys(known, read_choice(document, row.shorthand, pointer=pointer))
        )
    required = field_names(each for each in row.fields if each.required)
    given = _without_nulls(read_object(document, pointer=pointer, known=known, required=required))
    integers = row.kind is Kind.MAP
    values = _read_values(given, row.fields, pointer=pointer, axes=axes, integers=integers)
    return row.object_type(**values)


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


def _read_sizes(fields: JsonObject) -> tuple[Size, Size | None]:
    """The resolution, empty if there is none, and the factor; both are removed from the fields."""
    dimensions = fields.pop("dimensions", None)
    given, factor = fields.pop("resolution", ()), fields.pop("factor", None)
    if factor is None:
        return _read_resolution(given, dimensions), None
    start = fields.get("initial_map")
    size = start.get("size") if isinstance(start, Mapping) else None
    listed = next((len(each) for each in (given, factor, size) if isinstance(each, list)), 2)
    axes = min(max(listed, 1), 3)
    if dimensions is not None:
        axes = read_integer(dimensions, pointer="/dimensions", low=1, high=3)
    resolution = () if given == () else read_per_axis(given, pointer="/resolution", axes=axes)
    return resolution, read_per_axis(factor, pointer="/factor", axes=axes)


def _read_resolution(value: object, dimensions: object) -> Size:
    if dimensions is None:
        return value  # type: ignore[return-value]
    axes = read_integer(dimensions, pointer="/dimensions", low=1, high=3)
    if not isinstance(value, list):
        return (value,) * axes  # type: ignore[return-value]
    if axes != len(value):
        refuse_field(
            "/dimensions",
            "wrong_length",
            sentence="other_dimensions",
            dimensions=axes,
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

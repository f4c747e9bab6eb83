"""Readers of the ops' fields, from a JSON value to the typed value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from designer.audit.ops.adaptive_pooling import AdaptivePoolLayer, GlobalPoolLayer
from designer.audit.ops.convolutions import ConvLayer, ConvTransposeLayer
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.linear_and_reshape import FlattenLayer, LinearLayer, ReshapeLayer
from designer.audit.ops.norms import GroupNormLayer, InstanceNormLayer, LayerNormLayer, NormLayer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.ops.pooling import AvgPoolLayer, MaxPoolLayer
from designer.audit.ops.skips import AddFromLayer, ConcatFromLayer, ConcatLayer
from designer.audit.ops.upsampling import UPSAMPLE_MODES, PixelShuffleLayer, UpsampleLayer
from designer.limits import MAX_SIGNAL_LENGTH, MAX_WINDOW_VALUE
from designer.validation.field_validators import check_integer, field_name, refuse, short_text
from designer.validation.json_readers import read_flag, read_list, refuse_field

FieldReader = Callable[[object, str], Any]
"""Returns the typed value of a JSON value, or refuses the value at its pointer."""

MAX_COUNT = 2**30
"""Maximum number of channels or features of a layer."""

MAX_KERNEL_SIZE = 4096
"""Maximum kernel size of a layer."""

MAX_SCALE = 1024
"""Maximum factor of an upsampling."""

MAX_FREE_TEXT = 100
"""Maximum number of characters of ``norm`` and ``activation``."""


def integer_reader(low: int, high: int) -> FieldReader:
    """A reader of integers from ``low`` to ``high``."""

    def read(value: object, pointer: str) -> int:
        refuse(check_integer(value, pointer=pointer, low=low, high=high))
        assert isinstance(value, int)
        return value

    return read


def integer_list_reader(low: int, high: int, *, most: int, least: int = 1) -> FieldReader:
    """A reader of lists of ``least`` to ``most`` integers."""
    each = integer_reader(low, high)

    def read(value: object, pointer: str) -> tuple[int, ...]:
        entries = read_list(value, pointer=pointer, low=least, high=most)
        return tuple(each(entry, f"{pointer}/{place}") for place, entry in enumerate(entries))

    return read


def per_axis_reader(low: int, high: int = MAX_SIGNAL_LENGTH) -> FieldReader:
    """A reader of one integer, or of a list of them for 1 to 3 axes."""
    one, several = integer_reader(low, high), integer_list_reader(low, high, most=3)
    return lambda value, pointer: (several if isinstance(value, list) else one)(value, pointer)


def read_counts(value: object, pointer: str) -> int | tuple[int, ...]:
    """One count, or a list of them for the last 1 to 4 axes."""
    one, several = integer_reader(1, MAX_COUNT), integer_list_reader(1, MAX_COUNT, most=4)
    read: int | tuple[int, ...] = (several if isinstance(value, list) else one)(value, pointer)
    return read


def read_short_text(value: object, pointer: str) -> str:
    """A short string.

    Raises:
        InvalidRequest: if the value is no string or is too long.
    """
    if not isinstance(value, str):
        refuse_field(
            pointer,
            "not_a_text",
            f"{field_name(pointer)} must be a string, got {short_text(value)}",
        )
    if len(value) > MAX_FREE_TEXT:
        refuse_field(
            pointer,
            "wrong_length",
            f"{field_name(pointer)} must have at most {MAX_FREE_TEXT} characters, got {len(value)}",
            length=len(value),
            maximum=MAX_FREE_TEXT,
        )
    return value


def choice_reader(*names: str) -> FieldReader:
    """A reader of one of several strings."""

    def read(value: object, pointer: str) -> str:
        if not isinstance(value, str) or value not in names:
            refuse_field(
                pointer,
                "not_a_choice",
                f"{field_name(pointer)} must be one of {', '.join(names)}, got {short_text(value)}",
                choices=list(names),
            )
        return value

    return read


def read_scale_factors(value: object, pointer: str) -> float | tuple[float, ...]:
    """A factor above 0, or a list of them; the only field that accepts fractions."""
    if not isinstance(value, list):
        return _read_scale_factor(value, pointer)
    entries = read_list(value, pointer=pointer, low=1, high=3)
    return tuple(
        _read_scale_factor(entry, f"{pointer}/{place}") for place, entry in enumerate(entries)
    )


def read_crops(value: object, pointer: str) -> tuple[tuple[int, int], ...]:
    """Pairs of [before, after], one per axis."""
    pairs = []
    for place, entry in enumerate(read_list(value, pointer=pointer, low=1, high=3)):
        pair = read_list(entry, pointer=f"{pointer}/{place}", low=2, high=2)
        one = integer_reader(0, MAX_SIGNAL_LENGTH)
        pairs.append((one(pair[0], f"{pointer}/{place}/0"), one(pair[1], f"{pointer}/{place}/1")))
    return tuple(pairs)


def read_conv_padding(value: object, pointer: str) -> int | tuple[int, ...] | str:
    """Padding of a convolution: sizes, or ``same`` or ``valid``."""
    if isinstance(value, str):
        named: str = choice_reader("same", "valid")(value, pointer)
        return named
    sizes: int | tuple[int, ...] = per_axis_reader(0, MAX_WINDOW_VALUE)(value, pointer)
    return sizes


def read_boolean(value: object, pointer: str) -> bool:
    """True or false."""
    return read_flag(value, pointer=pointer)


def read_output_sizes(value: object, pointer: str) -> int | tuple[int | None, ...]:
    """Sizes of an adaptive pooling; null in a list keeps the size of an axis."""
    if not isinstance(value, list):
        whole: int = integer_reader(1, MAX_SIGNAL_LENGTH)(value, pointer)
        return whole
    return tuple(
        None if entry is None else integer_reader(1, MAX_SIGNAL_LENGTH)(entry, f"{pointer}/{place}")
        for place, entry in enumerate(read_list(value, pointer=pointer, low=1, high=3))
    )


def _read_scale_factor(value: object, pointer: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse_field(
            pointer,
            "not_a_number",
            f"{field_name(pointer)} must be a number, got {short_text(value)}",
        )
    if not (isfinite(value) and 0 < value <= MAX_SCALE):
        refuse_field(
            pointer,
            "out_of_range",
            f"{field_name(pointer)} must be above 0 and at most {MAX_SCALE}, got {short_text(value)}",
            minimum=0,
            maximum=MAX_SCALE,
        )
    return value


_COUNT = integer_reader(1, MAX_COUNT)
_NDIM = {"ndim": integer_reader(1, 3)}
_CONVOLUTION = {
    "in_channels": _COUNT,
    "out_channels": _COUNT,
    "kernel_size": per_axis_reader(1, MAX_KERNEL_SIZE),
    "stride": per_axis_reader(1, MAX_WINDOW_VALUE),
    "padding": per_axis_reader(0, MAX_WINDOW_VALUE),
    "dilation": per_axis_reader(1, MAX_WINDOW_VALUE),
    "groups": _COUNT,
    "bias": read_boolean,
    **_NDIM,
}
_POOL = {
    "kernel_size": per_axis_reader(1, MAX_KERNEL_SIZE),
    "stride": per_axis_reader(1, MAX_WINDOW_VALUE),
    "padding": per_axis_reader(0, MAX_WINDOW_VALUE),
    "ceil_mode": read_boolean,
    **_NDIM,
}
_SKIP = {"from": integer_reader(-1, MAX_COUNT), "skip_first": read_boolean}

FREE_TEXT_READERS: Mapping[str, FieldReader] = {
    "norm": read_short_text,
    "activation": read_short_text,
}
"""Fields that every op has."""

OP_FIELD_READERS: Mapping[type[AuditLayer], Mapping[str, FieldReader]] = {
    ConvLayer: {
        **_CONVOLUTION,
        "padding": read_conv_padding,
        "padding_mode": choice_reader("zeros", "reflect", "replicate", "circular"),
    },
    ConvTransposeLayer: {**_CONVOLUTION, "output_padding": per_axis_reader(0, MAX_WINDOW_VALUE)},
    LinearLayer: {"in_features": _COUNT, "out_features": _COUNT, "bias": read_boolean},
    ReshapeLayer: {
        "shape": integer_list_reader(-1, MAX_COUNT, most=4, least=0),
        "fold_batch": read_boolean,
    },
    FlattenLayer: {"start_dim": integer_reader(-5, 4), "end_dim": integer_reader(-5, 4)},
    UpsampleLayer: {
        "scale_factor": read_scale_factors,
        "size": per_axis_reader(1),
        "mode": choice_reader(*UPSAMPLE_MODES),
    },
    PixelShuffleLayer: {"upscale_factor": integer_reader(1, MAX_SCALE)},
    PadLayer: {
        "pad": integer_list_reader(-MAX_SIGNAL_LENGTH, MAX_SIGNAL_LENGTH, most=10),
        "mode": choice_reader("constant", "reflect", "replicate", "circular"),
    },
    CropLayer: {"crop": read_crops},
    MaxPoolLayer: {**_POOL, "dilation": per_axis_reader(1, MAX_WINDOW_VALUE)},
    AvgPoolLayer: _POOL,
    GlobalPoolLayer: {"keepdim": read_boolean},
    AdaptivePoolLayer: {
        "output_size": read_output_sizes,
        "mode": choice_reader("avg", "max"),
        **_NDIM,
    },
    ConcatLayer: {"extra_channels": _COUNT},
    ConcatFromLayer: _SKIP,
    AddFromLayer: _SKIP,
    NormLayer: {"num_features": _COUNT, **_NDIM},
    InstanceNormLayer: {
        "num_features": _COUNT,
        "affine": read_boolean,
        "track_running_stats": read_boolean,
        **_NDIM,
    },
    GroupNormLayer: {"num_groups": _COUNT, "num_channels": _COUNT, "affine": read_boolean},
    LayerNormLayer: {"normalized_shape": read_counts},
}
"""Every op with the readers of its own fields."""

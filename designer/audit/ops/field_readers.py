"""What each op's fields may hold: one reader per field, from a JSON value to the typed value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from designer.audit.ops.adaptive_pooling import AdaptivePoolLayer, GlobalPoolLayer
from designer.audit.ops.convolutions import ConvLayer, ConvTransposeLayer
from designer.audit.ops.layer import Layer
from designer.audit.ops.linear_and_reshape import FlattenLayer, LinearLayer, ReshapeLayer
from designer.audit.ops.norms import GroupNormLayer, InstanceNormLayer, LayerNormLayer, NormLayer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.ops.pooling import AvgPoolLayer, MaxPoolLayer
from designer.audit.ops.skips import AddFromLayer, ConcatFromLayer, ConcatLayer
from designer.audit.ops.upsampling import MODES, PixelShuffleLayer, UpsampleLayer
from designer.limits import MAX_LENGTH, MAX_WINDOW
from designer.validation.field_validators import check_integer, field_name, refuse, shorten
from designer.validation.json_readers import read_flag, read_list, refuse_field

Reader = Callable[[object, str], Any]
"""From a value and its pointer to the typed value, or a refusal."""

MAX_COUNT = 2**30
"""Most channels or features of a layer."""

MAX_KERNEL = 4096
"""Largest kernel of a layer that is audited."""

MAX_SCALE = 1024
"""Largest factor of an upsampling."""

MAX_TEXT = 100
"""Longest norm or activation."""


def integer(low: int, high: int) -> Reader:
    """A reader of integers from ``low`` to ``high``."""

    def read(value: object, pointer: str) -> int:
        refuse(check_integer(value, pointer=pointer, low=low, high=high))
        assert isinstance(value, int)
        return value

    return read


def integers(low: int, high: int, *, most: int, least: int = 1) -> Reader:
    """A reader of lists of ``least`` to ``most`` integers."""
    each = integer(low, high)

    def read(value: object, pointer: str) -> tuple[int, ...]:
        entries = read_list(value, pointer=pointer, low=least, high=most)
        return tuple(each(entry, f"{pointer}/{place}") for place, entry in enumerate(entries))

    return read


def per_axis(low: int, high: int = MAX_LENGTH) -> Reader:
    """A reader of one integer, or of a list of them for 1 to 3 axes."""
    one, several = integer(low, high), integers(low, high, most=3)
    return lambda value, pointer: (several if isinstance(value, list) else one)(value, pointer)


def counts(value: object, pointer: str) -> int | tuple[int, ...]:
    """One count, or a list of them for the last 1 to 4 axes."""
    one, several = integer(1, MAX_COUNT), integers(1, MAX_COUNT, most=4)
    read: int | tuple[int, ...] = (several if isinstance(value, list) else one)(value, pointer)
    return read


def text(value: object, pointer: str) -> str:
    """A short text.

    Raises:
        InvalidRequest: for another type or a longer one.
    """
    if not isinstance(value, str):
        refuse_field(
            pointer, "not_a_text", f"{field_name(pointer)} must be a text, got {shorten(value)}"
        )
    if len(value) > MAX_TEXT:
        refuse_field(
            pointer,
            "wrong_length",
            f"{field_name(pointer)} must have at most {MAX_TEXT} characters, got {len(value)}",
            length=len(value),
            maximum=MAX_TEXT,
        )
    return value


def choice(*names: str) -> Reader:
    """A reader of one of several texts."""

    def read(value: object, pointer: str) -> str:
        if not isinstance(value, str) or value not in names:
            refuse_field(
                pointer,
                "not_a_choice",
                f"{field_name(pointer)} must be one of {', '.join(names)}, got {shorten(value)}",
                choices=list(names),
            )
        return value

    return read


def scales(value: object, pointer: str) -> float | tuple[float, ...]:
    """A factor above 0, or a list of them; the one field that may be a fraction."""
    if not isinstance(value, list):
        return _scale(value, pointer)
    entries = read_list(value, pointer=pointer, low=1, high=3)
    return tuple(_scale(entry, f"{pointer}/{place}") for place, entry in enumerate(entries))


def crops(value: object, pointer: str) -> tuple[tuple[int, int], ...]:
    """Pairs of [before, after], one per axis."""
    pairs = []
    for place, entry in enumerate(read_list(value, pointer=pointer, low=1, high=3)):
        pair = read_list(entry, pointer=f"{pointer}/{place}", low=2, high=2)
        one = integer(0, MAX_LENGTH)
        pairs.append((one(pair[0], f"{pointer}/{place}/0"), one(pair[1], f"{pointer}/{place}/1")))
    return tuple(pairs)


def conv_padding(value: object, pointer: str) -> int | tuple[int, ...] | str:
    """Padding of a convolution: sizes, or ``same`` or ``valid``."""
    if isinstance(value, str):
        named: str = choice("same", "valid")(value, pointer)
        return named
    sizes: int | tuple[int, ...] = per_axis(0, MAX_WINDOW)(value, pointer)
    return sizes


def flag(value: object, pointer: str) -> bool:
    """True or false."""
    return read_flag(value, pointer=pointer)


def output_sizes(value: object, pointer: str) -> int | tuple[int | None, ...]:
    """Sizes of an adaptive pooling; null in a list keeps an axis."""
    if not isinstance(value, list):
        whole: int = integer(1, MAX_LENGTH)(value, pointer)
        return whole
    return tuple(
        None if entry is None else integer(1, MAX_LENGTH)(entry, f"{pointer}/{place}")
        for place, entry in enumerate(read_list(value, pointer=pointer, low=1, high=3))
    )


def _scale(value: object, pointer: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse_field(
            pointer,
            "not_a_number",
            f"{field_name(pointer)} must be a number, got {shorten(value)}",
        )
    if not (isfinite(value) and 0 < value <= MAX_SCALE):
        refuse_field(
            pointer,
            "out_of_range",
            f"{field_name(pointer)} must be above 0 and at most {MAX_SCALE}, got {shorten(value)}",
            minimum=0,
            maximum=MAX_SCALE,
        )
    return value


_COUNT = integer(1, MAX_COUNT)
_NDIM = {"ndim": integer(1, 3)}
_CONVOLUTION = {
    "in_channels": _COUNT,
    "out_channels": _COUNT,
    "kernel_size": per_axis(1, MAX_KERNEL),
    "stride": per_axis(1, MAX_WINDOW),
    "padding": per_axis(0, MAX_WINDOW),
    "dilation": per_axis(1, MAX_WINDOW),
    "groups": _COUNT,
    "bias": flag,
    **_NDIM,
}
_POOL = {
    "kernel_size": per_axis(1, MAX_KERNEL),
    "stride": per_axis(1, MAX_WINDOW),
    "padding": per_axis(0, MAX_WINDOW),
    "ceil_mode": flag,
    **_NDIM,
}
_SKIP = {"from": integer(-1, MAX_COUNT), "skip_first": flag}

FREE_TEXT: Mapping[str, Reader] = {"norm": text, "activation": text}
"""Fields that every op has."""

OPS: Mapping[type[Layer], Mapping[str, Reader]] = {
    ConvLayer: {
        **_CONVOLUTION,
        "padding": conv_padding,
        "padding_mode": choice("zeros", "reflect", "replicate", "circular"),
    },
    ConvTransposeLayer: {**_CONVOLUTION, "output_padding": per_axis(0, MAX_WINDOW)},
    LinearLayer: {"in_features": _COUNT, "out_features": _COUNT, "bias": flag},
    ReshapeLayer: {"shape": integers(-1, MAX_COUNT, most=4, least=0), "fold_batch": flag},
    FlattenLayer: {"start_dim": integer(-5, 4), "end_dim": integer(-5, 4)},
    UpsampleLayer: {"scale_factor": scales, "size": per_axis(1), "mode": choice(*MODES)},
    PixelShuffleLayer: {"upscale_factor": integer(1, MAX_SCALE)},
    PadLayer: {
        "pad": integers(-MAX_LENGTH, MAX_LENGTH, most=10),
        "mode": choice("constant", "reflect", "replicate", "circular"),
    },
    CropLayer: {"crop": crops},
    MaxPoolLayer: {**_POOL, "dilation": per_axis(1, MAX_WINDOW)},
    AvgPoolLayer: _POOL,
    GlobalPoolLayer: {"keepdim": flag},
    AdaptivePoolLayer: {"output_size": output_sizes, "mode": choice("avg", "max"), **_NDIM},
    ConcatLayer: {"extra_channels": _COUNT},
    ConcatFromLayer: _SKIP,
    AddFromLayer: _SKIP,
    NormLayer: {"num_features": _COUNT, **_NDIM},
    InstanceNormLayer: {
        "num_features": _COUNT,
        "affine": flag,
        "track_running_stats": flag,
        **_NDIM,
    },
    GroupNormLayer: {"num_groups": _COUNT, "num_channels": _COUNT, "affine": flag},
    LayerNormLayer: {"normalized_shape": counts},
}
"""Every op with the readers of its own fields."""

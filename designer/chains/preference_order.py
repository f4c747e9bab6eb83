"""The order of preference as one integer key, the sum over a chain's layers and its initial map.

Each step of the order is a field of the integer, the most important one in the highest bits.
Adding two keys adds their fields, and comparing two keys compares the fields in order. The
lexicographic order of sums is translation invariant, so dynamic programming is correct. Two steps
are not sums and not part of the key: the class of wholly exact chains (the first step), and the
windows themselves (the last one).
"""

from __future__ import annotations

from designer.chains.reference_design import ReferenceDesign
from designer.geometry.axis import overlaps_evenly
from designer.geometry.layers import Size, Window, Windows

WindowColumns = tuple[Size, Size, Size, Size, Size]
"""One layer's windows as the last step of the order compares them, smaller values first:
kernel sizes, strides, dilations, paddings, output paddings, each with one entry per axis."""

_FIELD_BITS = {
    "departure": 64,
    "uneven": 16,
    "unread": 16,
    "inexact": 16,
    "offset_sum": 32,
    "kernel_distance": 32,
    "initial_rank": 32,
    "layers": 16,
    "multiply_adds": 160,
    "output_padding_sum": 32,
    "padding_sum": 32,
}
"""Bits of each field, the first step highest; each exceeds any sum over a chain of 64 layers."""

_FIELD_SHIFTS: dict[str, int] = {}
_shift = 0
for _name, _bits in reversed(_FIELD_BITS.items()):
    _FIELD_SHIFTS[_name] = _shift
    _shift += _bits

MULTIPLY_ADD_UNIT = 1 << _FIELD_SHIFTS["multiply_adds"]
"""The key of one multiply-add."""

DEPARTURE_SHIFT = _FIELD_SHIFTS["departure"]
"""A key's departure starts at this bit and fills all higher bits."""


def pack_key(**fields: int) -> int:
    """The key with these fields; all others are 0.

    >>> pack_key(departure=1) > pack_key(uneven=7, layers=3)
    True
    """
    return sum(value << _FIELD_SHIFTS[name] for name, value in fields.items())


def unpack_key(key: int) -> dict[str, int]:
    """The fields of a key by name.

    >>> unpack_key(pack_key(departure=2, layers=5))["layers"]
    5
    """
    return {
        name: (key >> _FIELD_SHIFTS[name]) & ((1 << bits) - 1) for name, bits in _FIELD_BITS.items()
    }


def layer_key(columns: WindowColumns, offsets: Size, reference: ReferenceDesign) -> int:
    """One layer's part of the key without its multiply-adds, which depend on its depth.

    >>> from designer.chains.reference_design import reference_design
    >>> from designer.brief.search_space import SearchSpace
    >>> reference = reference_design(SearchSpace.default(axes=1), axes=1)
    >>> unpack_key(layer_key(((24,), (4,), (1,), (10,), (0,)), (0,), reference))["padding_sum"]
    10
    """
    return offsets_key(columns[1], offsets, reference) + windows_key(columns, reference)


def offsets_key(strides: Size, offsets: Size, reference: ReferenceDesign) -> int:
    """The part of a layer's key that its strides and offsets determine.

    >>> from designer.chains.reference_design import reference_design
    >>> from designer.brief.search_space import SearchSpace
    >>> reference = reference_design(SearchSpace.default(axes=2), axes=2)
    >>> unpack_key(offsets_key((2, 2), (1, 0), reference))["inexact"]
    1
    """
    weighed = offsets if reference.weighs_offsets else ()
    return pack_key(
        departure=reference.layer_departure(strides, offsets),
        inexact=sum(offset != 0 for offset in weighed),
        offset_sum=sum(map(abs, weighed)),
        layers=1,
    )


def windows_key(columns: WindowColumns, reference: ReferenceDesign) -> int:
    """The part of a layer's key that its kernels, dilations and paddings determine.

    >>> from designer.chains.reference_design import reference_design
    >>> from designer.brief.search_space import SearchSpace
    >>> reference = reference_design(SearchSpace.default(axes=1), axes=1)
    >>> unpack_key(windows_key(((25,), (4,), (1,), (10,), (0,)), reference))["kernel_distance"]
    1
    """
    kernel_sizes, strides, dilations, paddings, output_paddings = columns
    even = not reference.weighs_overlap or all(
        overlaps_evenly(kernel_size=kernel, stride=stride, dilation=dilation)
        for kernel, stride, dilation in zip(kernel_sizes, strides, dilations, strict=True)
    )
    return pack_key(
        uneven=not even,
        unread=any(
            output_padding > padding
            for output_padding, padding in zip(output_paddings, paddings, strict=True)
        ),
        kernel_distance=sum(
            abs(kernel - reference.usual_kernel(stride))
            for kernel, stride in zip(kernel_sizes, strides, strict=True)
        ),
        output_padding_sum=sum(output_paddings),
        padding_sum=sum(paddings),
    )


def initial_key(size: Size, stem_multiply_adds: int, reference: ReferenceDesign) -> int:
    """The initial map's part of the key, including the stem's multiply-adds."""
    return pack_key(
        departure=reference.initial_departure(size),
        initial_rank=reference.initial_rank(size),
        multiply_adds=stem_multiply_adds,
    )


def window_columns(windows: Windows) -> WindowColumns:
    """One layer's windows by field.

    >>> from designer.geometry.layers import Window
    >>> window_columns((Window(kernel_size=4, stride=2, padding=1),))
    ((4,), (2,), (1,), (1,), (0,))
    """
    return (
        tuple(window.kernel_size for window in windows),
        tuple(window.stride for window in windows),
        tuple(window.dilation for window in windows),
        tuple(window.padding for window in windows),
        tuple(window.output_padding for window in windows),
    )


def windows_from_columns(columns: WindowColumns) -> Windows:
    """The windows with these columns."""
    return tuple(
        Window(
            kernel_size=kernel,
            stride=stride,
            dilation=dilation,
            padding=padding,
            output_padding=output_padding,
        )
        for kernel, stride, dilation, padding, output_padding in zip(*columns, strict=True)
    )

"""Validators of the windows of a chain that the caller gives."""

from __future__ import annotations

from math import gcd

from designer.brief.fields import Field, Kind, named_fields
from designer.errors import FieldError
from designer.geometry.axis import kernel_span
from designer.geometry.layers import Window, Windows
from designer.validation.field_validators import check_integer, check_length, field_error
from designer.validation.limits import MAX_LAYERS, MAX_SEARCH_VALUE

WINDOW = named_fields(
    kernel_size=Field(Kind.SIZE, high=MAX_SEARCH_VALUE, required=True),
    stride=Field(Kind.SIZE, high=MAX_SEARCH_VALUE, default=1),
    dilation=Field(Kind.SIZE, high=MAX_SEARCH_VALUE, default=1),
    padding=Field(Kind.SIZE, low=0, default=0),
    output_padding=Field(Kind.SIZE, low=0, default=0),
)
"""The fields of one layer of ``chain``."""

CHAIN = Field(
    Kind.CHAIN,
    "The windows from the initial map to the picture, instead of a search.",
    name="chain",
    fields=WINDOW,
)
"""The field `chain`."""


def chain_errors(steps: tuple[Windows, ...], *, axes: int) -> list[FieldError]:
    """Errors of a given chain: its length, and for each window the rules of the search.

    >>> step = (Window(kernel_size=3, stride=4),)
    >>> [error.detail for error in chain_errors((step,), axes=1)]
    ['kernel_size[0] must be 4 to 256, got 3']
    """
    errors = check_length(steps, pointer="/chain", low=1, high=MAX_LAYERS)
    for index, step in enumerate(steps[:MAX_LAYERS]):
        errors += check_length(step, pointer=f"/chain/{index}", low=axes, high=axes)
        for axis, window in enumerate(step):
            errors += _window_errors(window, layer=f"/chain/{index}", axis=axis)
    return errors


def _window_errors(window: Window, *, layer: str, axis: int) -> list[FieldError]:
    """Errors by the rules of docs/solver.md: F ≥ S, P ≤ D(F − 1), A < S, gcd(S, D) = 1."""
    reach = kernel_span(window.kernel_size, window.dilation) - 1
    ranges = {
        "kernel_size": (
            window.stride if window.stride <= MAX_SEARCH_VALUE else 1,
            MAX_SEARCH_VALUE,
        ),
        "stride": (1, MAX_SEARCH_VALUE),
        "dilation": (1, MAX_SEARCH_VALUE),
        "padding": (0, reach),
        "output_padding": (0, window.stride - 1),
    }
    errors = [
        error
        for name, (low, high) in ranges.items()
        for error in check_integer(
            getattr(window, name), pointer=f"{layer}/{name}/{axis}", low=low, high=high
        )
    ]
    if gcd(window.stride, window.dilation) > 1:
        facts = {"stride": window.stride, "dilation": window.dilation}
        pointer = f"{layer}/dilation/{axis}"
        errors.append(field_error(pointer, "illegal_layer", sentence="common_divisor", **facts))
    return errors

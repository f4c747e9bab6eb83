"""The direct convolution as runnable Python text that imports only torch."""

from __future__ import annotations

from designer.geometry.equivalence.direct_convolution import (
    DirectConvolution,
    equivalent_convolution,
)
from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import Size


def render_snippet(layer: AnyConv, input_size: Size) -> str:
    """A function ``direct(x, weight, bias=None)`` with the same result as the layer.

    ``x`` is (N, in_channels, *input_size), ``weight`` and ``bias`` are the layer's.

    >>> from designer.geometry.layers import ConvTranspose, Window
    >>> layer = ConvTranspose(in_channels=2, out_channels=3,
    ...                       windows=(Window(kernel_size=4, stride=2, padding=1),) * 2)
    >>> print(render_snippet(layer, (4, 4)))
    import torch
    from torch.nn import functional
    <BLANKLINE>
    <BLANKLINE>
    def direct(
        x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        x = spread(x)
        x = functional.pad(x, (2, 2, 2, 2))
        return functional.conv2d(x, turn(weight), bias)
    <BLANKLINE>
    <BLANKLINE>
    def spread(x: torch.Tensor) -> torch.Tensor:
        spaced = x.new_zeros(*x.shape[:2], 7, 7)
        spaced[:, :, ::2, ::2] = x
        return spaced
    <BLANKLINE>
    <BLANKLINE>
    def turn(weight: torch.Tensor) -> torch.Tensor:
        return weight.transpose(0, 1).flip(2, 3)
    <BLANKLINE>
    """
    direct = equivalent_convolution(layer, input_size)
    parts = [_direct_function(direct)]
    if any(axis.inserted_zeros for axis in direct.axes):
        parts.append(_spread_function(direct))
    if direct.flipped:
        parts.append(_turn_function(direct))
    return "\n\n\n".join([_IMPORTS, *parts]) + "\n"


_IMPORTS = "import torch\nfrom torch.nn import functional"


def _direct_function(direct: DirectConvolution) -> str:
    sides = [side for axis in reversed(direct.axes) for side in axis.padding]
    weight = "turn(weight)" if direct.flipped else "weight"
    lines = [
        "def direct(",
        "    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None",
        ") -> torch.Tensor:",
    ]
    if any(axis.inserted_zeros for axis in direct.axes):
        lines.append("    x = spread(x)")
    for amounts in _split_padding_and_crop(sides):
        lines.append(f"    x = functional.pad(x, ({', '.join(map(str, amounts))}))")
    called = f"functional.conv{len(direct.axes)}d(x, {weight}, bias{_options(direct)})"
    return "\n".join([*lines, f"    return {called}"])


def _split_padding_and_crop(sides: list[int]) -> list[list[int]]:
    """The padding, then the crop, if one side is padded and another cropped.

    torch crops before it pads, and refuses to crop more than the map has before padding.
    """
    added, cut = [max(side, 0) for side in sides], [min(side, 0) for side in sides]
    ordered = [added, cut] if any(added) and any(cut) else [sides]
    return [amounts for amounts in ordered if any(amounts)]


def _options(direct: DirectConvolution) -> str:
    named = {
        "stride": tuple(axis.stride for axis in direct.axes),
        "dilation": tuple(axis.dilation for axis in direct.axes),
    }
    text = "".join(
        f", {name}={value}" for name, value in named.items() if any(v != 1 for v in value)
    )
    return text + (f", groups={direct.groups}" if direct.groups != 1 else "")


def _spread_function(direct: DirectConvolution) -> str:
    sizes = ", ".join(str(axis.input_size) for axis in direct.axes)
    steps = ", ".join(f"::{axis.inserted_zeros + 1}" for axis in direct.axes)
    return "\n".join(
        [
            "def spread(x: torch.Tensor) -> torch.Tensor:",
            f"    spaced = x.new_zeros(*x.shape[:2], {sizes})",
            f"    spaced[:, :, {steps}] = x",
            "    return spaced",
        ]
    )


def _turn_function(direct: DirectConvolution) -> str:
    axes = range(2, 2 + len(direct.axes))
    lines = ["def turn(weight: torch.Tensor) -> torch.Tensor:"]
    if direct.groups == 1:
        lines.append(f"    return weight.transpose(0, 1).flip({', '.join(map(str, axes))})")
    else:
        flips = ", ".join(str(axis + 1) for axis in axes)
        lines += [
            f"    grouped = weight.unflatten(0, ({direct.groups}, -1)).transpose(1, 2)",
            f"    return grouped.flip({flips}).flatten(0, 1)",
        ]
    return "\n".join(lines)

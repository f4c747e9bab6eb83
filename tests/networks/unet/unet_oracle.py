"""A U-Net in plain torch, written from a brief and its windows alone, for a module's tensors."""

from __future__ import annotations

from itertools import count
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from designer.brief.model import Brief
from designer.geometry.layers import Windows

Tensor = torch.Tensor
CONV = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED: dict[int, Any] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}


class UNetOracle:
    """The network of a brief in evaluation; ``steps`` are its windows from the lowest level on."""

    def __init__(self, brief: Brief, steps: tuple[Windows, ...], module: nn.Module) -> None:
        self.brief, self.steps, self.axes = brief, steps, brief.axes
        self.state = module.state_dict()
        self.residual = str(brief.architecture) == "resnet"

    def __call__(self, image: Tensor) -> Tensor:
        """The output for a picture of any size."""
        sizes, value = image.shape[2:], image
        if self.brief.any_size == "pad":
            for axis in range(self.axes):
                total = 1
                for step in self.steps:
                    total *= step[axis].stride
                sides = [0, 0] * (self.axes - 1 - axis) + [0, -sizes[axis] % total]
                value = functional.pad(value, sides)
        value = self.level(value, len(self.steps))
        if self.residual:
            value = self.start("head.0", value)
        at = len(self.norm_names) if self.residual else 0
        value = self.conv(f"head.{at}", value, 0)
        for axis, side in enumerate(sizes, start=2):
            value = value[(slice(None),) * axis + (slice(0, side),)]
        last = str(self.brief.output_activation)
        return value if last == "none" else getattr(torch, last)(value)

    @property
    def norm_names(self) -> list[str]:
        """What precedes a residual convolution."""
        return ["relu"] if str(self.brief.normalization) == "none" else ["norm", "relu"]

    def level(self, value: Tensor, level: int) -> Tensor:
        """What the levels from this one down make of a map; the lowest one is level 0."""
        depth = len(self.steps)
        name = f"down.{depth - level}"
        kept = self.down(name, value, level)
        if level == 0:
            return self.body("middle", kept, 0, 2)
        below = self.level(kept, level - 1)
        up = f"up.{level - 1}"
        larger = self.enlarge(f"{up}.enlarge", below, self.steps[level - 1], kept)
        adds = str(self.brief.skips) == "add"
        joined = kept + larger if adds else torch.cat([kept, larger], 1)
        return self.body(f"{up}.body", joined, 0, self.blocks(level))

    def blocks(self, level: int) -> int:
        """Bodies of a level; lists start at the lowest."""
        blocks = self.brief.blocks
        assert blocks is not None
        return blocks if isinstance(blocks, int) else blocks[level]

    def down(self, name: str, value: Tensor, level: int) -> Tensor:
        """The layer into a level, and its bodies."""
        first = 0
        if level < len(self.steps):
            step = self.steps[level]
            value = CONV[self.axes](
                value,
                self.state[f"{name}.0.weight"],
                self.state.get(f"{name}.0.bias"),
                [window.stride for window in step],
                [window.padding for window in step],
                [window.dilation for window in step],
            )
            first = 1
            if not self.residual:
                value = self.start(f"{name}.1", value)
                first += len(self.norm_names)
        elif self.residual:
            value, first = self.conv(f"{name}.0", value, 1), 1
        return self.body(name, value, first, self.blocks(level))

    def enlarge(self, name: str, value: Tensor, step: Windows, skip: Tensor) -> Tensor:
        """The step up to the size of the skip."""
        kind, size = str(self.brief.upsampling), skip.shape[2:]
        if kind == "transposed":
            padding = [
                side
                - (before - 1) * w.stride
                + 2 * w.padding
                - w.dilation * (w.kernel_size - 1)
                - 1
                for side, before, w in zip(size, value.shape[2:], step, strict=True)
            ]
            return TRANSPOSED[self.axes](
                value,
                self.state[f"{name}.weight"],
                self.state.get(f"{name}.bias"),
                [w.stride for w in step],
                [w.padding for w in step],
                padding,
                1,
                [w.dilation for w in step],
            )
        taps = self.state[f"{name}.weight" if kind == "resize" else f"{name}.0.weight"].shape[2:]
        keep = [w.dilation * (tap - 1) // 2 for tap, w in zip(taps, step, strict=True)]
        dilation = [w.dilation for w in step]
        if kind == "resize":
            larger = functional.interpolate(value, size=tuple(size), mode="nearest")
            return self.conv(name, larger, keep, dilation)
        more = [
            max(0, -(-(side - before * w.stride) // w.stride))
            for side, before, w in zip(size, value.shape[2:], step, strict=True)
        ]
        padded = [margin + each for margin, each in zip(keep, more, strict=True)]
        many = self.conv(f"{name}.0", value, padded, dilation)
        return self.shuffled(many, [w.stride for w in step], more, size)

    def shuffled(self, many: Tensor, factors: list[int], more: list[int], size: Any) -> Tensor:  # noqa: ANN401
        """Channels to pixels, without the surplus."""
        split = many.view(len(many), -1, *factors, *many.shape[2:])
        order = [0, 1]
        for axis in range(self.axes):
            order += [2 + self.axes + axis, 2 + axis]
        sides = [side * factor for side, factor in zip(many.shape[2:], factors, strict=True)]
        grown = split.permute(order).reshape(len(many), -1, *sides)
        for axis, (each, factor) in enumerate(zip(more, factors, strict=True)):
            grown = grown.narrow(2 + axis, each * factor, size[axis])
        return grown

    def body(self, name: str, value: Tensor, first: int, number: int) -> Tensor:
        """Bodies in sequence, from an index of the container on."""
        places = count(first)
        for _ in range(number):
            if self.residual:
                value = self.residual_block(f"{name}.{next(places)}", value)
                continue
            value = self.conv(f"{name}.{next(places)}", value, 1)
            value = self.start(f"{name}.{next(places)}", value)
            if len(self.norm_names) > 1:
                next(places)
        return value

    def residual_block(self, name: str, value: Tensor) -> Tensor:
        """Norm, ReLU and convolution, twice, beside the map."""
        result = value
        for first in (0, 3):
            result = self.start(f"{name}.body.{first}", result)
            result = self.conv(f"{name}.body.{first + 2}", result, 1)
        if f"{name}.shortcut.weight" in self.state:
            value = self.conv(f"{name}.shortcut", value, 0)
        return result + value

    def conv(self, name: str, value: Tensor, padding: Any, dilation: Any = 1) -> Tensor:  # noqa: ANN401
        """A convolution of stride 1."""
        weight, bias = self.state[f"{name}.weight"], self.state.get(f"{name}.bias")
        return CONV[self.axes](value, weight, bias, 1, padding, dilation)

    def start(self, name: str, value: Tensor) -> Tensor:
        """Norm, if there is one, and ReLU."""
        norm = str(self.brief.normalization)
        weight, bias = (self.state.get(f"{name}.{key}") for key in ("weight", "bias"))
        if norm == "batch":
            mean, variance = (self.state[f"{name}.running_{key}"] for key in ("mean", "var"))
            value = functional.batch_norm(value, mean, variance, weight, bias)
        elif norm != "none":
            channels = value.shape[1]
            most = next(g for g in range(min(32, channels), 0, -1) if channels % g == 0)
            groups = {"instance": channels, "layer": 1, "group": most}[norm]
            value = functional.group_norm(value, groups, weight, bias)
        return functional.relu(value)


def drawn(module: nn.Module) -> nn.Module:
    """The module in evaluation and float64, with drawn weights and statistics."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in module.double().eval().parameters():
            weight.normal_(0.05, 0.3)
        for name, statistic in module.named_buffers():
            if "running" in name:
                statistic.uniform_(0.5, 2.0)
    return module

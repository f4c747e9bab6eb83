"""R3GAN's networks in plain torch, written from a brief and its chain alone, for a module's tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch.nn import functional

from designer.brief.model import Brief
from designer.geometry.chain import Chain
from designer.geometry.layers import Windows
from tests.verification.residual_oracle import CONV, TRANSPOSED

Tensor = torch.Tensor


def triangle(kernel_size: int, stride: int) -> list[float]:
    """Weights along one axis: max(0, S − distance to the middle), over the sum of each phase."""
    heights = [max(0.0, stride - abs(tap - (kernel_size - 1) / 2)) for tap in range(kernel_size)]
    return [
        height / sum(heights[other] for other in range(tap % stride, kernel_size, stride))
        for tap, height in enumerate(heights)
    ]


def filter_of(step: Windows, *, larger: bool) -> Tensor:
    """The outer product of the weights along each axis, to a smaller map over the stride, in float32."""
    rows = [
        torch.tensor(triangle(w.kernel_size, w.stride)) / (1 if larger else w.stride) for w in step
    ]
    return reduce(lambda kernel, row: kernel.unsqueeze(-1) * row, rows).double()


class R3GANOracle:
    """The two networks of a brief; tensors are read in the order in which a network holds them."""

    def __init__(self, brief: Brief, chain: Chain, tensors: Sequence[Tensor]) -> None:
        self.brief, self.chain, self.axes = brief, chain, chain.axes
        self.tensors = [*tensors]
        self.table = self.tensors.pop(0) if len(self.tensors) and brief.classes else None

    def take(self) -> Tensor:
        """The next tensor."""
        return self.tensors.pop(0)

    def conv(
        self, value: Tensor, *, bias: bool = False, padding: int = 0, groups: int = 1
    ) -> Tensor:
        """A convolution of stride 1 with the next tensors."""
        weight = self.take()
        return CONV[self.axes](value, weight, self.take() if bias else None, 1, padding, 1, groups)

    def changed(self, value: Tensor, channels: int) -> Tensor:
        """A convolution of one tap where the channels differ."""
        return value if value.shape[1] == channels else self.conv(value)

    def block(self, value: Tensor) -> Tensor:
        """A map plus three convolutions of it."""
        width = self.brief.group_width or 0
        inner = functional.leaky_relu(self.conv(value, bias=True), 0.2)
        channels = inner.shape[1]
        assert channels == (self.brief.expansion or 0) * value.shape[1]
        groups = min(
            g for g in range(1, channels + 1) if channels % g == 0 and channels / g <= width
        )
        inner = functional.leaky_relu(self.conv(inner, bias=True, padding=1, groups=groups), 0.2)
        return value + self.conv(inner)

    def resampled(self, value: Tensor, step: Windows, *, larger: bool) -> Tensor:
        """Each channel by itself, forwards or backwards along a step."""
        kernel = filter_of(step, larger=larger)[None, None]
        strides = [window.stride for window in step]
        paddings = [window.padding for window in step]
        planes = value.flatten(0, 1).unsqueeze(1)
        if larger:
            more = [window.output_padding for window in step]
            made = TRANSPOSED[self.axes](planes, kernel, None, strides, paddings, more)
        else:
            made = CONV[self.axes](planes, kernel, None, strides, paddings)
        return made.view(*value.shape[:2], *made.shape[2:])

    def widths(self, base: int | None, cap: int | None) -> list[int]:
        """Channels of each level, the picture's first."""
        base, cap = base or self.brief.base_channels or 0, cap or self.brief.max_channels
        return [min(base * 2**level, cap) for level in range(len(self.chain.sizes))]

    def generator(self, latent: Tensor, labels: Tensor | None) -> Tensor:
        """The picture of latent vectors."""
        value = latent.flatten(1)
        if self.table is not None and labels is not None:
            value = torch.cat([value, self.table[labels]], 1)
        scale = value @ self.take().T
        value = scale.view(*scale.shape, *[1] * self.axes) * self.take()
        widths, counts = self.widths(None, None)[::-1], self.counts(self.brief.blocks)
        for level, count in enumerate(counts):
            if level:
                value = self.changed(value, widths[level])
                value = self.resampled(value, self.chain.windows[level - 1], larger=True)
            for _ in range(count):
                value = self.block(value)
        picture = self.conv(value)
        last = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "none": lambda each: each}
        assert self.tensors == []
        return last[self.brief.output_activation.value](picture)

    def counts(self, blocks: int | tuple[int, ...] | None) -> tuple[int, ...]:
        """The blocks of each level in order of execution."""
        assert blocks is not None
        return blocks if isinstance(blocks, tuple) else (blocks,) * len(self.chain.sizes)

    def discriminator(self, value: Tensor, labels: Tensor | None) -> Tensor:
        """The score of pictures."""
        style = self.brief.discriminator_style
        assert style is not None
        widths = self.widths(style.base_channels, style.max_channels)
        own = style.blocks
        counts = self.counts(self.brief.blocks)[::-1] if own is None else self.counts(own)
        value = self.conv(value)
        for level, count in enumerate(counts):
            if level:
                value = self.resampled(value, self.chain.windows[-level], larger=False)
                value = self.changed(value, widths[level])
            for _ in range(count):
                value = self.block(value)
        features = (value * self.take().squeeze(1)).flatten(2).sum(2) @ self.take().T
        assert self.tensors == []
        if self.table is None:
            return features.flatten()
        return (features * self.table[labels]).sum(1)

"""Residual networks in plain torch, written from a brief and its chain alone, for a module's tensors."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from designer.brief.model import Brief
from designer.geometry.chain import Chain
from designer.geometry.layers import Windows

Tensor = torch.Tensor
CONV = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED: dict[int, Any] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}
POOL: dict[int, Any] = {
    1: functional.avg_pool1d,
    2: functional.avg_pool2d,
    3: functional.avg_pool3d,
}


class ResidualOracle:
    """The two networks of a brief in evaluation."""

    def __init__(self, brief: Brief, chain: Chain, module: nn.Module) -> None:
        self.brief, self.chain, self.axes = brief, chain, chain.axes
        self.state = module.state_dict()
        self.labels: list[int] = []

    def weight(self, name: str) -> Tensor:
        """A weight, divided by its estimated singular value if it has a spectral norm."""
        if f"{name}.weight" in self.state:
            return self.state[f"{name}.weight"]
        original = self.state[f"{name}.parametrizations.weight.original"]
        left, right = (self.state[f"{name}.parametrizations.weight.0._{side}"] for side in "uv")
        return original / torch.dot(left, original.flatten(1) @ right)

    def conv(self, name: str, value: Tensor, padding: Any) -> Tensor:  # noqa: ANN401
        """A convolution of stride 1."""
        return CONV[self.axes](value, self.weight(name), self.state[f"{name}.bias"], 1, padding)

    def window(self, name: str, value: Tensor, step: Windows, *, transposed: bool) -> Tensor:
        """A convolution with the windows of the chain, forwards or backwards."""
        given = {
            key: [getattr(window, key) for window in step]
            for key in ("stride", "padding", "dilation")
        }
        bias = self.state[f"{name}.bias"]
        if transposed:
            given["output_padding"] = [window.output_padding for window in step]
            return TRANSPOSED[self.axes](value, self.weight(name), bias, **given)
        return CONV[self.axes](value, self.weight(name), bias, **given)

    def start(self, name: str, value: Tensor, norm: str) -> Tensor:
        """Norm, if there is one, and ReLU."""
        if norm == "conditional_batch":
            return functional.relu(self.normalized_by_label(name, value))
        weight, bias = (self.state.get(f"{name}.{key}") for key in ("weight", "bias"))
        if norm == "batch":
            mean, variance = (self.state[f"{name}.running_{key}"] for key in ("mean", "var"))
            value = functional.batch_norm(value, mean, variance, weight, bias)
        elif norm in ("instance", "layer", "group"):
            channels = value.shape[1]
            least = next(g for g in range(min(32, channels), 0, -1) if channels % g == 0)
            groups = {"instance": channels, "layer": 1, "group": least}[norm]
            value = functional.group_norm(value, groups, weight, bias)
        return functional.relu(value)

    def normalized_by_label(self, name: str, value: Tensor) -> Tensor:
        """Statistics of the batches before, then what the label of each sample says, sample by sample."""
        mean, variance = (self.state[f"{name}.norm.running_{key}"] for key in ("mean", "var"))
        tables = [self.state[f"{name}.{key}.weight"] for key in ("gain", "bias")]
        shape = [-1] + [1] * self.axes
        samples = []
        for sample, label in zip(value, self.labels, strict=True):
            gain, bias = (table[label].view(shape) for table in tables)
            scaled = (sample - mean.view(shape)) / (variance.view(shape) + 1e-5) ** 0.5
            samples.append(gain * scaled + bias)
        return torch.stack(samples)

    def enlarge(
        self, name: str, value: Tensor, level: int, taps: int, places: tuple[str, str]
    ) -> Tensor:
        """One path to the next size; ``places``: of a layer alone, and of one after a resizing."""
        step, after = self.chain.windows[level], self.chain.sizes[level + 1]
        kind, margin = self.brief.upsampling.value, taps // 2
        if kind == "transposed":
            return self.window(name + places[0], value, step, transposed=True)
        if kind == "resize":
            larger = functional.interpolate(value, size=after, mode="nearest")
            return self.conv(name + places[1], larger, margin)
        more = [max(0, -(-window.offset // window.stride)) for window in step]
        many = self.conv(name + places[0], value, [margin + each for each in more])
        factors = [window.stride for window in step]
        split = many.view(len(many), -1, *factors, *many.shape[2:])
        order = [0, 1]
        for axis in range(self.axes):
            order += [2 + self.axes + axis, 2 + axis]
        grown = split.permute(order).reshape(
            len(many), -1, *[s * f for s, f in zip(many.shape[2:], factors, strict=True)]
        )
        for axis, (each, stride) in enumerate(zip(more, factors, strict=True)):
            grown = grown.narrow(2 + axis, each * stride, after[axis])
        return grown

    def generator(self, latent: Tensor, labels: Tensor | None) -> Tensor:
        """The picture of a latent vector."""
        value, norm = latent.flatten(1), self.brief.normalization.value
        conditional = norm == "conditional_batch"
        if labels is not None:
            self.labels = labels.tolist()
        if labels is not None and not conditional:
            value = torch.cat([value, self.state["embedding.weight"][labels]], 1)
        value = value @ self.state["main.1.weight"].T + self.state["main.1.bias"]
        value = value.view(len(value), -1, *self.chain.initial_size)
        place, blocks = 3, self.brief.blocks
        shift = len(self.brief.normalization.modules(channels=1, axes=1)) + 1
        for level in range(len(self.chain.windows)):
            count = blocks if isinstance(blocks, int) else (blocks or ())[level]
            for block in range(count):
                value = self.up_block(f"main.{place}", value, norm, level, shift, first=block == 0)
                place += 1
            value, place = self.attended(place, value, level + 1)
        value = self.start(f"main.{place}", value, "batch" if conditional else norm)
        picture = self.conv(f"main.{place + shift}", value, 1)
        last = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "none": lambda each: each}
        return last[self.brief.output_activation.value](picture)

    def up_block(
        self, name: str, value: Tensor, norm: str, level: int, shift: int, *, first: bool
    ) -> Tensor:
        """A block of the generator."""
        body = self.start(f"{name}.body.0", value, norm)
        if not first:
            body = self.conv(f"{name}.body.{shift}", body, 1)
            body = self.start(f"{name}.body.{shift + 1}", body, norm)
            return value + self.conv(f"{name}.body.{2 * shift + 1}", body, 1)
        transposed = self.brief.upsampling.value == "transposed"
        cropped = any(window.offset for step in self.chain.windows for window in step)
        more = {"transposed": 1, "resize": 2, "subpixel": 2 + cropped}[self.brief.upsampling.value]
        body = self.enlarge(f"{name}.body.", body, level, 3, (f"{shift}", f"{shift + 1}"))
        body = self.start(f"{name}.body.{shift + more}", body, norm)
        body = self.conv(f"{name}.body.{2 * shift + more}", body, 1)
        places = ("", "") if transposed else (".0", ".1")
        return body + self.enlarge(f"{name}.shortcut", value, level, 1, places)

    def attended(self, place: int, value: Tensor, level: int) -> tuple[Tensor, int]:
        """A map of the size after a level, with self-attention if the brief says so; the next place."""
        levels = self.brief.attention
        if not isinstance(levels, tuple) or level not in levels:
            return value, place
        name, sides = f"main.{place}", value.shape[2:]

        def point(key: str, given: Tensor) -> Tensor:
            weight = self.weight(f"{name}.{key}").flatten(1)
            return (weight @ given.flatten(2)).unflatten(2, given.shape[2:])

        queries, keys, values = (point(key, value) for key in ("theta", "phi", "g"))
        for axis, side in enumerate(sides, 2):
            if side > 1:  # the larger of each pair of neighbors
                keys, values = (each.unfold(axis, 2, 2).amax(-1) for each in (keys, values))
        scores = torch.einsum("ncq,nck->nqk", queries.flatten(2), keys.flatten(2))
        mixed = torch.einsum("nck,nqk->ncq", values.flatten(2), scores.softmax(2))
        read = point("o", mixed.unflatten(2, sides))
        return value + self.state[f"{name}.gain"] * read, place + 1

    def discriminator(
        self, value: Tensor, labels: Tensor | None, levels: tuple[int, ...]
    ) -> Tensor:
        """The score of a picture; ``levels``: the blocks of each."""
        style = self.brief.discriminator_style
        assert style is not None
        norm, place, steps = style.normalization.value, 0, self.chain.windows[::-1]
        for level, count in enumerate(levels):
            for block in range(count):
                step = steps[level] if block == 0 and level < len(steps) else None
                value = self.down_block(f"main.{place}", value, norm, step, first=place == 0)
                place += 1
            value, place = self.attended(place, value, len(steps) - 1 - level)
        value = self.start(f"main.{place}", value, norm).flatten(2).sum(2)
        head = "head" if labels is not None else f"main.{place + 2 + (norm != 'spectral')}"
        score = value @ self.weight(head).T + self.state[f"{head}.bias"]
        if labels is not None:
            score = score + (value * self.weight("embedding")[labels]).sum(1, keepdim=True)
        return score.flatten()

    def down_block(
        self, name: str, value: Tensor, norm: str, step: Windows | None, *, first: bool
    ) -> Tensor:
        """A block of the discriminator."""
        shift = 1 if norm == "spectral" else 2
        at = 0 if first else shift
        body = value if first else self.start(f"{name}.body.0", value, norm)
        body = self.conv(f"{name}.body.{at}", body, 1)
        body = self.start(f"{name}.body.{at + 1}", body, norm)
        last = f"{name}.body.{at + 1 + shift}"
        if step is None:
            kept = not any(key.startswith(f"{name}.shortcut") for key in self.state)
            path = value if kept else self.conv(f"{name}.shortcut", value, 0)
            return self.conv(last, body, 1) + path
        if self.brief.upsampling.value == "transposed":
            body = self.window(last, body, step, transposed=False)
            return body + self.window(f"{name}.shortcut", value, step, transposed=False)
        if first:
            path = self.conv(f"{name}.shortcut.1", self.mean(value, step), 0)
        else:
            path = self.mean(self.conv(f"{name}.shortcut.0", value, 0), step)
        return self.mean(self.conv(last, body, 1), step) + path

    def mean(self, value: Tensor, step: Windows) -> Tensor:
        """Means that lead back along a step: o = S·i + c to i."""
        padding = [max(0, -(window.offset // 2)) for window in step]
        taps = [w.stride + w.offset + 2 * p for w, p in zip(step, padding, strict=True)]
        made = POOL[self.axes](value, taps, [window.stride for window in step], padding)
        assert prod(made.shape[2:]) > 0
        return made  # type: ignore[no-any-return]

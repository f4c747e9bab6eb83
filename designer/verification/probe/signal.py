"""The signal at step 0: what each layer makes of second moments, with the weights of ``weights_init``.

One pass of a network with initial weights gives what each layer reads, and the gradient of its output.
Draws of the layer's weights are independent of both, so the mean over draws of what it makes of them is the
law's; each layer of the thin network is drawn until that mean is known well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from math import ceil, inf, isfinite, sqrt
from types import ModuleType

import torch
from torch import nn
from torch.nn import functional

from designer.validation.json_readers import JsonValue
from designer.verification.probe.blocked_convolutions import blocked_convolutions
from designer.verification.probe.draws import layer_draws
from designer.verification.probe.initialization import initialise
from designer.verification.probe.loading import build_network, forward_arguments, random_input
from designer.verification.probe.local_moments import (
    Axis,
    local_gains,
    read_axes,
    read_middle,
)
from designer.verification.probe.reference import LayerRow

_SAMPLES = 4
_CHANNEL_DRAWS = 512
"""Kernels that are drawn at a time."""

_CHANNELS = 192
"""Kernels over which the mean of one draw is taken at the width of the run.

Where each is a square of one normal number, the mean of so many is less than half of the law once in
10⁹ layers; of 64, it was once in 4,000.
"""

_MOST_DRAWS = 2**14

_MOST_WEIGHTS = 2**22
"""Weights that are drawn at a time, so that draws of large layers take little memory."""


class _Middle:
    """What the middle of one map reads: the map, or the gradient of the layer's output.

    Of the first group alone. Of ``copies`` equal kernels, the gradient of one counts for all.
    """

    def __init__(self, row: LayerRow, *, backward: bool, copies: int) -> None:
        _, kind, settings = row
        self.axes: list[Axis] = read_axes(settings, backward=backward)
        self.transposed = kind.startswith("ConvTranspose")
        self.groups: int = settings["groups"]
        self.backward = backward
        self.copies = copies
        self.gather = self.transposed is backward
        self.value: torch.Tensor | None = None

    def read(self, value: torch.Tensor) -> None:
        """Keep what the middle reads; random numbers if a rectifier left nothing there but zeros."""
        value = read_middle(value.detach(), self.axes, gather=self.gather)
        step = self.copies if self.backward else 1
        value = value[:, : value.shape[1] // self.groups : step]
        largest = float(value.abs().max())
        alive = isfinite(largest) and largest > 0
        self.value = value / largest if alive else torch.randn_like(value)

    def gains(self, weights: torch.Tensor, *, most: int | None = None) -> torch.Tensor:
        """The gain of each draw, by its first ``most`` kernels."""
        assert self.value is not None, "the layer ran"
        kernels = weights[:, : weights.shape[1] // self.groups : self.copies]
        if self.transposed is not self.backward:  # the read channels come first
            kernels = kernels.transpose(1, 2)
        gains = local_gains(self.value, kernels[:, :most], self.axes, gather=self.gather)
        return gains * self.copies if self.backward else gains


Middles = dict[str, tuple[_Middle, _Middle]]


def read_layers(
    network: dict[str, JsonValue], width: str, model: nn.Module, samples: int
) -> Middles:
    """What the middles of each convolution and of its gradient read, in one pass in training."""
    found: Middles = {}
    value = random_input(network, width, samples).requires_grad_()
    rows = [row for row in network["layers"][width] if "in_channels" in row[2]]
    with _hooks(model, rows, network["copies"], found):
        output = model.train()(*forward_arguments(network, value))
        torch.autograd.grad(output, value, torch.randn_like(output))
    return found


@contextmanager
def _hooks(
    model: nn.Module, rows: list[LayerRow], copies: dict[str, int], found: Middles
) -> Iterator[None]:
    def record(
        name: str, _: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor
    ) -> None:
        forward, backward = found[name]
        forward.read(given[0])
        output.register_hook(backward.read)  # type: ignore[no-untyped-call]

    handles = []
    for row in rows:
        many = copies.get(row[0], 1)
        found[row[0]] = (
            _Middle(row, backward=False, copies=many),
            _Middle(row, backward=True, copies=many),
        )
        layer = model.get_submodule(row[0])
        handles.append(layer.register_forward_hook(partial(record, row[0])))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def measure_signal_law(
    module: ModuleType, network: dict[str, JsonValue], seed: int
) -> dict[str, JsonValue]:
    """For each convolution of the thin network, the gains of signal and gradient over many draws."""
    torch.default_generator.manual_seed(seed)
    model = build_network(module, network, "thin")
    initialise(module, model)
    with blocked_convolutions(network, "thin"):
        middles = read_layers(
            network, "thin", model, _SAMPLES if network["further_measures"] else 2
        )
    found: dict[str, JsonValue] = {}
    for name, _, settings in network["layers"]["thin"]:
        if name in middles and "spectral_norm" not in settings:
            draw = layer_draws(module, model, model.get_submodule(name))
            copies = network["copies"].get(name, 1)
            channels = min(settings["in_channels"], settings["out_channels"] // copies)
            gains = [
                _Gains(middle, plan)
                for middle, plan in zip(middles[name], network["gains"][name], strict=True)
            ]
            while any(each.uncertain for each in gains):
                most = max(2, _MOST_WEIGHTS // draw(0).shape[1:].numel())
                weights = draw(min(most, max(16, ceil(_CHANNEL_DRAWS / channels))))
                for each in (each for each in gains if each.uncertain):
                    each.add(weights)
            found[name] = [each.described for each in gains]
    return found


class _Gains:
    """The gains of draws of one layer in one direction, and whether their mean is known well enough."""

    def __init__(self, middle: _Middle, plan: dict[str, float]) -> None:
        self.middle, self.plan = middle, plan
        self.drawn = torch.empty(0)
        self.mean, self.error = 0.0, inf

    def add(self, weights: torch.Tensor) -> None:
        """Add draws of the weights."""
        self.drawn = torch.cat([self.drawn, self.middle.gains(weights)])
        self.mean = float(self.drawn.mean())
        spread = float(self.drawn.std()) / sqrt(len(self.drawn))
        self.error = spread / self.mean if self.mean > 0 else inf

    @property
    def uncertain(self) -> bool:
        """Whether more draws are needed: to the smaller error if the mean is suspicious."""
        if not len(self.drawn):
            return True
        law = self.plan["gain"]
        suspicious = not law or abs(self.mean / law - 1) > self.plan["unsuspicious"]
        enough = self.plan["least_error" if suspicious else "error"]
        return enough < self.error < inf and len(self.drawn) < _MOST_DRAWS

    @property
    def described(self) -> list[JsonValue]:
        """The mean, its relative standard error, and the draws."""
        known = isfinite(self.error)
        return [self.mean, self.error, len(self.drawn)] if known else [None, None, len(self.drawn)]


def measure_signal(
    module: ModuleType, network: dict[str, JsonValue], model: nn.Module
) -> dict[str, JsonValue]:
    """For each convolution at the width of the run, the gains of one draw.

    A layer of few channels is drawn again until the mean is over as many kernels as others have.
    """
    found: dict[str, JsonValue] = {}
    for name, vector in model.named_buffers():
        if name.endswith(("._u", "._v")):  # the constructor estimated them for weights of zero
            vector.copy_(functional.normalize(torch.randn_like(vector), dim=0))
    middles = read_layers(network, "run", model, 1)
    for name, (forward, backward) in middles.items():
        copies = network["copies"].get(name, 1)
        gains: tuple[list[torch.Tensor], ...] = ([], [])
        for weights in _draws_of_run(module, model, model.get_submodule(name), copies):
            for each, gain in zip((forward, backward), gains, strict=True):
                gain.append(each.gains(weights, most=_CHANNELS))
        means = [float(torch.cat(gain).mean()) for gain in gains]
        found[name] = [mean if isfinite(mean) else None for mean in means]
    return found


def _draws_of_run(
    module: ModuleType, model: nn.Module, layer: nn.Module, copies: int
) -> Iterator[torch.Tensor]:
    """The weights of a layer, and for few channels further draws of them, a few at a time."""
    present = layer.weight.detach()[None]  # type: ignore[operator]
    yield present
    fewest = min(present.shape[1] // copies, present.shape[2])
    if hasattr(layer, "parametrizations") or fewest >= _CHANNELS:
        return
    more, most = ceil(_CHANNELS / fewest) - 1, max(1, _MOST_WEIGHTS // present.numel())
    draw = layer_draws(module, model, layer)
    for done in range(0, more, most):
        yield draw(min(most, more - done))

"""Conditions under which a pass calls a network: gradients, memory layout of its input, frozen weights.

They are those of training loops, and differ from call to call so that no behaviour depends on one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal

import torch
from torch import nn

from designer.verification.passes import Pass
from designer.verification.probe.algebra import State
from designer.verification.probe.loading import ForwardArguments
from designer.verification.probe.tensor_sample import KeptMap

Gradients = Literal["input and weights", "weights", "none"]
"""The tensors of which a call takes gradients."""


def prepare_inputs(
    given: ForwardArguments, originals: Sequence[KeptMap], run: Pass, gradients: Gradients
) -> tuple[torch.Tensor, ForwardArguments]:
    """The leaf of which gradients are taken, and copies of the arguments to call with.

    With gradients, several samples are computed from the leaf, as pictures of a generator are; the
    input of a pass without gradients is not contiguous. An input of which ``originals`` hold but a
    sample is not copied. A leaf of which no gradient is taken has one of an earlier step.
    """
    small = isinstance(originals[0], torch.Tensor)
    copies = [value.clone() if small else value.detach() for value in given]
    if small and not run.gradients:
        copies = [_spread_in_memory(value) for value in copies]
    leaf = copies[0].requires_grad_(gradients == "input and weights")
    if small and leaf.requires_grad and run.batch > 1:
        copies[0] = leaf.clone()
    elif not leaf.requires_grad:
        leaf.grad = leaf.new_zeros(()).expand(leaf.shape)
    return leaf, tuple(copies)


def _spread_in_memory(value: torch.Tensor) -> torch.Tensor:
    """The same numbers at every second place, the axes of a sample in reverse order."""
    order = (0, *range(value.dim() - 1, 0, -1))
    reverse = value.permute(order)
    return torch.stack((reverse, torch.zeros_like(reverse)), -1)[..., 0].permute(order)


def gradient_mode(run: Pass, gradients: Gradients) -> AbstractContextManager[Any]:
    """The context of a call: with gradients, without, or inference mode."""
    if run.inference and gradients == "none":
        return torch.inference_mode()
    return torch.set_grad_enabled(gradients != "none")


@contextmanager
def prepared_weights(weights: State, gradients: Gradients) -> Iterator[Callable[[State], bool]]:
    """Weights with gradients of an earlier step; all but the last are frozen in a call without gradients.

    With gradients of the input, a single weight has an earlier gradient. The result says whether
    the weights of the network after the call hold the same gradients.
    """
    every = list(weights.values())
    smallest = min(every, key=torch.numel)
    trained = [weight for weight in every if weight.requires_grad]
    for weight in [smallest] if gradients == "input and weights" else every:
        weight.grad = weight.new_zeros(()).expand(weight.shape)
    for weight in trained[:-1]:
        weight.requires_grad_(gradients != "none")
    earlier = _gradient_ids(weights)
    try:
        yield lambda found: _gradient_ids(found) == earlier
    finally:
        for weight in every:
            weight.grad = None
        for weight in trained:
            weight.requires_grad_()


def change_one_mode(modules: dict[str, nn.Module], gradients: Gradients) -> dict[str, bool]:
    """The mode of each module, by name; without gradients, one is in the other mode, as if frozen.

    It is the last one without buffers and parts: its mode changes nothing that it computes.

    >>> change_one_mode({"0": nn.Conv1d(2, 3, 4), "1": nn.BatchNorm1d(3)}, "none")
    {'0': False, '1': True}
    """
    alike = [part for part in modules.values() if not part._buffers and not part._modules]
    for part in alike[-1:] if gradients == "none" else []:
        part.training = not part.training
    return {name: part.training for name, part in modules.items()}


def _gradient_ids(weights: State) -> list[int]:
    """Identities of the gradients that the weights hold."""
    return [id(each.grad) for each in weights.values() if each.grad is not None]

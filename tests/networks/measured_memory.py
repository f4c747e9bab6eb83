"""Bytes of the maps that torch has alive, and of those that it saves for gradients."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveBytes(TorchDispatchMode):
    """Bytes of all storages that operations have made and that still exist, and their maximum."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self.known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, torch.Tensor):
                self.count(leaf)
        return result

    def count(self, tensor: torch.Tensor) -> None:
        """Count a tensor's storage until it is freed."""
        storage = tensor.untyped_storage()
        place, size = storage.data_ptr(), storage.nbytes()
        if size == 0 or place in self.known:
            return
        self.known.add(place)
        self.now += size
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self.free, place, size)

    def free(self, place: int, size: int) -> None:
        """Forget a storage."""
        self.known.discard(place)
        self.now -= size


@contextmanager
def live_bytes(*given: torch.Tensor) -> Iterator[LiveBytes]:
    """Count the storages made from here on, and these."""
    counter = LiveBytes()
    for tensor in given:
        counter.count(tensor)
    with counter, torch.no_grad():
        yield counter


def most_map_bytes(network: nn.Module, given: Sequence[torch.Tensor]) -> int:
    """The most bytes of maps alive at once, in evaluation without gradients."""
    network.eval()
    with live_bytes(given[0], *network.parameters(), *network.buffers()) as counter:
        before = counter.now - given[0].nbytes
        network(*given)
    return counter.most - before


def saved_bytes(network: nn.Module, given: Sequence[torch.Tensor]) -> int:
    """Bytes of the storages that a pass in training saves, without those of parameters."""
    own = {tensor.untyped_storage().data_ptr() for tensor in network.parameters()}
    kept: list[torch.Tensor] = []  # alive, so that no place is taken twice

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor)
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        output = network(*given)
    assert output.requires_grad
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage() for tensor in kept}
    return sum(each.nbytes() for place, each in storages.items() if place not in own)

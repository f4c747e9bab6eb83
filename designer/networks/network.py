"""A network: blocks of modules in sequence, and figures computed from the modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Self

from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import FeatureMap, Size
from designer.geometry.modules.activations import ActivationModule
from designer.geometry.modules.convolutions import ConvolutionModule
from designer.geometry.modules.labels import Embedding
from designer.geometry.modules.linear import Linear
from designer.geometry.modules.module import Module
from designer.geometry.modules.pooling import LabelAveragePool
from designer.networks.blocks import (
    Block,
    NetworkEntry,
    PlacedModule,
    PlacedPaths,
    PlacedSkip,
    ResidualBlock,
)
from designer.networks.saved_elements import count_saved_elements

BlockChange = Callable[[Block, Size], Block]
"""From a block and the size of the map before it to another block."""

_FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Label input of a discriminator (Miyato & Koyama, arXiv:1802.05637).

    The inner product of the features with the label's vector, averaged over the head's windows if
    the features are a map, is added to the head's score of the features; then the activation follows,
    if any. Not ``added``: the output is the inner product of the head's numbers with the label's vector.
    """

    head: ConvolutionModule | Linear
    embedding: Embedding
    pool: LabelAveragePool | None
    activation: ActivationModule | None
    added: bool = True

    def output_map(self, features: FeatureMap) -> FeatureMap:
        """The score of these features."""
        found = self.head.output_map(features)
        return found if self.added else FeatureMap(channels=1, size=found.size)

    def placed_modules(self, features: FeatureMap) -> Iterator[PlacedModule]:
        """The modules after the blocks, in order of execution."""
        score = self.head.output_map(features)
        yield PlacedModule(name="head", module=self.head, before=features, after=score)
        yield place_embedding(self.embedding)
        if self.pool is not None:
            product = FeatureMap(channels=1, size=features.size)
            yield PlacedModule(name="pool", module=self.pool, before=product, after=score)
        if self.activation is not None:
            yield PlacedModule(name="sigmoid", module=self.activation, before=score, after=score)


def place_embedding(embedding: Embedding) -> PlacedModule:
    """An embedding in a network, from one label to one vector."""
    label = FeatureMap(channels=1, size=())
    after = embedding.output_map(label)
    return PlacedModule(name="embedding", module=embedding, before=label, after=after)


def _aside(entry: NetworkEntry) -> Iterator[PlacedModule]:
    """The modules of a shortcut, and the parts of modules."""
    if isinstance(entry, PlacedPaths):
        yield from entry.shortcut
        yield from (part for placed in entry.body for part in placed.parts)
    elif isinstance(entry, PlacedSkip):
        yield from (placed for each in entry.body for placed in _aside(each))
    else:
        yield from entry.parts


def _is_residual(entry: NetworkEntry) -> bool:
    inside = entry.body if isinstance(entry, PlacedSkip) else ()
    return isinstance(entry, PlacedPaths) or any(map(_is_residual, inside))


@dataclass(frozen=True, kw_only=True)
class Network:
    """A sequence of blocks that starts from ``input_map``.

    Labels enter by an ``embedding`` whose vectors are concatenated with the input, by norms of
    its blocks, or by a ``projection`` of the blocks' output. ``flat``: ``forward`` returns one number per sample, (N,).

    Raises:
        InvalidLayer: if a block does not accept the map before it.
    """

    class_name: str
    input_map: FeatureMap
    blocks: tuple[Block | ResidualBlock, ...]
    embedding: Embedding | None = None
    projection: Projection | None = None
    flat: bool = False

    def __post_init__(self) -> None:
        assert self.blocks, "a network has at least one block"
        assert self.class_name.isidentifier(), "class_name is an identifier"
        assert self.feature_maps, "every block accepts the map before it"

    @property
    def takes_labels(self) -> bool:
        """Whether ``forward`` takes labels."""
        return self.embedding is not None or self.projection is not None or self.is_conditional

    @property
    def is_conditional(self) -> bool:
        """Whether the norms of its blocks read the labels."""
        return any(placed.module.reads_labels for placed in self.placed_modules)

    @property
    def joined_map(self) -> FeatureMap:
        """Input of the first block: the network's, concatenated with the label's vector if any."""
        more = 0 if self.embedding is None else self.embedding.dim
        return FeatureMap(channels=self.input_map.channels + more, size=self.input_map.size)

    @cached_property
    def feature_maps(self) -> tuple[FeatureMap, ...]:
        """The input of the first block and the map after each block."""
        return tuple(
            accumulate(
                self.blocks, lambda before, block: block.output_map(before), initial=self.joined_map
            )
        )

    @cached_property
    def main(self) -> tuple[PlacedModule | PlacedPaths, ...]:
        """The entries of the container ``main`` in order: modules, and residual blocks."""
        found: list[PlacedModule | PlacedPaths] = []
        for block, before in zip(self.blocks, self.feature_maps, strict=False):
            found += block.place("main", len(found), before)
        return tuple(found)

    @property
    def entries(self) -> tuple[NetworkEntry, ...]:
        """What is executed one after the other, without what is beside it: those of ``main``."""
        return self.main

    def with_blocks(self, change: BlockChange) -> Self:
        """The network with each block changed that is no residual one."""
        maps = zip(self.blocks, self.feature_maps, strict=False)
        return replace(
            self,
            blocks=tuple(
                change(block, before.size) if isinstance(block, Block) else block
                for block, before in maps
            ),
        )

    @cached_property
    def placed_modules(self) -> tuple[PlacedModule, ...]:
        """Every module with its name and its maps, in order of execution."""
        first = () if self.embedding is None else (place_embedding(self.embedding),)
        last = (
            () if self.projection is None else self.projection.placed_modules(self.feature_maps[-1])
        )
        return (*first, *(each for entry in self.entries for each in entry.modules), *last)

    @property
    def torch_modules(self) -> tuple[PlacedModule, ...]:
        """The modules that torch has as modules, without those that the source calls as functions."""
        return tuple(placed for placed in self.placed_modules if not placed.module.is_function)

    @cached_property
    def longest_path(self) -> tuple[PlacedModule, ...]:
        """The modules without those of shortcuts, which read no position that a body does not read.

        Nor has it the parts of a module.
        """
        aside = {placed.name for entry in self.entries for placed in _aside(entry)}
        return tuple(placed for placed in self.placed_modules if placed.name not in aside)

    @property
    def is_residual(self) -> bool:
        """Whether it has residual blocks."""
        return any(map(_is_residual, self.entries))

    @property
    def convolutions(self) -> list[tuple[PlacedModule, AnyConv]]:
        """The convolutions in order, each after its placed module."""
        found = ((placed, placed.module.convolution) for placed in self.placed_modules)
        return [(placed, layer) for placed, layer in found if layer is not None]

    @property
    def output_map(self) -> FeatureMap:
        """The output of ``forward`` before it is flattened."""
        if self.projection is not None:
            return self.projection.output_map(self.feature_maps[-1])
        return self.placed_modules[-1].after

    @property
    def activation(self) -> Module | None:
        """The last activation, if the network ends in one."""
        last = self.placed_modules[-1].module
        return last if last.column == "activation" else None

    @property
    def spectral(self) -> bool:
        """Whether spectral norm divides the weights of its layers."""
        return any(placed.module.spectral for placed in self.placed_modules)

    @property
    def parameters(self) -> int:
        """Number of trainable elements."""
        return sum(placed.module.parameters for placed in self.placed_modules)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of all modules for one sample."""
        return sum(placed.multiply_adds for placed in self.placed_modules)

    @property
    def activation_bytes(self) -> int:
        """Bytes that torch saves for the backward pass of a float32 sample, without parameters."""
        return _FLOAT32_BYTES * count_saved_elements(self)

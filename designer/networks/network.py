"""A network: blocks of modules, and figures computed from the modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.layers import FeatureMap
from designer.geometry.modules.convolutions import ActivationModule, ConvolutionModule
from designer.geometry.modules.labels import AveragePool, Embedding
from designer.geometry.modules.module import Module

_FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stage of a network: modules in sequence, exactly one of them a convolution."""

    modules: tuple[Module, ...]

    def __post_init__(self) -> None:
        assert sum(module.convolution is not None for module in self.modules) == 1

    @property
    def convolution(self) -> Module:
        """The module of the block that is a convolution, transposed or not."""
        return next(module for module in self.modules if module.convolution is not None)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after the block.

        Raises:
            InvalidLayer: if a module does not accept the map before it.
        """
        for module in self.modules:
            before = module.output_map(before)
        return before


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedModule:
    """A module of a network with its name and the maps before and after it."""

    name: str
    module: Module
    before: FeatureMap
    after: FeatureMap

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of the module for one sample."""
        return self.module.multiply_adds(self.before)

    @property
    def size_formulas(self) -> tuple[str, ...]:
        """The size formula with its numbers, per axis; empty for a module that preserves sizes."""
        return self.module.size_formulas(self.before.size, self.after.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Label input of a discriminator (Miyato & Koyama, arXiv:1802.05637).

    The inner product of the features with the label's vector, averaged over the head's windows, is
    added to the head's score of the features; then the activation follows, if any.
    """

    head: ConvolutionModule
    embedding: Embedding
    pool: AveragePool
    activation: ActivationModule | None

    def placed_modules(self, features: FeatureMap) -> Iterator[PlacedModule]:
        """The modules after the blocks, in order of execution."""
        score = self.head.output_map(features)
        yield PlacedModule(name="head", module=self.head, before=features, after=score)
        yield place_embedding(self.embedding)
        product = FeatureMap(channels=1, size=features.size)
        yield PlacedModule(name="pool", module=self.pool, before=product, after=score)
        if self.activation is not None:
            yield PlacedModule(name="sigmoid", module=self.activation, before=score, after=score)


def place_embedding(embedding: Embedding) -> PlacedModule:
    """An embedding in a network, from one label to one vector."""
    label = FeatureMap(channels=1, size=())
    after = embedding.output_map(label)
    return PlacedModule(name="embedding", module=embedding, before=label, after=after)


@dataclass(frozen=True, kw_only=True)
class Network:
    """A sequence of blocks that starts from ``input_map``.

    Labels enter by an ``embedding`` whose vectors are concatenated with the input, or by a
    ``projection`` of the blocks' output. ``flat``: ``forward`` returns one number per sample, (N,).

    Raises:
        InvalidLayer: if a block does not accept the map before it.
    """

    class_name: str
    input_map: FeatureMap
    blocks: tuple[Block, ...]
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
        return self.embedding is not None or self.projection is not None

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
    def placed_modules(self) -> tuple[PlacedModule, ...]:
        """Every module with its name and its maps, in order of execution."""
        found: list[PlacedModule] = []
        before = self.joined_map
        for module in (module for block in self.blocks for module in block.modules):
            after = module.output_map(before)
            name = f"main.{len(found)}"
            found.append(PlacedModule(name=name, module=module, before=before, after=after))
            before = after
        first = () if self.embedding is None else (place_embedding(self.embedding),)
        last = () if self.projection is None else self.projection.placed_modules(before)
        return (*first, *found, *last)

    @property
    def convolutions(self) -> list[tuple[PlacedModule, AnyConv]]:
        """The convolutions in order, each after its placed module."""
        found = ((placed, placed.module.convolution) for placed in self.placed_modules)
        return [(placed, layer) for placed, layer in found if layer is not None]

    @property
    def output_map(self) -> FeatureMap:
        """The output of ``forward`` before it is flattened."""
        return self.placed_modules[-1].after

    @property
    def activation(self) -> Module | None:
        """The last activation, if the network ends in one."""
        last = self.placed_modules[-1].module
        return last if last.column == "activation" else None

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
        return _FLOAT32_BYTES * _saved_elements(self.placed_modules)


def _saved_elements(row: tuple[PlacedModule, ...]) -> int:
    """Elements that modules in sequence save; a map saved by two of them counts once."""
    total, kept = 0, False
    for placed in row:
        module = placed.module
        if module.saves_input and not kept:
            total += placed.before.elements
        if module.saves_output:
            total += placed.after.elements
        kept = module.saves_output
        total += module.extra_saved_for_backward(placed.before)
    return total

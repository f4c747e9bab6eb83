"""Blocks of a network: modules in sequence, or two paths from one map whose results are added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from designer.brief.skips import Skips
from designer.geometry.layers import FeatureMap
from designer.geometry.modules.module import Module

WEIGHTED_ROLES = ("convolution", "linear")
"""Roles of the modules that multiply what they read by weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedModule:
    """A module of a network with its name, the maps before and after it, and the layers inside it."""

    name: str
    module: Module
    before: FeatureMap
    after: FeatureMap
    parts: tuple[PlacedModule, ...] = ()

    @property
    def modules(self) -> tuple[PlacedModule, ...]:
        """Its parts and itself, in order of execution, as an entry of a network."""
        return (*self.parts, self)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of the module for one sample."""
        return self.module.multiply_adds(self.before)

    @property
    def size_formulas(self) -> tuple[str, ...]:
        """The size formula with its numbers, per axis; empty for a module that preserves sizes."""
        return self.module.size_formulas(self.before.size, self.after.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPaths:
    """A residual block of a network: its name, the modules of both paths, the map that they give.

    ``resamples``: whether it follows a step of the chain.
    """

    name: str
    body: tuple[PlacedModule, ...]
    shortcut: tuple[PlacedModule, ...]
    resamples: bool

    @property
    def modules(self) -> tuple[PlacedModule, ...]:
        """The modules in order of execution, with their parts: the body's, then the shortcut's."""
        paths = (*self.body, *self.shortcut)
        return tuple(each for placed in paths for each in placed.modules)

    @property
    def starting_zero(self) -> str | None:
        """The weight of the body's last layer, if all its numbers start as zero."""
        last = self.body[-1]
        drawn = last.module.initial_weights.get("weight")
        return f"{last.name}.weight" if drawn == (0.0, 0.0) else None

    @property
    def silent_at_start(self) -> tuple[str, ...]:
        """Names of the parameters that such a weight keeps from getting a gradient."""
        if self.starting_zero is None:
            return ()
        return tuple(
            f"{placed.name}.{name}"
            for placed in self.body[:-1]
            for name in placed.module.initial_weights
        )

    @property
    def before(self) -> FeatureMap:
        """The map from which both paths start."""
        return self.body[0].before

    @property
    def after(self) -> FeatureMap:
        """The sum."""
        return self.body[-1].after


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSkip:
    """A level of an encoder–decoder: its map skips the body, and is joined with what the body gives."""

    name: str
    body: tuple[NetworkEntry, ...]
    before: FeatureMap
    skips: Skips

    @property
    def modules(self) -> tuple[PlacedModule, ...]:
        """The modules of the body in order of execution, with their parts."""
        return tuple(each for entry in self.body for each in entry.modules)

    @property
    def after(self) -> FeatureMap:
        """The map and what the body gives, in a row of channels or added."""
        return self.skips.joined(self.before, self.body[-1].after)


NetworkEntry = PlacedModule | PlacedPaths | PlacedSkip
"""What a network executes one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stage of a network: modules in sequence, at most one of them with weights for its input.

    ``summands``: of how many maps its input is the sum.
    """

    modules: tuple[Module, ...]
    summands: int = 1

    def __post_init__(self) -> None:
        assert sum(module.role in WEIGHTED_ROLES for module in self.modules) <= 1

    @property
    def convolution(self) -> Module:
        """The module of the block that is a convolution, transposed or not, or a linear map."""
        return next(module for module in self.modules if module.role in WEIGHTED_ROLES)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after the block.

        Raises:
            InvalidLayer: if a module does not accept the map before it.
        """
        for module in self.modules:
            before = module.output_map(before)
        return before

    def place(self, container: str, index: int, before: FeatureMap) -> list[PlacedModule]:
        """Its modules as entries of a container such as ``main``, from this index on."""
        names = [f"{container}.{index + place}" for place in range(len(self.modules))]
        return [*place_modules(names, self.modules, before)]

    def place_at(self, name: str, before: FeatureMap) -> list[PlacedModule]:
        """Its modules in a container of this name, or its only module under the name."""
        return [*place_modules(_path_names(name, self.modules), self.modules, before)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualBlock:
    """Two paths from one map to maps of one shape, which are added (He et al., arXiv:1603.05027).

    ``resamples``: whether it follows a step of the chain, which as a rule changes the size.
    """

    body: tuple[Module, ...]
    shortcut: tuple[Module, ...]
    resamples: bool = False

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules in order of execution."""
        return (*self.body, *self.shortcut)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after the block.

        Raises:
            InvalidLayer: if a module does not accept the map before it.
        """
        (placed,) = self.place("main", 0, before)
        assert placed.shortcut[-1].after == placed.after, "both paths give one shape"
        return placed.after

    def place(self, container: str, index: int, before: FeatureMap) -> list[PlacedPaths]:
        """The block as the entry of a container such as ``main`` at this index."""
        name = f"{container}.{index}"
        body, shortcut = (
            tuple(place_modules(_path_names(f"{name}.{path}", modules), modules, before))
            for path, modules in (("body", self.body), ("shortcut", self.shortcut))
        )
        return [PlacedPaths(name=name, body=body, shortcut=shortcut, resamples=self.resamples)]


def _path_names(path: str, modules: tuple[Module, ...]) -> list[str]:
    """The name of the path for a single module, else names within a container."""
    return [path] if len(modules) == 1 else [f"{path}.{place}" for place in range(len(modules))]


def place_modules(
    names: Iterable[str], modules: Sequence[Module], before: FeatureMap
) -> Iterator[PlacedModule]:
    """Modules in sequence under these names."""
    for name, module in zip(names, modules, strict=True):
        yield (placed := _placed(name, module, before))
        before = placed.after


def _placed(name: str, module: Module, before: FeatureMap) -> PlacedModule:
    """A module at a map, with its parts."""
    parts = (
        _placed(f"{name}.{part.name}", part.module, part.before) for part in module.parts(before)
    )
    after = module.output_map(before)
    return PlacedModule(name=name, module=module, before=before, after=after, parts=tuple(parts))

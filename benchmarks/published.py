"""`python -m benchmarks.published`: rank of published generators in the space of their own windows.

For each published chain of transposed convolutions, prints its rank in the default order among all
chains with its kernels, strides and dilations from its first map to its last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rank import rank_of
from designer.brief.search_space import Exact, SearchSpace
from designer.brief.widths import Widths
from designer.chains.count import count_chains
from designer.chains.preference_order import window_columns
from designer.chains.search_problem import SearchProblem
from designer.geometry.chain import Chain
from designer.geometry.layers import Window, Windows

PUBLISHED = Path(__file__).parents[1] / "tests" / "data" / "architectures.json"
WIDTHS = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)

FIELDS = ("kernel_size", "stride", "padding", "dilation", "output_padding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A published chain, whether the space of its windows contains it, and the size of the space.

    It does not where a layer keeps its map's size on some axis.
    """

    name: str
    chain: Chain
    held: bool
    count: int


def published_chains() -> Iterator[tuple[str, Chain]]:
    """Every published network that consists of transposed convolutions only, with its sizes."""
    for row in json.loads(PUBLISHED.read_text()):
        layers = [layer for layer in row["layers"] if layer["op"] not in ("reshape", "linear")]
        if not layers or {layer["op"] for layer in layers} != {"conv_transpose"}:
            continue
        steps = [_windows(layer, row["ndim"]) for layer in layers]
        last = tuple(row["shapes"][-1][1:])
        while steps and not _is_searched(steps[0]):
            steps = steps[1:]
        if steps:
            yield row["id"], Chain.leading_to(last, tuple(steps))


def find_published(name: str, chain: Chain) -> Finding:
    """The result for a published chain in the space of its own windows."""
    problem = SearchProblem(target=chain.target, space=space_of(chain), widths=WIDTHS)
    return Finding(
        name=name, chain=chain, held=is_in_space(problem, chain), count=count_chains(problem)
    )


def rank_published(chain: Chain) -> int:
    """The rank of a published chain in the space of its own windows, which must contain it."""
    return rank_of(SearchProblem(target=chain.target, space=space_of(chain), widths=WIDTHS), chain)


def is_in_space(problem: SearchProblem, chain: Chain) -> bool:
    """Whether the space contains a chain: every step grows and uses searched windows."""
    for index, step in enumerate(chain.windows):
        before, after = chain.sizes[index], chain.sizes[index + 1]
        steps = problem.backward_steps.from_size(after)
        if not any(
            window_columns(step) == layer.columns
            for back in steps
            if back.before == before
            for layer in problem.catalogue.layers(back.strides, back.offsets)
        ):
            return False
    return True


def space_of(chain: Chain) -> SearchSpace:
    """The space of a chain's own kernels, strides and dilations, from its own first map."""
    windows = [window for step in chain.windows for window in step]
    near = all(abs(window.offset) < window.stride for window in windows)
    return SearchSpace(
        kernel_sizes=tuple({window.kernel_size for window in windows}),
        strides=tuple({window.stride for window in windows}),
        dilations=tuple({window.dilation for window in windows}),
        exact=Exact.PREFER if near else Exact.ANY,
        anisotropic=any(
            len({(w.kernel_size, w.stride) for w in step}) > 1 for step in chain.windows
        ),
        initial_size=chain.initial_size,
        max_layers=len(chain.windows),
    )


def _is_searched(step: Windows) -> bool:
    """Whether a step is not a stem; a stem starts from a single position."""
    return any(window.stride > 1 for window in step) and all(
        window.output_padding < window.stride and window.kernel_size >= window.stride
        for window in step
    )


def _windows(layer: dict[str, Any], axes: int) -> Windows:
    columns = {name: layer.get(name, 1 if name in ("stride", "dilation") else 0) for name in FIELDS}
    spread = {
        name: value if isinstance(value, list) else [value] * axes
        for name, value in columns.items()
    }
    return tuple(
        Window(**{name: values[axis] for name, values in spread.items()}) for axis in range(axes)
    )


def print_published() -> None:
    """A row per published chain; rank ``none``: a layer of it does not grow on every axis."""
    print(f"{'published chain':<44} {'sizes':<48} {'chains':>16} {'rank':>12}")
    for name, chain in published_chains():
        found = find_published(name, chain)
        sizes = " ".join("×".join(str(side) for side in size) for size in chain.sizes)
        rank = f"{rank_published(chain):,}" if found.held else "none"
        print(f"{name[:44]:<44} {sizes[:48]:<48} {found.count:>16,} {rank:>12}", flush=True)


if __name__ == "__main__":
    print_published()

"""The exact number of chains in a search space, as a Python integer.

    N(d, o) = Σ over backward steps (S, c, i) of  layers(S, c) · N(d + 1, i)

layers(S, c) is the number of layers with given strides and offsets: a product over the axes for
each kernel, summed over the kernels.

In an anisotropic space the axes are independent, except that at least one axis grows in every
layer. So each axis is counted alone, and layers in which no axis grows are removed by inclusion
and exclusion: with W_a(n) the paths of axis a in n layers and s the layers in which none grows,

    N(n) = Σ over m of (−1)^m · C(n, m) · s^m · Π over a of W_a(n − m)
"""

from __future__ import annotations

from math import comb, prod

from designer.chains.search_problem import SearchProblem
from designer.geometry.layers import Size

PathCounts = dict[Size, int]


def count_chains(problem: SearchProblem) -> int:
    """Number of chains in the space; budgets are ignored.

    Raises:
        SearchTooLarge: if the search exceeds the step limit.
    """
    return _count_anisotropic(problem) if problem.space.anisotropic else _count_isotropic(problem)


def _count_isotropic(problem: SearchProblem) -> int:
    level: PathCounts = {problem.target: 1}
    total = 0
    for depth in range(1, problem.space.max_layers + 1):
        level = _one_layer_back(problem, level)
        total += sum(paths for size, paths in level.items() if problem.starts_at(size, depth))
    return total


def _one_layer_back(problem: SearchProblem, level: PathCounts) -> PathCounts:
    before: PathCounts = {}
    count_layers = problem.catalogue.count_layers
    for size, paths in level.items():
        steps = problem.backward_steps.from_size(size)
        problem.step_limit.spend(len(steps))
        for step in steps:
            found = paths * count_layers(step.strides, step.offsets)
            before[step.before] = before.get(step.before, 0) + found
    return before


def _count_anisotropic(problem: SearchProblem) -> int:
    max_layers = problem.space.max_layers
    axes = [_axis_levels(problem, axis) for axis in range(len(problem.target))]
    joint = [
        _joint_paths(problem, [axis[layers] for axis in axes]) for layers in range(max_layers + 1)
    ]
    point = (1,) * len(axes)
    stays = problem.catalogue.count_layers(point, (0,) * len(axes))
    return sum(
        (-1) ** idle * comb(layers, idle) * stays**idle * joint[layers - idle]
        for layers in range(1, max_layers + 1)
        for idle in range(layers + 1)
    )


def _axis_levels(problem: SearchProblem, axis: int) -> list[dict[int, int]]:
    """By number of layers, the paths from every side of one axis to the target's side."""
    initial = problem.space.initial_size
    low = initial[axis] if initial else problem.reference.allowed_sides[0]
    levels = [{problem.target[axis]: 1}]
    for _ in range(problem.space.max_layers):
        before: dict[int, int] = {}
        for side, paths in levels[-1].items():
            steps = problem.backward_steps.axis_steps(side, low, problem.space.strides)
            problem.step_limit.spend(len(steps))
            for stride, offset, smaller in steps:
                found = paths * problem.catalogue.count_layers((stride,), (offset,))
                before[smaller] = before.get(smaller, 0) + found
        levels.append(before)
    return levels


def _joint_paths(problem: SearchProblem, axes: list[dict[int, int]]) -> int:
    """Number of paths of all axes together that start at an allowed initial map."""
    initial = problem.space.initial_size
    if initial is not None:
        return prod(axis.get(side, 0) for axis, side in zip(axes, initial, strict=True))
    low, high = problem.reference.allowed_sides
    reach_low = prod(sum(n for side, n in axis.items() if side >= low) for axis in axes)
    reach_high = prod(sum(n for side, n in axis.items() if side > high) for axis in axes)
    return reach_low - reach_high

"""The optimal chain by CP-SAT (ortools): windows as tables, the number of layers given.

Independent of the solver: it shares the search space and the widths, but none of the solver's
modules. One solve per criterion of the order of preference, each fixing the ones before it.
"""

from __future__ import annotations

from math import gcd, prod

from ortools.sat.python import cp_model

from designer.brief.search_space import SearchSpace
from designer.brief.widths import Widths
from designer.geometry.layers import Size

CRITERIA = (
    "late",
    "departure",
    "uneven",
    "unread",
    "inexact",
    "offset_sum",
    "kernel_distance",
    "initial_rank",
    "multiply_adds",
    "output_padding_sum",
    "padding_sum",
)
"""The criteria of the order that remain for a given number of layers, without the tie-break by windows."""


class CpSatModel:
    """CP-SAT model of the chains with a given number of layers to a target on two axes."""

    def __init__(self, target: Size, layers: int, space: SearchSpace, widths: Widths) -> None:
        self.model = cp_model.CpModel()
        self.layers = layers
        self.space = space
        self.axes = len(target)
        self.sizes = [
            [self.model.new_int_var(2, _largest(side, layers - index), "") for side in target]
            for index in range(layers)
        ]
        self.sizes.append([self.model.new_constant(side) for side in target])
        self.parts: dict[str, list[cp_model.LinearExprT]] = {name: [] for name in CRITERIA}
        for index in range(layers):
            self._add_layer(index, widths)
        self._add_start(widths)
        self._add_class()

    def _rows(self) -> list[tuple[int, ...]]:
        """(kernel, stride, padding, output padding, offset, |offset|, uneven, unread, distance)."""
        rows: list[tuple[int, ...]] = []
        for kernel in self.space.kernel_sizes:
            for stride in self.space.strides:
                if kernel < stride or gcd(stride, 1) != 1:
                    continue
                for padding in range(kernel):
                    for extra in range(stride):
                        offset = kernel - stride - 2 * padding + extra
                        if abs(offset) < stride:
                            uneven, unread = int(kernel % stride > 0), int(extra > padding)
                            distance = abs(kernel - 2 * stride)
                            sizes = (kernel, stride, padding, extra, offset, abs(offset))
                            rows.append((*sizes, uneven, unread, distance))
        return rows

    def _add_layer(self, index: int, widths: Widths) -> None:
        model, rows = self.model, self._rows()
        axes = []
        for axis in range(self.axes):
            columns = [
                model.new_int_var(min(values), max(values), "")
                for values in zip(*rows, strict=True)
            ]
            model.add_allowed_assignments(columns, rows)
            axes.append(columns)
            before, after = self.sizes[index][axis], self.sizes[index + 1][axis]
            model.add(after > before)
            for stride in self.space.strides:
                chosen = model.new_bool_var("")
                model.add(columns[1] == stride).only_enforce_if(chosen)
                model.add(columns[1] != stride).only_enforce_if(chosen.negated())
                model.add(after == stride * before + columns[4]).only_enforce_if(chosen)
        first = axes[0]
        for columns in axes[1:]:
            model.add(columns[0] == first[0])
            model.add(columns[1] == first[1])
        self._add_layer_costs(index, axes, widths)

    def _add_layer_costs(
        self, index: int, axes: list[list[cp_model.IntVar]], widths: Widths
    ) -> None:
        model, first = self.model, axes[0]
        farthest = model.new_int_var(0, 300, "")
        model.add_max_equality(farthest, [columns[5] for columns in axes])
        unusual = model.new_int_var(0, 300, "")
        model.add_abs_equality(unusual, first[1] - 2)
        unread = model.new_bool_var("")
        model.add_max_equality(unread, [columns[7] for columns in axes])
        self.parts["departure"] += [3 * unusual, farthest]
        self.parts["uneven"].append(first[6])
        self.parts["unread"].append(unread)
        for columns in axes:
            inexact = model.new_bool_var("")
            model.add(columns[5] >= 1).only_enforce_if(inexact)
            model.add(columns[5] == 0).only_enforce_if(inexact.negated())
            self.parts["inexact"].append(inexact)
            self.parts["offset_sum"].append(columns[5])
            self.parts["kernel_distance"].append(columns[8])
            self.parts["output_padding_sum"].append(columns[3])
            self.parts["padding_sum"].append(columns[2])
        scale = widths.channel_pairs(self.layers - 1 - index)
        taps = self._product([columns[0] for columns in axes])
        positions = self._product(self.sizes[index])
        self.parts["multiply_adds"].append(scale * self._product([taps, positions]))

    def _add_start(self, widths: Widths) -> None:
        model, start = self.model, self.sizes[0]
        side = model.new_int_var(2, 16, "")
        model.add_min_equality(side, start)
        outside = model.new_int_var(0, 16, "")
        model.add_max_equality(outside, [4 - side, side - 8, model.new_constant(0)])
        self.parts["departure"].append(outside)
        rank = model.new_int_var(0, 40, "")
        ranks = [(value, 2 * abs(value - 4) + int(value > 4)) for value in range(2, 17)]
        model.add_allowed_assignments([side, rank], ranks)
        self.parts["initial_rank"].append(rank)
        scale = widths.stem_multiply_adds(self.layers, (1,))
        self.parts["multiply_adds"].append(scale * self._product(start))

    def _add_class(self) -> None:
        late = self.model.new_bool_var("")
        self.model.add(sum(self.parts["inexact"]) == 0).only_enforce_if(late.negated())
        self.model.add(sum(self.parts["departure"]) <= 6).only_enforce_if(late.negated())
        self.parts["late"].append(late)

    def _product(self, factors: list[cp_model.IntVar]) -> cp_model.IntVar:
        if len(factors) == 1:
            return factors[0]
        most = prod(max(factor.proto.domain) for factor in factors)
        found = self.model.new_int_var(0, most, "")
        self.model.add_multiplication_equality(found, factors)
        return found

    def optimum(self) -> dict[str, int] | None:
        """The minimum of each criterion in order, or None if there is no such chain."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        best: dict[str, int] = {}
        for name in CRITERIA:
            total = sum(self.parts[name])
            self.model.minimize(total)
            if solver.solve(self.model) != cp_model.OPTIMAL:
                return None
            best[name] = round(solver.objective_value)
            self.model.add(total == best[name])
            self._hint(solver)
        return best

    def _hint(self, solver: cp_model.CpSolver) -> None:
        """Start the next solve from this solution."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for index in range(len(self.model.proto.variables)):
            variable = self.model.get_int_var_from_proto_index(index)
            self.model.add_hint(variable, solver.value(variable))


def _largest(side: int, layers: int) -> int:
    """The largest possible side a number of layers earlier: strides are at least 2, offsets at least −1."""
    for _ in range(layers):
        side = (side + 1) // 2
    return side

"""Edits of the text that give an argument another value, as people would write them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from math import isqrt, prod

from designer.audit.sources.repairs.number_sites import MakingCall, NumberSite, SourceIndex
from designer.audit.sources.repairs.text_edits import TextEdit, replacement_edit

Edits = tuple[TextEdit, ...]
"""Edits that are made together."""

MAX_NAMES = 3
"""Maximum number of names that are tried as a summand."""


class NumberEditor:
    """Edits of numbers in the files of a source."""

    def __init__(self, files: dict[str, str], index: SourceIndex) -> None:
        self._files = files
        self._index = index

    def edits(
        self,
        argument: ast.expr,
        calls: Sequence[MakingCall],
        *,
        before: int,
        after: int,
        factors: Sequence[int] = (),
    ) -> Iterator[Edits]:
        """Edits after which an argument may have another value, likely ones first.

        ``factors`` are numbers whose product is the new value, such as the channels and sizes of a map.
        """
        inside = {id(node) for node in ast.walk(argument)}
        sites = self._index.sites(argument, calls)
        own = [site for site in sites if id(site.node) in inside]
        others = [site for site in sites if id(site.node) not in inside]
        plain = not any(
            isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
            for node in ast.walk(argument)
        )
        if plain:
            yield from self._product_edits(own, before, after, factors)
        file = self._index.file_of(argument)
        if after > before:
            for name in self._names_of(argument, after - before):
                value = f"{ast.unparse(argument)} + {name}"
                yield (replacement_edit(file, self._files[file], argument, value),)
        direct = [
            site for site in others if not isinstance(self._index.parent(site.node), ast.BinOp)
        ]
        for site in direct:
            yield from self._product_edits([site], before, after, factors)
            yield from self._scaled_edits(site, before, after, len(factors) - 1)
        for group in _by_expression(self._index, others):
            if group[0] not in direct:
                yield from self._product_edits(group, before, after, factors)
                for site in group:
                    yield from self._scaled_edits(site, before, after, len(factors) - 1)
        if not plain:
            yield from self._product_edits(own, before, after, factors)
            yield from self._written_out(argument, before, after)

    def _written_out(self, argument: ast.expr, before: int, after: int) -> Iterator[Edits]:
        """The new value in the place of an expression: a multiple of its name, then the number."""
        file = self._index.file_of(argument)
        if isinstance(argument, ast.Name | ast.Attribute) and before and after % before == 0:
            value = f"{ast.unparse(argument)} * {after // before}"
            yield (replacement_edit(file, self._files[file], argument, value),)
        yield (replacement_edit(file, self._files[file], argument, str(after)),)

    def _product_edits(
        self, sites: Sequence[NumberSite], before: int, after: int, factors: Sequence[int]
    ) -> Iterator[Edits]:
        """Edits of a product of constants: its sizes, then one factor, then all of it."""
        if not sites:
            return
        values = [site.value for site in sites]
        rest = before - prod(values)
        if len(sites) > 1 and 0 <= rest < after:
            before, after = before - rest, after - rest
            if len(factors) == len(values) and values[0] == factors[0]:
                pairs = zip(sites[1:], factors[1:], strict=True)
                yield tuple(self._set(site, value) for site, value in pairs if site.value != value)
            for factor in factors[:1]:
                others = [site for site in sites if site.value != factor]
                if len(others) == 1 and after % (before // others[0].value) == 0:
                    yield (self._set(others[0], after // (before // others[0].value)),)
            repeated = [site for site in sites if values.count(site.value) == 2]
            if len(repeated) == 2 and after % (before // repeated[0].value ** 2) == 0:
                square = after // (before // repeated[0].value ** 2)
                if isqrt(square) ** 2 == square:
                    yield tuple(self._set(site, isqrt(square)) for site in repeated)
        for site in sites if len(sites) > 1 or rest == 0 else ():
            if site.value and before % site.value == 0 and after % (before // site.value) == 0:
                yield (self._set(site, after // (before // site.value)),)

    def _scaled_edits(
        self, site: NumberSite, before: int, after: int, axes: int
    ) -> Iterator[Edits]:
        """A number on which the argument depends by a power: scaled by the ratio, or its root."""
        value = site.value
        if value < 2:
            return
        for power in dict.fromkeys((max(axes, 1), 1, 2)):
            scaled = round(value * (after / before) ** (1 / power))
            if (
                scaled >= 1
                and scaled != value
                and abs((scaled / value) ** power * before - after) <= before / 4
            ):
                yield (self._set(site, scaled),)

    def _set(self, site: NumberSite, value: int) -> TextEdit:
        return replacement_edit(site.file, self._files[site.file], site.node, str(value))

    def _names_of(self, argument: ast.expr, value: int) -> list[str]:
        """Names with this value: parameters of the function around an argument, and the module's."""
        function = self._index.enclosing(argument, (ast.FunctionDef,))
        found = [] if function is None else _parameters_of_value(function, value)
        for node in self._index.nodes():
            for statement in node.body if isinstance(node, ast.Module) else ():
                if isinstance(statement, ast.Assign) and _is_number(statement.value, value):
                    found += [each.id for each in statement.targets if isinstance(each, ast.Name)]
        return found[:MAX_NAMES]


def _is_number(node: ast.expr | None, value: int) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def _parameters_of_value(function: ast.AST, value: int) -> list[str]:
    """The parameters of a function whose default is a number."""
    if not isinstance(function, ast.FunctionDef):
        return []
    positional = [*function.args.posonlyargs, *function.args.args]
    pairs = zip(reversed(positional), reversed(function.args.defaults), strict=False)
    return [each.arg for each, default in pairs if _is_number(default, value)]


def _by_expression(index: SourceIndex, sites: Sequence[NumberSite]) -> list[list[NumberSite]]:
    """The numbers in groups that one expression multiplies; the others alone."""
    groups: dict[int, list[NumberSite]] = {}
    for site in sites:
        node: ast.AST = site.node
        while isinstance(parent := index.parent(node), ast.BinOp):
            node = parent
        groups.setdefault(id(node), []).append(site)
    return [*groups.values()]

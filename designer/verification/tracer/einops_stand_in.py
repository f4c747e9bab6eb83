"""Stand-in for einops where it is not installed: what its functions and layers do, in torch.

``rearrange``, ``reduce``, ``repeat``, ``pack``, ``unpack``, ``einsum``, ``parse_shape`` and the layers
``Rearrange`` and ``Reduce``. A pattern is read as groups of axes, one group per axis of the tensor:
``b (h 2) ...``.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from itertools import takewhile
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

Groups = list[list[str]]
"""The names of the axes in each axis of a tensor; an axis of length 1 has none."""

_ELLIPSIS = "…"
_JOINED_ELLIPSIS = "(…)"
"""The ellipsis within a parenthesis."""

_TOKEN = re.compile(r"\(([^()]*)\)|(\S+)")
_REDUCTIONS = ("min", "max", "sum", "mean", "prod", "any", "all")


class EinopsError(RuntimeError):
    """A pattern is invalid, or does not fit its tensor."""


def _read_groups(text: str, side: str) -> Groups:
    """The groups of one side of a pattern. Axes given by their length are named for their side."""
    groups = []
    if text.count("(") != text.count(")"):
        raise EinopsError(f'Imbalanced parentheses in expression: "{text}"')
    for number, found in enumerate(_TOKEN.finditer(text.replace("...", f" {_ELLIPSIS} "))):
        inside = found[1] is not None
        names = (found[1].replace(_ELLIPSIS, _JOINED_ELLIPSIS) if inside else found[2]).split()
        groups.append(
            [
                f"{name}@{side}{number}.{place}" if name.isdigit() else name
                for place, name in enumerate(names)
                if name != "1"
            ]
        )
    named = [name for group in groups for name in group]
    for name in named:
        if named.count(name) > 1:
            raise EinopsError(f'Indexing expression contains duplicate dimension "{name}"')
    return groups


def _without_ellipsis(groups: Groups, axes: list[str]) -> Groups:
    """Groups with named axes in place of an ellipsis: one group each, or all within a parenthesis."""
    found: Groups = []
    for group in groups:
        if group == [_ELLIPSIS]:
            found += [[axis] for axis in axes]
        else:
            found.append(
                [each for name in group for each in (axes if name == _JOINED_ELLIPSIS else [name])]
            )
    return found


def _axis_lengths(groups: Groups, shape: Sequence[int], known: dict[str, int]) -> dict[str, int]:
    """The length of every axis on the left, by the tensor's shape and the lengths that are given."""
    lengths = dict(known)
    for group, size in zip(groups, shape, strict=True):
        missing = [name for name in group if name not in lengths]
        given = prod(lengths[name] for name in group if name in lengths)
        if len(missing) > 1:
            raise EinopsError(f"Could not infer sizes for {set(missing)}")
        if missing and size % given:
            raise EinopsError(
                f"Shape mismatch, can't divide axis of length {size} in chunks of {given}"
            )
        if not missing and size != given:
            raise EinopsError(f"Shape mismatch, {size} != {given}")
        lengths.update(dict.fromkeys(missing, size // given))
    return lengths


def _check_names(left: set[str], right: set[str], operation: Any, known: dict[str, int]) -> None:  # noqa: ANN401
    if operation == "rearrange":
        if any("@" in name for name in left | right):
            raise EinopsError(
                "Non-unitary anonymous axes are not supported in rearrange (exception is length 1)"
            )
        if left != right:
            raise EinopsError(
                f"Identifiers only on one side of expression (should be on both): {left ^ right}"
            )
    elif operation == "repeat":
        if left - right:
            raise EinopsError(f"Unexpected identifiers on the left side of repeat: {left - right}")
        if sizeless := right - left - set(known):
            raise EinopsError(f"Specify sizes for new axes in repeat: {sizeless}")
    elif not callable(operation) and operation not in _REDUCTIONS:
        raise EinopsError(f"Unknown reduction {operation}. Expect one of {_REDUCTIONS}.")
    elif right - left:
        raise EinopsError(
            f"Unexpected identifiers on the right side of reduce {operation}: {right - left}"
        )
    for name in known:
        if "@" not in name and name not in left | right:
            raise EinopsError(f"Axis {name} is not used in transform")


def _read_pattern(
    pattern: str,
    operation: Any,  # noqa: ANN401
    sizes: dict[str, int],
) -> tuple[Groups, Groups, dict[str, int]]:
    """Both sides of a pattern, and the lengths that it and its arguments give.

    Raises:
        EinopsError: if it is invalid for the operation, whatever the tensor.
    """
    before, arrow, after = pattern.partition("->")
    if not arrow:
        raise ValueError("not enough values to unpack (expected 2, got 1)")
    left, right = _read_groups(before, "l"), _read_groups(after, "r")
    names = [{name for group in side for name in group} for side in (left, right)]
    counted = {name: int(name.partition("@")[0]) for name in names[0] | names[1] if "@" in name}
    known = {**sizes, **counted}
    first, second = ({name.strip("()") for name in side} for side in names)
    _check_names(first, second, operation, known)
    if names[0] & {_JOINED_ELLIPSIS}:
        raise EinopsError(f"Ellipsis inside parenthesis in the left side is not allowed: {pattern}")
    return left, right, known


def _transform(tensor: Tensor, pattern: str, operation: Any, sizes: dict[str, int]) -> Tensor:  # noqa: ANN401
    left, right, known = _read_pattern(pattern, operation, sizes)
    hidden = tensor.dim() - (len(left) - 1)
    has_ellipsis = [_ELLIPSIS] in left
    if hidden < 0 or (not has_ellipsis and hidden != 1):
        wanted = f">={len(left) - 1}" if has_ellipsis else str(len(left))
        raise EinopsError(
            f"Wrong shape: expected {wanted} dims. Received {tensor.dim()}-dim tensor."
        )
    axes = [f"{_ELLIPSIS}{number}" for number in range(hidden)]
    left, right = _without_ellipsis(left, axes), _without_ellipsis(right, axes)
    lengths = _axis_lengths(left, tensor.shape, known)
    ordered = [name for group in left for name in group]
    wanted_axes = [name for group in right for name in group]
    tensor = tensor.reshape([lengths[name] for name in ordered])
    removed = [place for place, name in enumerate(ordered) if name not in wanted_axes]
    tensor = _reduced(tensor, removed, operation) if removed else tensor
    kept = [name for name in ordered if name in wanted_axes]
    tensor = tensor.permute([kept.index(name) for name in wanted_axes if name in kept])
    for place, name in enumerate(wanted_axes):
        if name not in kept:
            tensor = tensor.unsqueeze(place)
    tensor = tensor.expand([lengths[name] for name in wanted_axes])
    return tensor.reshape([prod(lengths[name] for name in group) for group in right])


def _reduced(tensor: Tensor, axes: list[int], operation: Any) -> Tensor:  # noqa: ANN401
    """A tensor without some axes."""
    if callable(operation):
        made: Tensor = operation(tensor, tuple(axes))
        return made
    if operation in ("min", "max"):
        return torch.amin(tensor, axes) if operation == "min" else torch.amax(tensor, axes)
    if operation in ("sum", "mean"):
        return torch.sum(tensor, axes) if operation == "sum" else torch.mean(tensor, axes)
    for axis in sorted(axes, reverse=True):
        tensor = getattr(tensor, operation)(dim=axis)
    return tensor


def reduce(tensor: Any, pattern: str, reduction: Any, **axes_lengths: int) -> Tensor:  # noqa: ANN401
    """The tensor in the order of the pattern, without the axes that are on its left side only.

    >>> reduce(torch.zeros(2, 3, 4, 4), "b c (h 2) w -> b h c", "mean").shape
    torch.Size([2, 2, 3])

    Raises:
        EinopsError: if the pattern is invalid or does not fit the tensor.
    """
    is_list = isinstance(tensor, list | tuple)
    tensor = torch.stack([*tensor]) if is_list else tensor
    try:
        return _transform(tensor, pattern, reduction, axes_lengths)
    except EinopsError as error:
        shown = "Input is list." if is_list else f"Input tensor shape: {tensor.shape}."
        raise EinopsError(
            f' Error while processing {reduction}-reduction pattern "{pattern}".\n {shown} '
            f"Additional info: {axes_lengths}.\n {error}"
        ) from None


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Tensor:  # noqa: ANN401
    """The tensor in the order of the pattern.

    >>> rearrange(torch.zeros(2, 12, 5), "b (c h) w -> b c (h w)", h=4).shape
    torch.Size([2, 3, 20])
    """
    return reduce(tensor, pattern, "rearrange", **axes_lengths)


def repeat(tensor: Any, pattern: str, **axes_lengths: int) -> Tensor:  # noqa: ANN401
    """The tensor repeated along the axes that are on the right side only.

    >>> repeat(torch.zeros(1, 1, 8), "1 1 d -> b 1 d", b=2).shape
    torch.Size([2, 1, 8])
    """
    return reduce(tensor, pattern, "repeat", **axes_lengths)


def _sides(pattern: str) -> tuple[int, int]:
    """Numbers of axes before and after the ``*`` of a pattern."""
    axes = pattern.split()
    if "*" not in axes:
        raise EinopsError(f'No *-axis in pack(..., "{pattern}")')
    return axes.index("*"), len(axes) - axes.index("*") - 1


def pack(tensors: Sequence[Tensor], pattern: str) -> tuple[Tensor, list[torch.Size]]:
    """Tensors joined along the axes at ``*``, and the sizes of these axes in each."""
    first, last = _sides(pattern)
    packed, shapes = [], []
    for tensor in tensors:
        end = tensor.dim() - last
        shapes.append(tensor.shape[first:end])
        packed.append(tensor.reshape(*tensor.shape[:first], -1, *tensor.shape[end:]))
    return torch.cat(packed, dim=first), shapes


def unpack(tensor: Tensor, packed_shapes: Sequence[Sequence[int]], pattern: str) -> list[Tensor]:
    """The tensors that were joined by ``pack``; one size may be -1."""
    first, _ = _sides(pattern)
    sizes = [-1 if -1 in shape else prod(shape) for shape in packed_shapes]
    rest = tensor.shape[first] - sum(size for size in sizes if size != -1)
    parts = torch.split(tensor, [rest if size == -1 else size for size in sizes], dim=first)
    return [
        part.reshape(*tensor.shape[:first], *shape, *tensor.shape[first + 1 :])
        for part, shape in zip(parts, packed_shapes, strict=True)
    ]


def einsum(*tensors_and_pattern: Any) -> Tensor:  # noqa: ANN401
    """The sum of products over the axes that are on the left side only, whose names are words."""
    *tensors, pattern = tensors_and_pattern
    letters: dict[str, str] = {"...": "..."}
    spaced = pattern.replace("...", " ... ")
    for name in re.findall(r"\w+", spaced):
        letters.setdefault(name, string.ascii_letters[len(letters) - 1])
    short = re.sub(r"\w+|\.\.\.", lambda found: letters[found[0]], spaced).replace(" ", "")
    return torch.einsum(short, *tensors)


def parse_shape(tensor: Tensor, pattern: str) -> dict[str, int]:
    """The sizes of the named axes of a tensor."""
    names = pattern.split()
    front = [*takewhile(lambda name: name != "...", names)]
    back = names[len(front) + 1 :]
    pairs = [*zip(front, tensor.shape, strict=False)]
    pairs += [*zip(back, tensor.shape[tensor.dim() - len(back) :], strict=True)]
    return {name: size for name, size in pairs if name != "_" and not name.isdigit()}


class Rearrange(nn.Module):
    """Layer that calls ``rearrange``."""

    def __init__(self, pattern: str, *operation: Any, **axes_lengths: int) -> None:  # noqa: ANN401
        super().__init__()
        self.pattern, self.axes_lengths = pattern, axes_lengths
        self.operation = operation[0] if operation else "rearrange"
        try:
            _read_pattern(pattern, self.operation, axes_lengths)
        except EinopsError as error:
            shown = "".join(f", {each!r}" for each in operation)
            shown += "".join(f", {name}={size}" for name, size in axes_lengths.items())
            made = f"{type(self).__name__}({pattern!r}{shown})"
            raise EinopsError(f" Error while preparing {made}\n {error}") from None

    def forward(self, input: Tensor) -> Tensor:
        """The input in the order of the pattern."""
        try:
            return _transform(input, self.pattern, self.operation, self.axes_lengths)
        except EinopsError as error:
            if str(error).startswith("Wrong shape"):
                raise KeyError(input.dim()) from None
            raise


class Reduce(Rearrange):
    """Layer that calls ``reduce``."""

    def __init__(self, pattern: str, reduction: Any, **axes_lengths: int) -> None:  # noqa: ANN401
        super().__init__(pattern, reduction, **axes_lengths)
        self.reduction = reduction

"""The shape after ``F.pad``, and the pads that torch refuses."""

from __future__ import annotations

from collections.abc import Sequence

from designer.audit.ops.layer_errors import LayerError, TensorShape, format_torch_sizes

_COMBINATIONS = (
    "\nSupported combinations for non-constant padding:"
    "\n  - 2D or 3D input: padding size = 2 (pads last dimension)"
    "\n  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)"
    "\n  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
)


def pad_shape(
    shape: TensorShape, pads: Sequence[int], *, mode: str, fields: Sequence[str]
) -> TensorShape:
    """The shape after ``F.pad``; pads come in pairs, near and far, the last axis first.

    >>> pad_shape((2, 3, 10, 20), (1, 2, 3, 4), mode="constant", fields=())
    (2, 3, 17, 23)

    Raises:
        LayerError: if torch refuses the pads, or the result would be empty.
    """
    _refuse_count(shape, pads, mode=mode, fields=fields)
    padded = list(shape)
    pairs = list(enumerate(zip(pads[::2], pads[1::2], strict=True), start=1))
    for place, pair in reversed(pairs) if mode == "circular" else pairs:
        _refuse_pair(shape, place, pair, mode=mode, fields=fields)
        padded[-place] += sum(pair)
        if mode == "circular" and padded[-place] < 0:
            break
    _refuse_size(shape, padded, pads, mode=mode, fields=fields)
    return tuple(padded)


def _refuse_count(
    shape: TensorShape, pads: Sequence[int], *, mode: str, fields: Sequence[str]
) -> None:
    """Refuse unpaired pads, more pairs than axes, and ranks that the mode does not support."""
    count, rank = len(pads), len(shape)
    if count % 2:
        torch_error = "Padding length must be divisible by 2"
    elif count > 2 * rank:
        torch_error = (
            "Padding length should be less than or equal to two times the input dimension but got"
            f" padding length {count} and input of dimension {rank}"
        )
    elif mode != "constant" and (count > 6 or rank - count // 2 not in (1, 2)):
        torch_error = (
            f"Padding size {count} is not supported for {rank}D input tensor.{_COMBINATIONS}"
        )
    else:
        return
    raise LayerError(
        "unsuitable_pads",
        {"count": count, "mode": mode, "shape": shape[1:]},
        torch_error=torch_error,
        fields=fields,
        pads=list(pads),
    )


def _refuse_pair(
    shape: TensorShape, place: int, pair: tuple[int, int], *, mode: str, fields: Sequence[str]
) -> None:
    """Refuse reflection of as many pixels as the map has, and circular padding of more."""
    size, dimension = shape[-place], len(shape) - place
    if mode == "reflect" and max(pair) >= size:
        sentence = "reflection_beyond_map"
        torch_error = (
            f"Argument #{2 * place + 2}: Padding size should be less than the"
            f" corresponding input dimension, but got: padding ({pair[0]}, {pair[1]}) at dimension"
            f" {dimension} of input [{format_torch_sizes(shape, ', ')}]"
        )
    elif mode == "circular" and max(pair) > size:
        sentence = "circular_beyond_map"
        torch_error = "Padding value causes wrapping around more than once."
    else:
        return
    raise LayerError(
        sentence,
        {"pad": max(pair)},
        torch_error=torch_error,
        fields=fields,
        padding=list(pair),
        input_size=size,
    )


def _refuse_size(
    shape: TensorShape, padded: list[int], pads: Sequence[int], *, mode: str, fields: Sequence[str]
) -> None:
    if min(padded) > 0 and not (mode == "constant" and _crops_below_zero(shape, pads)):
        return
    raise LayerError(
        "pads_cut_map",
        {"shape": shape[1:]},
        torch_error=_size_error(shape, padded, pads, mode),
        fields=fields,
        pads=list(pads),
        output_shape=padded[1:],
    )


def _size_error(
    shape: TensorShape, padded: list[int], pads: Sequence[int], mode: str
) -> str | None:
    if mode == "constant":
        return "narrow(): length must be non-negative." if _crops_below_zero(shape, pads) else None
    if mode == "circular":
        negative = "Negative padding value is resulting in an empty dimension"
        return negative if min(padded) < 0 else None
    count = len(pads) // 2
    if max(padded[-count:]) > 0:
        return None  # torch's next words depend on how many numbers are left
    space = " " if (mode, count) == ("replicate", 2) else ""
    before = {1: "W: {}", 2: "H: {}, W: {}" + space, 3: "D: {} H: {}, W: {}"}[count]
    after = {1: "W: {}", 2: "H: {} W: {}", 3: "D: {} H: {} W: {}"}[count]
    words = f"input ({before}) is too small. Calculated output {after}"
    return words.format(*shape[-count:], *padded[-count:])


def _crops_below_zero(shape: TensorShape, pads: Sequence[int]) -> bool:
    """Whether the negative pads, which torch applies first and near before far, leave size < 0."""
    for place, (near, far) in enumerate(zip(pads[::2], pads[1::2], strict=True), start=1):
        if shape[-place] + min(near, 0) + min(far, 0) < 0:
            return True
    return False

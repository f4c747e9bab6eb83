"""All windows from one size to another along an axis, best first, or the reason for none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from heapq import merge
from itertools import islice

from designer.geometry.axis import (
    conv_padding_solutions,
    kernel_span,
    output_padding_solutions,
    transposed_padding,
)
from designer.geometry.layers import Window, refuse_below
from designer.reasons import Reason, make_reason
from designer.validation.limits import MAX_SEARCH_VALUE, MAX_SOLUTIONS, MAX_WINDOW_VALUE

KERNELS_PER_STRIDE = 6
"""Largest kernel size to try, as a multiple of the stride, if the question has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A search for the windows from ``input_size`` to ``output_size``; None means any value.

    If ``kernel_size`` and ``stride`` are both None, the stride is the factor n between the sizes.
    If only ``stride`` is None, strides up to the kernel size are tried.

    Raises:
        InvalidLayer: for a size, kernel size, stride or dilation below 1.
    """

    transposed: bool
    input_size: int
    output_size: int
    kernel_size: int | None = None
    stride: int | None = None
    dilation: int = 1

    def __post_init__(self) -> None:
        for name in ("input_size", "output_size", "kernel_size", "stride", "dilation"):
            if (value := getattr(self, name)) is not None:
                refuse_below(name, value, minimum=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisSolutions:
    """The windows that solve a question, ordered by output padding, then by padding.

    ``windows`` holds the first ``MAX_SOLUTIONS`` of ``count``. ``reason`` says why if there
    are none; ``family`` is the closed form if the stride is the factor between the sizes.
    """

    windows: tuple[Window, ...]
    count: int
    reason: Reason | None
    family: str | None

    @property
    def why_not(self) -> str | None:
        """The reason as a sentence."""
        return None if self.reason is None else self.reason.sentence


def solve_axis(question: Question) -> AxisSolutions:
    """All windows for one axis that torch accepts, with padding ≤ D(F − 1).

    >>> [(w.padding, w.output_padding) for w in solve_axis(Question(
    ...     transposed=True, input_size=46, output_size=368, kernel_size=16, stride=8)).windows]
    [(4, 0), (5, 2), (6, 4), (7, 6)]
    >>> solve_axis(Question(
    ...     transposed=True, input_size=64, output_size=64, kernel_size=4, stride=1)).why_not
    'with stride 1 a size changes by span − 1 − 2P, as output_padding must be 0; for kernel_size 4 (span 4) that is odd, and from 64 to 64 it is 0, which is even'
    """
    factor_wanted = question.kernel_size is None and question.stride is None
    factor = _whole_factor(question) if factor_wanted else None
    if factor_wanted and factor is None:
        return AxisSolutions(windows=(), count=0, reason=_why_no_factor(question), family=None)
    shapes = list(_kernel_stride_pairs(question, factor))
    paddings = {shape: _paddings(question, *shape) for shape in shapes}
    count = sum(map(len, paddings.values()))
    ordered = merge(
        *(_ranked_windows(question, *shape, found) for shape, found in paddings.items())
    )
    return AxisSolutions(
        windows=tuple(_window(*found) for found in islice(ordered, MAX_SOLUTIONS)),
        count=count,
        reason=None if count else _why_none(question, shapes),
        family=None if factor is None else describe_family(factor),
    )


def describe_family(factor: int) -> str:
    """The closed form of the layers that multiply the size by n, for D = 1 and A = 0.

    >>> describe_family(4)
    'S = 4, F − S − 2P + A = 0; with A = 0: P = t ≥ 0, F = 2·(2 + t)'
    >>> describe_family(3)
    'S = 3, F − S − 2P + A = 0; with A = 0: P = t ≥ 0, F = 3 + 2·t'
    """
    closed = f"{factor} + 2·t" if factor % 2 else f"2·({factor // 2} + t)"
    return f"S = {factor}, F − S − 2P + A = 0; with A = 0: P = t ≥ 0, F = {closed}"


def _whole_factor(question: Question) -> int | None:
    small, large = question.input_size, question.output_size
    if not question.transposed:
        small, large = large, small
    whole, remainder = divmod(large, small)
    return whole if not remainder and 1 <= whole <= MAX_WINDOW_VALUE else None


def _kernel_stride_pairs(question: Question, factor: int | None) -> Iterator[tuple[int, int]]:
    """Pairs (kernel_size, stride) to try."""
    kernel_size, stride = question.kernel_size, question.stride
    if kernel_size is not None and stride is None:
        strides: range = range(1, min(kernel_size, MAX_SEARCH_VALUE) + 1)
        yield from ((kernel_size, stride) for stride in strides)
        return
    stride = factor if stride is None else stride
    assert stride is not None, "the stride or the factor is given"
    if kernel_size is not None:
        yield kernel_size, stride
        return
    for kernel_size in range(1, min(KERNELS_PER_STRIDE * stride, MAX_WINDOW_VALUE) + 1):
        yield kernel_size, stride


def _offset(question: Question, stride: int) -> int:
    return question.output_size - stride * question.input_size


def _paddings(question: Question, kernel_size: int, stride: int) -> range:
    """All A of a transposed convolution, each of which determines P; all P of a convolution."""
    shape = {"kernel_size": kernel_size, "stride": stride, "dilation": question.dilation}
    if question.transposed:
        return output_padding_solutions(_offset(question, stride), **shape)
    return conv_padding_solutions(question.input_size, question.output_size, **shape)


RankedWindow = tuple[int, int, int, int, int]
"""(output_padding, padding, kernel_size, stride, dilation); the smallest is the best."""


def _ranked_windows(
    question: Question, kernel_size: int, stride: int, paddings: range
) -> Iterator[RankedWindow]:
    shape = {"kernel_size": kernel_size, "stride": stride, "dilation": question.dilation}
    offset = _offset(question, stride)
    for found in paddings:
        padding, extra = found, 0
        if question.transposed:
            padding, extra = transposed_padding(offset, output_padding=found, **shape), found
        yield extra, padding, kernel_size, stride, question.dilation


def _window(
    output_padding: int, padding: int, kernel_size: int, stride: int, dilation: int
) -> Window:
    return Window(
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        output_padding=output_padding,
    )


def _why_no_factor(question: Question) -> Reason:
    code = "no_growth_factor" if question.transposed else "no_shrinking_factor"
    return make_reason(code, before=question.input_size, after=question.output_size)


def _why_none(question: Question, shapes: list[tuple[int, int]]) -> Reason:
    if len(shapes) > 1:
        kernels, strides = ([min(each), max(each)] for each in zip(*shapes, strict=True))
        return make_reason(
            "no_padding",
            **asdict(question) | {"kernel_size": sorted({*kernels}), "stride": sorted({*strides})},
        )
    why = _why_no_transposed if question.transposed else _why_no_conv
    return why(question, *shapes[0])


def _why_no_transposed(question: Question, kernel_size: int, stride: int) -> Reason:
    i, o, dilation = question.input_size, question.output_size, question.dilation
    span = kernel_span(kernel_size, dilation)
    extra = max(stride, dilation) - 1
    largest = Window(
        kernel_size=kernel_size, stride=stride, dilation=dilation, output_padding=extra
    ).conv_transpose(i)
    smallest = max(1, largest - extra - 2 * (span - 1))
    if o > largest:
        return make_reason("above_without_padding", size=o, output_padding=extra, limit=largest)
    if o < smallest:
        return make_reason("below_with_most_padding", size=o, padding=span - 1, limit=smallest)
    return _describe_parity(question, kernel_size, span)


def _why_no_conv(question: Question, kernel_size: int, stride: int) -> Reason:
    i, o, dilation = question.input_size, question.output_size, question.dilation
    span = kernel_span(kernel_size, dilation)
    least = max(0, -((i - span) // 2))
    window = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    smallest = Window(padding=least, **window).conv(i)
    largest = Window(padding=span - 1, **window).conv(i)
    if o > largest:
        return make_reason("above_with_most_padding", size=o, padding=span - 1, limit=largest)
    if o < smallest:
        return make_reason("below_with_least_padding", size=o, padding=least, limit=smallest)
    return _describe_parity(question, kernel_size, span)


def _describe_parity(question: Question, kernel_size: int, span: int) -> Reason:
    i, o, dilation = question.input_size, question.output_size, question.dilation
    kernel = make_reason(
        "dilated_kernel" if dilation > 1 else "kernel",
        kernel_size=kernel_size,
        dilation=dilation,
        span=span,
    )
    return make_reason(
        "odd_kernel" if span % 2 == 0 else "even_kernel",
        law=make_reason("growth_law" if question.transposed else "shrinking_law"),
        kernel=kernel,
        before=i,
        after=o,
        change=o - i,
    )

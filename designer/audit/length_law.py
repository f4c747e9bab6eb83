"""Whether a decoder multiplies the length of every map by a whole number.

From three sizes of its input the law o = F·n + C is read off: with C other than 0 it loses or adds
positions at every length, and the layers whose own offset is not 0 are named with the smallest change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from designer.audit.graph.model import GraphNode
from designer.audit.graph.other_sizes import shapes_at
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork, Trace, trace_network
from designer.geometry.layers import Window
from designer.reasons import Reason, make_reason

LengthLaw = tuple[list[int], list[int]]
"""The factor F and the offset C of each axis."""


def length_warnings(network: AuditNetwork, trace: Trace) -> list[Reason]:
    """The warning of a decoder that loses or adds positions at every length.

    >>> from designer.audit.ops.conv_transpose import ConvTransposeLayer
    >>> layer = ConvTransposeLayer(
    ...     in_channels=2, out_channels=1, kernel_size=10, stride=5, padding=3, ndim=1
    ... )
    >>> network = AuditNetwork(input_shape=(2, 32), layers=(layer,))
    >>> [each.sentence for each in length_warnings(network, trace_network(network))]
    ['The output has 5·n − 1 positions for n at every length: layer 0, kernel 10 stride 5 padding 3, lacks output padding 1.']
    """
    if trace.output_shape is None:
        return []
    law = _law(
        network.input_shape,
        lambda start: trace_network(replace(network, input_shape=start)).output_shape,
    )
    if law is None:
        return []
    return [_warning(law, enumerate(zip(network.layers, trace.shapes[:-1], strict=True)))]


def graph_length_warnings(nodes: Sequence[GraphNode], start: TensorShape) -> list[Reason]:
    """The same warning of a graph, whose last node is the output; ``start`` has the batch first.

    There is none where the law of a call is not known.
    """
    known = shapes_at(nodes, start)
    if not known or known != [node.output for node in nodes]:
        return []
    law = _law(start[1:], lambda longer: _graph_output(nodes, (start[0], *longer)))
    layers = [
        (index, (node.layer, node.input))
        for index, node in enumerate(nodes)
        if node.layer is not None and node.input is not None
    ]
    return [] if law is None else [_warning(law, layers)]


def _graph_output(nodes: Sequence[GraphNode], start: TensorShape) -> TensorShape | None:
    shapes = shapes_at(nodes, start)
    return shapes[-1][1:] if shapes else None


def _warning(
    law: LengthLaw, layers: Iterable[tuple[int, tuple[AuditLayer, TensorShape]]]
) -> Reason:
    """The law, and the changes of the layers that have an offset; each layer with what comes in."""
    factors, offsets = law
    axis = next(at for at, offset in enumerate(offsets) if offset)
    changes = [
        reason
        for index, (layer, before) in layers
        for reason in _changes(index, layer, before, axis)
    ]
    offset = offsets[axis]
    sign = "−" if offset < 0 else "+"
    law_text = f"{factors[axis]}·n {sign} {abs(offset)}"
    if not changes:
        return make_reason("length_law", law=law_text)
    return make_reason("length_law_of_layers", law=law_text, layers=changes)


def _law(
    start: TensorShape, output_at: Callable[[TensorShape], TensorShape | None]
) -> LengthLaw | None:
    """The factor and the offset of each axis, if the network grows by a law with an offset."""
    if len(start) < 2:
        return None
    shapes = []
    for more in (0, 1, 2):
        output = output_at((start[0], *(side + more for side in start[1:])))
        if output is None or len(output) != len(start):
            return None
        shapes.append(output)
    first, second, third = (shape[1:] for shape in shapes)
    factors = [after - before for before, after in zip(first, second, strict=True)]
    steady = factors == [after - before for before, after in zip(second, third, strict=True)]
    if not steady or min(factors) < 2 or min(start[1:]) < 2:
        return None
    offsets = [o - f * n for o, f, n in zip(first, factors, start[1:], strict=True)]
    return (factors, offsets) if any(offsets) else None


def _changes(index: int, layer: AuditLayer, before: TensorShape, axis: int) -> Iterator[Reason]:
    """What makes a transposed convolution multiply exactly, with the fewest changed fields.

    Nothing does for a layer that takes the batch for channels: its axes are not those of the law.
    """
    axes = len(before) - 2
    windows = layer.transposed_windows(axes) if layer.has_axes(axes) else ()
    if not windows or windows[axis].stride < 2 or windows[axis].offset == 0:
        return
    window = windows[axis]
    facts = {
        "layer": index,
        "kernel_size": window.kernel_size,
        "stride": window.stride,
        "padding": window.padding,
    }
    lacking = window.output_padding - window.offset
    if 0 <= lacking < window.stride:
        code = "lacks_output_padding" if window.offset < 0 else "has_output_padding"
        yield make_reason(code, **facts, output_padding=lacking)
    else:
        exact = _exact_window(window)
        yield make_reason(
            "needs_padding",
            **facts,
            exact_padding=exact.padding,
            output_padding=exact.output_padding,
        )


def _exact_window(window: Window) -> Window:
    """The window with the padding, and if it must the output padding, that make its offset 0."""
    halves = (
        (output_padding, *divmod(window.span - window.stride + output_padding, 2))
        for output_padding in (window.output_padding, *range(window.stride))
    )
    output_padding, padding = next((a, p) for a, p, odd in halves if not odd and p >= 0)
    return replace(window, padding=padding, output_padding=output_padding)

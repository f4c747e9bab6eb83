"""The mirror of a network: the decoder of an encoder, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass, replace

from designer.audit.layer_paths import INPUT_MAP, LayerPath, PathPart, network_path
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import TensorShape
from designer.audit.ops.registry import build_audit_layer
from designer.audit.ops.skips import AddFromLayer, BranchFromLayer
from designer.audit.trace import AuditNetwork, Trace, continue_trace
from designer.reasons import Reason, make_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The mirrored network, and a sentence about each layer that it leaves out."""

    network: AuditNetwork
    left_out: tuple[Reason, ...]


def mirror_network(network: AuditNetwork, trace: Trace) -> Mirror:
    """The mirror of a network that runs: it passes the same sizes in reverse order.

    A residual block becomes one: both of its paths are mirrored, so that their maps meet again.

    Norm and activation belong to a map: the mirror of a layer takes those of the layer before it,
    the mirror of the first layer has none. Those at either end of a path in a block stay there.

    >>> from designer.audit.ops.conv import ConvLayer
    >>> from designer.audit.trace import trace_network
    >>> encoder = ConvLayer(in_channels=3, out_channels=8, kernel_size=3, stride=2, padding=1)
    >>> network = AuditNetwork(input_shape=(3, 28, 27), layers=(encoder,))
    >>> back = mirror_network(network, trace_network(network)).network.layers[0]
    >>> back.op, back.output_padding
    ('conv_transpose', (1, 0))
    """
    writer = _MirrorWriter(network, trace)
    steps, _ = writer.steps_of(network_path(network.layers))
    writer.write_reversed(steps)
    input_shape = trace.shapes[-1][1:]
    mirrored = replace(network, input_shape=input_shape, layers=tuple(writer.layers))
    return Mirror(network=mirrored, left_out=tuple(writer.left_out))


@dataclass(frozen=True, slots=True)
class _Style:
    """The norm and the activation of a map."""

    norm: str | None = None
    activation: str | None = None

    def followed_by(self, later: _Style) -> _Style:
        return _Style(later.norm or self.norm, later.activation or self.activation)

    @property
    def is_plain(self) -> bool:
        return self.norm is None and self.activation is None


_PLAIN = _Style()

_Step = tuple[PathPart, _Style]
"""A part that makes a map, and the style of the map."""


class _MirrorWriter:
    """Writes the layers of a mirror, from the last map to the first."""

    def __init__(self, network: AuditNetwork, trace: Trace) -> None:
        self.layers: list[AuditLayer] = []
        self.left_out: list[Reason] = []
        self._network = network
        self._shapes = trace.shapes

    def steps_of(self, path: LayerPath) -> tuple[list[_Step], _Style]:
        """The steps of a path, and the style that it gives its first map."""
        steps: list[_Step] = []
        entry = _PLAIN
        for part in path:
            layer = self._network.layers[part.index]
            style = _Style(layer.norm or layer.norm_kind, layer.activation)
            if layer.norm_kind is None and layer.reads_last_map:
                steps.append((part, style))
            elif steps:
                steps[-1] = (steps[-1][0], steps[-1][1].followed_by(style))
            else:
                entry = entry.followed_by(style)
        return steps, entry

    def write_reversed(self, steps: list[_Step], *, last: _Style = _PLAIN) -> bool:
        """Whether the mirror of each step leads back to its first map; the steps that do are written.

        ``last`` is the style of the map at the end.
        """
        complete = True
        styles = [last, *(style for _, style in steps)]
        for place, (part, _) in reversed([*enumerate(steps)]):
            written = len(self.layers)
            complete &= self._write_block(part) if part.paths else self._write_layer(part)
            if len(self.layers) > written:
                values = {"norm": styles[place].norm, "activation": styles[place].activation}
                self.layers[-1] = replace(self.layers[-1], **values)
        return complete

    def _write_layer(self, part: PathPart) -> bool:
        layer = self._network.layers[part.index]
        before, after = self._shapes[part.index], self._shapes[part.index + 1]
        back = [*map(build_audit_layer, layer.reversed_layers(before, after))]
        if back and _restores(back, before, after):
            self.layers += back
            return True
        self._leave_out(part.index, before, after)
        return before == after

    def _leave_out(self, index: int, before: TensorShape, after: TensorShape) -> None:
        facts = {"op": self._network.layers[index].op, "before": before[1:], "after": after[1:]}
        self.left_out.append(make_reason("not_mirrored", index=index, **facts))

    def _write_block(self, block: PathPart) -> bool:
        """Whether both paths of a residual block lead back; it is written only then."""
        before, after = self._shapes[block.fork + 1], self._shapes[block.index + 1]
        start = self._last_map
        ends = []
        complete = True
        for path in block.paths:
            steps, entry = self.steps_of(path)
            end_shape = self._shapes[path[-1].index + 1] if path else before
            if (steps and self._last_map != start) or not entry.is_plain:
                style = {"norm": entry.norm, "activation": entry.activation}
                self.layers.append(BranchFromLayer(from_=start, **style))
            complete &= self.write_reversed(steps, last=_last_style(steps))
            complete &= end_shape == after
            ends.append(self._last_map if steps or not entry.is_plain else start)
        if not complete:
            del self.layers[start + 1 :]
            self._leave_out(block.index, before, after)
            return before == after
        self.layers.append(AddFromLayer(from_=ends[1] if ends[1] != self._last_map else ends[0]))
        return True

    @property
    def _last_map(self) -> int:
        return len(self.layers) + INPUT_MAP


def _last_style(steps: list[_Step]) -> _Style:
    return steps[-1][1] if steps else _PLAIN


def _restores(reversed_layers: list[AuditLayer], before: TensorShape, after: TensorShape) -> bool:
    """Whether the layers turn ``after`` into ``before`` and the batch is the same in both."""
    trace = continue_trace([after], [], reversed_layers)
    return trace.layer_error is None and trace.shapes[-1] == before and before[0] == after[0]

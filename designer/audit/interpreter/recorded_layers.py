"""The layers that a tensor has passed through, in order, each with its source node."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from designer.audit.interpreter.source_parser import SourceRefused, SourceTooLong, refuse_line
from designer.audit.interpreter.values import LayerModule, TensorValue
from designer.audit.ops.layer import AuditLayer
from designer.audit.ops.layer_errors import LayerError, TensorShape, refuse_too_large
from designer.audit.ops.linear_and_reshape import ReshapeLayer
from designer.audit.ops.skips import AddFromLayer, ConcatFromLayer
from designer.limits import MAX_AUDIT_LAYERS


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLayer:
    """A layer and the source node that created it."""

    layer: AuditLayer
    node: ast.AST


class Tape:
    """Record of one forward pass, layer by layer."""

    def __init__(self, shape: TensorShape) -> None:
        self.recorded: list[RecordedLayer] = []
        self.shapes: list[TensorShape] = [shape]
        self.is_broken = False
        self.stop_reason: SourceRefused | None = None
        """The error at which the recording ended early."""

    @property
    def input(self) -> TensorValue:
        """The network's input tensor."""
        return TensorValue(index=-1, shape=self.shapes[0])

    def record_layer(self, layer: AuditLayer, tensor: TensorValue, node: ast.AST) -> TensorValue:
        """Record a layer; returns its output.

        Raises:
            SourceRefused: if the tensor is not the last output, that is, for a branch.
            SourceTooLong: if there are more than ``MAX_AUDIT_LAYERS`` layers.
        """
        if tensor.index != len(self.recorded) - 1:
            refuse_line(node, "branch", op=layer.op)
        if len(self.recorded) >= MAX_AUDIT_LAYERS:
            line = getattr(node, "lineno", 1)
            raise SourceTooLong(line, "too_many_layers", maximum=MAX_AUDIT_LAYERS)
        self.recorded.append(RecordedLayer(layer=layer, node=node))
        if not self.is_broken:
            try:
                shape = layer.step(self.shapes[-1], self.shapes).shape
                refuse_too_large(shape, self.shapes[0][0])
                self.shapes.append(shape)
            except LayerError:
                self.is_broken = True
        known = None if self.is_broken else self.shapes[-1]
        if known is None and layer.fixed_shape is not None:
            known = (self.shapes[0][0], *layer.fixed_shape)
        return TensorValue(index=len(self.recorded) - 1, shape=known)

    def record_module(self, module: LayerModule, tensor: TensorValue) -> TensorValue:
        """Record a torch module; returns its output."""
        if module.layer is not None:
            return self.record_layer(module.layer, tensor, module.node)
        if module.unflatten_arguments is not None:
            return self.unflatten(tensor, *module.unflatten_arguments, module.node)
        if module.is_norm and tensor.shape is not None and len(tensor.shape) < 3:
            refuse_line(module.node, "local_norm_of_vector")
        return self.record_activation_or_norm(
            module.activation_or_norm, tensor, norm=module.is_norm
        )

    def record_activation_or_norm(
        self, activation_or_norm: str, tensor: TensorValue, *, norm: bool = False
    ) -> TensorValue:
        """The same tensor; the name becomes the last layer's activation or norm if it has none."""
        if tensor.index == len(self.recorded) - 1 and self.recorded and activation_or_norm:
            recorded = self.recorded[-1]
            name = "norm" if norm else "activation"
            if getattr(recorded.layer, name) is None:
                values: dict[str, str] = {name: activation_or_norm[:100]}
                layer = replace(recorded.layer, **values)
                self.recorded[-1] = RecordedLayer(layer=layer, node=recorded.node)
        return tensor

    def join_tensors(
        self, tensors: Sequence[TensorValue], node: ast.AST, *, add: bool
    ) -> TensorValue:
        """The tensors concatenated along the channels, or added; one must be the last output.

        Tensors before it in the list are joined in reverse, so that the channels keep the list's
        order.

        Raises:
            SourceRefused: if none of them is the last output.
        """
        current = next((t for t in tensors if t.index == len(self.recorded) - 1), None)
        if current is None:
            refuse_line(node, "join_of_branches")
        position, kind = tensors.index(current), AddFromLayer if add else ConcatFromLayer
        for index in (*reversed(range(position)), *range(position + 1, len(tensors))):
            skip = kind(from_=tensors[index].index, skip_first=index < position)
            current = self.record_layer(skip, current, node)
        return current

    def reshape(
        self, tensor: TensorValue, shape: TensorShape, node: ast.AST, *, fold: bool = False
    ) -> TensorValue:
        """Record a reshape."""
        return self.record_layer(ReshapeLayer(shape=shape, fold_batch=fold), tensor, node)

    def unflatten(
        self, tensor: TensorValue, dim: int, sizes: TensorShape, node: ast.AST
    ) -> TensorValue:
        """Record the split of one axis into several.

        Raises:
            SourceRefused: if the axis does not exist or is the batch, or the shape is unknown.
        """
        if tensor.shape is None and dim != 1:
            refuse_line(node, "unflatten_after_failure")
        rank = 2 if tensor.shape is None else len(tensor.shape)
        if not dim % rank >= 1 or not -rank <= dim < rank:
            refuse_line(node, "no_axis_to_unflatten", axis=dim)
        before = tensor.shape or (0, 0)
        return self.reshape(
            tensor, (*before[1 : dim % rank], *sizes, *before[dim % rank + 1 :]), node
        )

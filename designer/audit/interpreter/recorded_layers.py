"""The layers that a source's tensor has passed through, in order, each with where it stands."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from designer.audit.interpreter.source_parser import SourceRefused, SourceTooLong, refuse_line
from designer.audit.interpreter.values import LayerModule, TensorValue
from designer.audit.ops.layer import Layer
from designer.audit.ops.layer_errors import LayerBreaks, Shape, refuse_size
from designer.audit.ops.linear_and_reshape import ReshapeLayer
from designer.audit.ops.skips import AddFromLayer, ConcatFromLayer
from designer.limits import MAX_AUDIT_LAYERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A layer and the node of the source that made it."""

    layer: Layer
    node: ast.AST


class Tape:
    """One pass of one tensor through a network, written down layer by layer."""

    def __init__(self, shape: Shape) -> None:
        self.placed: list[Placed] = []
        self.shapes: list[Shape] = [shape]
        self.broken = False
        self.cut: SourceRefused | None = None
        """Why the rest is not on the tape."""

    @property
    def start(self) -> TensorValue:
        """The input."""
        return TensorValue(index=-1, shape=self.shapes[0])

    def put(self, layer: Layer, tensor: TensorValue, node: ast.AST) -> TensorValue:
        """The tensor behind one more layer.

        Raises:
            SourceRefused: where the tensor is not the last one: a branch is more than a skip.
        """
        if tensor.index != len(self.placed) - 1:
            refuse_line(
                node,
                f"{layer.op} reads a tensor that other layers have read since: a branch, which a"
                " list of layers cannot hold (skips can only be concatenated or added)",
            )
        if len(self.placed) >= MAX_AUDIT_LAYERS:
            line = getattr(node, "lineno", 1)
            detail = f"a network has at most {MAX_AUDIT_LAYERS} layers"
            raise SourceTooLong(line, detail, maximum=MAX_AUDIT_LAYERS)
        self.placed.append(Placed(layer=layer, node=node))
        if not self.broken:
            try:
                shape = layer.step(self.shapes[-1], self.shapes).shape
                refuse_size(shape, self.shapes[0][0])
                self.shapes.append(shape)
            except LayerBreaks:
                self.broken = True
        known = None if self.broken else self.shapes[-1]
        if known is None and isinstance(layer, ReshapeLayer) and -1 not in layer.shape:
            known = (self.shapes[0][0], *layer.shape)
        return TensorValue(index=len(self.placed) - 1, shape=known)

    def pass_module(self, module: LayerModule, tensor: TensorValue) -> TensorValue:
        """The tensor behind a torch module."""
        if module.layer is not None:
            return self.put(module.layer, tensor, module.node)
        if module.unflattens is not None:
            return self.unflatten(tensor, *module.unflattens, module.node)
        if module.normalizes and tensor.shape is not None and len(tensor.shape) < 3:
            refuse_line(
                module.node,
                "a local response norm needs a map, it gets a vector: torch refuses that",
            )
        return self.mention(module.word, tensor, norm=module.normalizes)

    def mention(self, word: str, tensor: TensorValue, *, norm: bool = False) -> TensorValue:
        """The same tensor; the word becomes the last layer's activation or norm."""
        if tensor.index == len(self.placed) - 1 and self.placed and word:
            placed = self.placed[-1]
            name = "norm" if norm else "activation"
            if getattr(placed.layer, name) is None:
                values: dict[str, str] = {name: word[:100]}
                layer = replace(placed.layer, **values)
                self.placed[-1] = Placed(layer=layer, node=placed.node)
        return tensor

    def join(self, tensors: Sequence[TensorValue], node: ast.AST, *, add: bool) -> TensorValue:
        """The tensors concatenated along the channels, or added: one of them is the last one.

        Those before it are laid on from the nearest to the first, so that the channels keep the
        order of the list.

        Raises:
            SourceRefused: where none is.
        """
        now = next((t for t in tensors if t.index == len(self.placed) - 1), None)
        if now is None:
            refuse_line(node, "none of these tensors is the one that the last layer gave: a branch")
        place, kind = tensors.index(now), AddFromLayer if add else ConcatFromLayer
        for index in (*reversed(range(place)), *range(place + 1, len(tensors))):
            skip = kind(source=tensors[index].index, skip_first=index < place)
            now = self.put(skip, now, node)
        return now

    def reshape(
        self, tensor: TensorValue, shape: Shape, node: ast.AST, *, fold: bool = False
    ) -> TensorValue:
        """The tensor laid out anew."""
        return self.put(ReshapeLayer(shape=shape, fold_batch=fold), tensor, node)

    def unflatten(self, tensor: TensorValue, dim: int, sizes: Shape, node: ast.AST) -> TensorValue:
        """One axis of the tensor laid out as several."""
        if tensor.shape is None and dim != 1:
            refuse_line(node, "an Unflatten behind a layer that breaks cannot be followed")
        rank = 2 if tensor.shape is None else len(tensor.shape)
        if not dim % rank >= 1 or not -rank <= dim < rank:
            refuse_line(node, f"there is no axis {dim} to lay out, or it is the batch")
        before = tensor.shape or (0, 0)
        return self.reshape(
            tensor, (*before[1 : dim % rank], *sizes, *before[dim % rank + 1 :]), node
        )

"""The registry of ops: every class once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from designer.audit.ops.adaptive_pooling import AdaptivePoolLayer, GlobalPoolLayer
from designer.audit.ops.conv import ConvLayer
from designer.audit.ops.conv_transpose import ConvTransposeLayer
from designer.audit.ops.layer import AuditLayer, LayerFields
from designer.audit.ops.linear_and_reshape import FlattenLayer, LinearLayer, ReshapeLayer
from designer.audit.ops.norms import GroupNormLayer, InstanceNormLayer, LayerNormLayer, NormLayer
from designer.audit.ops.padding import CropLayer, PadLayer
from designer.audit.ops.pooling import AvgPoolLayer, MaxPoolLayer
from designer.audit.ops.skips import AddFromLayer, BranchFromLayer, ConcatFromLayer, ConcatLayer
from designer.audit.ops.upsampling import PixelShuffleLayer, UpsampleLayer

LAYER_CLASSES: Mapping[str, type[AuditLayer]] = {
    layer_class.op: layer_class
    for layer_class in (
        ConvLayer,
        ConvTransposeLayer,
        LinearLayer,
        ReshapeLayer,
        FlattenLayer,
        UpsampleLayer,
        PixelShuffleLayer,
        PadLayer,
        CropLayer,
        MaxPoolLayer,
        AvgPoolLayer,
        GlobalPoolLayer,
        AdaptivePoolLayer,
        ConcatLayer,
        ConcatFromLayer,
        AddFromLayer,
        BranchFromLayer,
        NormLayer,
        InstanceNormLayer,
        GroupNormLayer,
        LayerNormLayer,
    )
}
"""The class of each op."""


TorchCalls = Mapping[str, tuple[type[AuditLayer], Sequence[str]]]
"""The op and the arguments of modules or functions, by their name with {} for the number of axes."""

TORCH_MODULES: TorchCalls = {
    name: (layer_class, arguments.split())
    for layer_class in LAYER_CLASSES.values()
    for name, arguments in layer_class.torch_modules.items()
}

TORCH_FUNCTIONS: TorchCalls = {
    name: (layer_class, arguments.split())
    for layer_class in LAYER_CLASSES.values()
    for name, arguments in layer_class.torch_functions.items()
}

DECLARING_FIELDS = frozenset(
    name for layer_class in LAYER_CLASSES.values() for name in layer_class.declaring_fields
)
"""Fields that only declare the input of a layer."""


def build_audit_layer(fields: LayerFields) -> AuditLayer:
    """The layer that another op names.

    >>> build_audit_layer({"op": "linear", "in_features": 8, "out_features": 2}).step((2, 8), ()).shape
    (2, 2)
    """
    return LAYER_CLASSES[fields["op"]](
        **{name: value for name, value in fields.items() if name != "op"}
    )

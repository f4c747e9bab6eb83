"""Size formulas of modules, written out with their numbers."""

from __future__ import annotations

from designer.geometry.formula_text import describe_conv, describe_conv_transpose
from designer.networks.convolution_modules import ConvolutionModule
from designer.networks.label_modules import AveragePool
from designer.networks.network import PlacedModule
from designer.networks.resampling_modules import Crop, PixelShuffle, Upsample


def describe_sizes(placed: PlacedModule) -> tuple[str, ...]:
    """The size formula with its numbers, per axis; empty for a module that preserves sizes.

    >>> from designer.geometry.layers import FeatureMap
    >>> before = FeatureMap(channels=8, size=(4, 4))
    >>> module = PixelShuffle(factors=(2, 2))
    >>> describe_sizes(PlacedModule(name="main.1", module=module, before=before,
    ...                       after=module.output_map(before)))
    ('2·4 = 8', '2·4 = 8')
    """
    module, before, after = placed.module, placed.before.size, placed.after.size
    if isinstance(module, ConvolutionModule):
        describe = describe_conv_transpose if module.transposed else describe_conv
        windows = module.layer.windows
        return tuple(describe(window, i) for window, i in zip(windows, before, strict=True))
    if isinstance(module, AveragePool):
        pairs = zip(module.windows, before, strict=True)
        return tuple(describe_conv(window, i) for window, i in pairs)
    if isinstance(module, Upsample) and module.factors is None:
        return tuple(f"{i} → {o}" for i, o in zip(before, after, strict=True))
    if isinstance(module, Upsample | PixelShuffle):
        assert module.factors is not None
        axes = zip(module.factors, before, after, strict=True)
        return tuple(f"{factor}·{i} = {o}" for factor, i, o in axes)
    if isinstance(module, Crop):
        cuts = zip(module.amounts, before, after, strict=True)
        return tuple(f"{i} − {first} − {last} = {o}" for (first, last), i, o in cuts)
    return ()

"""Layers of a network, and the other expressions of a source that differ between designs."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, keywords, name

LAYERS: dict[str, Rule] = {
    "_Convolution": name(
        "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"
    ),
    "_BatchNorm": name("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"),
    "_InstanceNorm": name("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"),
    "_ZeroPad": name("ZeroPad1d", "ZeroPad2d", "ZeroPad3d"),
    "_AvgPool": name("AvgPool1d", "AvgPool2d", "AvgPool3d"),
    "_Conv": name("Conv1d", "Conv2d", "Conv3d"),
    "_OwnShuffle": name("PixelShuffle1d", "PixelShuffle2d", "PixelShuffle3d"),
    "_start": name("latent_dim", "initial_channels"),
    "_output": name("probability", "logit", "score"),
    "_sizes": expression("_int", "(_int,)", "(_int, _int)", "(_int, _int, _int)"),
    "_tuple": expression("(_int,)", "(_int, _int)", "(_int, _int, _int)"),
    "_width": expression("width[_int]"),
    "_window": keywords(
        "stride=_sizes",
        "padding=_sizes",
        "output_padding=_sizes",
        "dilation=_sizes",
        "groups=_width",
        "bias=False",
    ),
    "_given": name("initial_channels", "input_channels"),
    "_in": expression("_width", "channels", "latent_dim", "2 * latent_dim", "_given"),
    "_out": expression(
        "_width", "_width * _int", "channels", "channels * _int", "_start", "2 * _start", "1"
    ),
    "_one_convolution": expression("nn._Convolution(_in, _out, _sizes, **_window)"),
    "_convolution": expression("_one_convolution", "spectral_norm(_one_convolution)"),
    "_cut": expression("0", "-_int"),
    "_cuts": expression(
        "(_cut, _cut)",
        "(_cut, _cut, _cut, _cut)",
        "(_cut, _cut, _cut, _cut, _cut, _cut)",
    ),
    "_shape": expression("(_width, _int)", "(_width, _int, _int)", "(_width, _int, _int, _int)"),
    "_step": keywords(
        "size=_sizes",
        "factor=_sizes",
        "kernel_size=_sizes",
        "stride=_sizes",
        "padding=_sizes",
        "output_padding=_sizes",
        "dilation=_sizes",
        "margin=_sizes",
        "crop=_cuts",
    ),
    "_linear": expression(
        "nn.Linear(_in, _out)",
        "nn.Linear(_in, _out, bias=False)",
        "spectral_norm(nn.Linear(_in, _out))",
    ),
    "_block": expression(
        "up_block(_width, _width, **_step)",
        "same_block(_width)",
        "first_block(channels, _width, **_step)",
        "down_block(_width, _width, **_step)",
        "flat_block(_width, _width)",
        "block(_width)",
        "change_channels(_width, _width)",
    ),
    "_layer": expression(
        "_convolution",
        "_linear",
        "_block",
        "nn.Flatten()",
        "nn.Unflatten(1, _shape)",
        "SumPool()",
        "Basis(_width, _tuple)",
        "InterpolatingUpsample(**_step)",
        "InterpolatingDownsample(**_step)",
        "Attention(_width)",
        "Attention(_width, spectral=True)",
        "nn._BatchNorm(_width)",
        "nn._InstanceNorm(_width, affine=True)",
        "nn.GroupNorm(1, _width)",
        "nn.GroupNorm(group_count(_width), _width_again)",
        "nn.ReLU(inplace=True)",
        "nn.LeakyReLU(_float, inplace=True)",
        "nn.Tanh()",
        "nn.Sigmoid()",
        "nn.Upsample(scale_factor=_sizes)",
        "nn.Upsample(size=_sizes)",
        "nn.PixelShuffle(_int)",
        "_OwnShuffle(_sizes)",
        "nn._ZeroPad(_cuts)",
    ),
    "_embedding": expression(
        "nn.Embedding(_int, _width)", "spectral_norm(nn.Embedding(_int, _width))"
    ),
    "_pool": expression(
        "nn._AvgPool(_sizes, stride=1)", "nn._AvgPool(_sizes, stride=1, padding=_sizes)"
    ),
    "_label": expression(
        "self.embedding(labels)[:, :, None]",
        "self.embedding(labels)[:, :, None, None]",
        "self.embedding(labels)[:, :, None, None, None]",
    ),
    "_total": expression("real + match", "self.sigmoid(real + match)"),
    "_result": expression("_output_again", "_output_again.flatten()"),
    "_convolutions": expression(
        "nn._Convolution",
        "(nn._Convolution, nn._Convolution)",
        "(nn._Convolution, nn.Linear)",
        "(nn._Convolution, nn._Convolution, nn.Linear)",
    ),
    "_norm": expression("nn._BatchNorm", "nn._InstanceNorm", "nn.GroupNorm"),
    "_norms": expression("_norm", "(_norm, _norm)"),
}
"""Holes for names and expressions."""

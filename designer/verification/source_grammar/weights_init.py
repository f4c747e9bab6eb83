"""The function ``weights_init``: its branches, the last one first.

It draws layer by layer, or all convolutions of a network where one is drawn by fan-in.
"""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, statements

_DRAWS_BY_LAYER: dict[str, Rule] = {
    "_discriminator_labels": statements(
        "",
        """
        if isinstance(module, Discriminator):
            nn.init.normal_(module.embedding.weight, _float, _float)
        """,
    ),
    "_labels": statements(
        "_discriminator_labels",
        """
        if isinstance(module, Generator):
            nn.init.normal_(module.embedding.weight)
        else:
            _discriminator_labels
        """,
    ),
    "_copy_kernels": statements(
        """
        with torch.no_grad():
            conv.weight.copy_(conv.weight[::pixels].repeat_interleave(pixels, dim=0))
        """,
    ),
    "_equal_kernels": statements(
        """
        if isinstance(conv, nn._Conv) and isinstance(shuffle, nn.PixelShuffle):
            pixels = shuffle.upscale_factor**2
            _copy_kernels
        """,
        """
        if isinstance(conv, nn._Conv) and isinstance(shuffle, _OwnShuffle):
            pixels = shuffle.pixels
            _copy_kernels
        """,
        """
        if isinstance(conv, nn._Conv) and isinstance(shuffle, (nn.PixelShuffle, _OwnShuffle)):
            pixels = shuffle.upscale_factor**2 if isinstance(shuffle, nn.PixelShuffle) else shuffle.pixels
            _copy_kernels
        """,
    ),
    "_shuffles": statements(
        "_labels",
        """
        if isinstance(module, nn.Sequential):
            layers = list(module)
            for conv, shuffle in zip(layers, layers[1:], strict=False):
                _equal_kernels
        else:
            _labels
        """,
        """
        if isinstance(module, (nn.Sequential, ConditionalSequential)):
            layers = list(module.children())
            for conv, shuffle in zip(layers, layers[1:], strict=False):
                _equal_kernels
        else:
            _labels
        """,
    ),
    "_tables": statements(
        "_shuffles",
        """
        if isinstance(module, ConditionalBatchNorm):
            nn.init.ones_(module.gain.weight)
            nn.init.zeros_(module.bias.weight)
        else:
            _shuffles
        """,
    ),
    "_gains": statements(
        "_tables",
        """
        if isinstance(module, Attention):
            nn.init.zeros_(module.gain)
        else:
            _tables
        """,
    ),
    "_norm_weights": statements(
        "_gains",
        """
        if isinstance(module, _norms):
            nn.init.normal_(module.weight, _float, _float)
            nn.init.zeros_(module.bias)
        else:
            _gains
        """,
        """
        if isinstance(module, _norms) and module.affine:
            nn.init.normal_(module.weight, _float, _float)
            nn.init.zeros_(module.bias)
        else:
            _gains
        """,
    ),
    "_kernels": statements(
        "nn.init.normal_(module.weight, _float, _float)",
        """
        if not is_parametrized(module):
            nn.init.normal_(module.weight, _float, _float)
        """,
    ),
    "_bias": statements(
        "",
        """
        if module.bias is not None:
            nn.init.zeros_(module.bias)
        """,
    ),
    "_convolution_weights": statements(
        """
        if isinstance(module, _convolutions):
            _kernels
            _bias
        else:
            _norm_weights
        """,
    ),
}

_DRAWS_BY_NETWORK: dict[str, Rule] = {
    "_variance": expression("_int", "_int / (_int + _float**_int)"),
    "_last_variance": expression("_int", "_float**_int"),
    "_stem": statements("draw(stem, _variance / stem.in_channels)"),
    "_layers_by_fan_in": statements(
        """
        for layer in hidden:
            draw(layer, _variance / fan_in(layer))
        draw(last, _last_variance / fan_in(last))
        """,
    ),
    "_layer_draws": statements(
        """
        for layer in convolutions(module):
            draw(layer, _float**_int)
        """,
        """
        for layer in convolutions(module):
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        """,
        """
        *hidden, last = convolutions(module)
        _layers_by_fan_in
        """,
        """
        stem, *hidden, last = convolutions(module)
        _stem
        _layers_by_fan_in
        """,
    ),
    "_label_draws": statements(
        "",
        "nn.init.normal_(module.embedding.weight)",
        "nn.init.normal_(module.embedding.weight, _float, _float)",
        "nn.init.normal_(module.embedding.weight, _float, (_int / module.embedding.embedding_dim) ** _float)",
    ),
    "_alike": statements(
        "",
        """
        layers = list(module.main)
        for conv, shuffle in zip(layers, layers[1:], strict=False):
            _equal_kernels
        """,
    ),
    "_encoder_draws": statements(
        "",
        """
        if isinstance(module, Encoder):
            _layer_draws
        """,
    ),
    "_discriminator_draws": statements(
        "_encoder_draws",
        """
        if isinstance(module, Discriminator):
            _layer_draws
            _label_draws
        else:
            _encoder_draws
        """,
    ),
    "_generator_draws": statements(
        """
        if isinstance(module, Generator):
            _layer_draws
            _label_draws
            _alike
        else:
            _discriminator_draws
        """,
    ),
    "_linear_layers": expression(
        "[convolutions(up)[0] for up in module.up]",
        "[layer for up in module.up for layer in convolutions(up)[:_int]]",
    ),
    "_alike_up": statements(
        "",
        """
        for up in module.up:
            layers = list(up.modules())
            for conv, shuffle in zip(layers, layers[1:], strict=False):
                _equal_kernels
        """,
    ),
    "_unet_draws": statements(
        """
        if isinstance(module, UNet):
            *hidden, last = convolutions(module)
            linear = _linear_layers
            for layer in hidden:
                draw(layer, (_int if layer in linear else _int) / fan_in(layer))
            draw(last, _last_variance / fan_in(last))
            _alike_up
        """,
    ),
    "_drawn_networks": statements("_generator_draws", "_unet_draws"),
    "_network_draws": statements(
        "_drawn_networks",
        """
        if isinstance(module, _norms):
            nn.init.normal_(module.weight, _float, _float)
            nn.init.zeros_(module.bias)
        else:
            _drawn_networks
        """,
    ),
}

WEIGHTS_INIT = (
    _DRAWS_BY_LAYER
    | _DRAWS_BY_NETWORK
    | {
        "_draws": statements("_convolution_weights", "_network_draws"),
        "_weights_init": statements(
            """
            def weights_init(module: nn.Module) -> None:
                _str
                _draws
            """,
            """
            def weights_init(module: nn.Module) -> None:
                _str
                if isinstance(module, ParametrizationList):
                    nn.init.normal_(module.original, _float, _float)
                else:
                    _draws
            """,
        ),
    }
)
"""Holes for statements."""

"""The function ``weights_init``: its branches, the last one first."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, statements

WEIGHTS_INIT: dict[str, Rule] = {
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
    ),
    "_norm_weights": statements(
        "_shuffles",
        """
        if isinstance(module, _norms):
            nn.init.normal_(module.weight, _float, _float)
            nn.init.zeros_(module.bias)
        else:
            _shuffles
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
    "_weights_init": statements(
        """
        def weights_init(module: nn.Module) -> None:
            _str
            _convolution_weights
        """,
        """
        def weights_init(module: nn.Module) -> None:
            _str
            if isinstance(module, ParametrizationList):
                nn.init.normal_(module.original, _float, _float)
            else:
                _convolution_weights
        """,
    ),
}
"""Holes for statements."""

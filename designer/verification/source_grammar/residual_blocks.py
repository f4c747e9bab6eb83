"""The blocks of residual networks: the class ``Block``, and a function for each kind of block."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, statements

_FUNCTION = """
_str
body = _sequence(*_part)
shortcut = _path
return Block(body, shortcut)
"""


def _function(*signatures: str, optional: bool = True) -> Rule:
    """A function of one of these signatures; perhaps there is none."""
    body = _FUNCTION.strip().replace("\n", "\n    ")
    made = (f"def {signature} -> Block:\n    {body}\n" for signature in signatures)
    return statements(*([""] if optional else []), *made)


_WINDOW = "kernel_size: _number, stride: _number, padding: _number"
_CHANNELS = "before: int, after: int"

RESIDUAL_BLOCKS: dict[str, Rule] = {
    "_number": expression("int", "tuple[int]", "tuple[int, int]", "tuple[int, int, int]"),
    "_sequence": expression("nn.Sequential", "ConditionalSequential"),
    "_ends": expression(
        "tuple[int, int]",
        "tuple[int, int, int, int]",
        "tuple[int, int, int, int, int, int]",
    ),
    "_channels": expression("before", "after", "channels"),
    "_made": expression(
        "_channels",
        "after * factor",
        "after * factor**_int",
        "after * torch.Size(factor).numel()",
    ),
    "_one_part": expression(
        "nn._Convolution(_channels, _made, _int)",
        "nn._Convolution(_channels, _made, _int, padding=_int)",
        "nn._Convolution(_channels, _made, _int, padding=padding)",
        "nn._Convolution(_channels, _made, _int, padding=margin)",
        "nn._Convolution(_channels, after, kernel_size, stride, padding)",
        "nn._Convolution(_channels, after, kernel_size, stride, padding, dilation=dilation)",
        "nn._Convolution(_channels, after, kernel_size, stride, padding, output_padding)",
        "nn._Convolution(_channels, after, kernel_size, stride, padding, output_padding,"
        " dilation=dilation)",
    ),
    "_part": expression(
        "_one_part",
        "spectral_norm(_one_part)",
        "nn._BatchNorm(_channels)",
        "ConditionalBatchNorm(_channels)",
        "nn._InstanceNorm(_channels, affine=True)",
        "nn.GroupNorm(1, _channels)",
        "nn.GroupNorm(group_count(_channels), _channels_again)",
        "nn.ReLU()",
        "nn.ReLU(inplace=True)",
        "nn.Upsample(size=size)",
        "nn.PixelShuffle(factor)",
        "_OwnShuffle(factor)",
        "nn._ZeroPad(crop)",
        "nn._AvgPool(kernel_size, stride, padding)",
    ),
    "_path": expression(
        "nn.Sequential(*_part)",
        "_part",
        "nn.Identity()",
        "nn.Identity() if before == after else _part",
    ),
    "_up_block": _function(
        f"up_block({_CHANNELS}, size: _number)",
        f"up_block({_CHANNELS}, factor: _number)",
        f"up_block({_CHANNELS}, factor: _number, padding: _number, margin: _number, crop: _ends)",
        f"up_block({_CHANNELS}, {_WINDOW}, output_padding: _number)",
        f"up_block({_CHANNELS}, {_WINDOW}, output_padding: _number, dilation: _number)",
        optional=False,
    ),
    "_same_block": _function("same_block(channels: int)"),
    "_down_block": _function(
        f"down_block({_CHANNELS}, {_WINDOW})",
        f"down_block({_CHANNELS}, {_WINDOW}, dilation: _number)",
    ),
    "_first_block": _function(
        f"first_block({_CHANNELS}, {_WINDOW})",
        f"first_block({_CHANNELS}, {_WINDOW}, dilation: _number)",
    ),
    "_flat_block": _function(f"flat_block({_CHANNELS})"),
    "_block_functions": statements(
        """
        _up_block
        _same_block
        _first_block
        _down_block
        _flat_block
        """,
    ),
    "_block_class": statements(
        """
        class Block(nn.Module):
            _str

            def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
                super().__init__()
                self.body = body
                self.shortcut = shortcut

            def forward(self, value: torch.Tensor) -> torch.Tensor:
                total: torch.Tensor = self.body(value) + self.shortcut(value)
                return total
        """,
    ),
    "_blocks": statements(
        "",
        """
        _block_class
        _block_functions
        """,
        """
        class Block(nn.Module):
            _str

            def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
                super().__init__()
                self.body = body
                self.shortcut = shortcut

            def forward(self, value: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
                total: torch.Tensor = self.body(value, *labels) + self.shortcut(value)
                return total

        _conditional_classes
        _block_functions
        """,
    ),
}
"""Holes for expressions and statements."""

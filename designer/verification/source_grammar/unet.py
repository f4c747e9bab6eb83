"""The class of an encoder–decoder with skips, the class of a step up, and the function of its bodies."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, expression, statements

UNET: dict[str, Rule] = {
    "_before_or_after": expression("before", "after"),
    "_kept_convolution": expression(
        "nn._Conv(_before_or_after, after, _int, padding=_int)",
        "nn._Conv(_before_or_after, after, _int)",
    ),
    "_norm_of_body": expression(
        "nn._BatchNorm(_before_or_after)",
        "nn._InstanceNorm(_before_or_after, affine=True)",
        "nn.GroupNorm(1, _before_or_after)",
        "nn.GroupNorm(group_count(_before_or_after), _before_or_after_again)",
    ),
    "_residual_part": expression("_kept_convolution", "_norm_of_body", "nn.ReLU(inplace=True)"),
    "_add_norm": statements(
        "",
        "layers.append(nn._BatchNorm(after))",
        "layers.append(nn._InstanceNorm(after, affine=True))",
        "layers.append(nn.GroupNorm(1, after))",
        "layers.append(nn.GroupNorm(group_count(after), after))",
    ),
    "_add_convolution": statements(
        "layers.append(nn._Conv(channels, after, _int, padding=_int))",
        "layers.append(nn._Conv(channels, after, _int, padding=_int, bias=False))",
    ),
    "_body_function": statements(
        """
        def body(before: int, after: int, count: int) -> list[nn.Module]:
            _str
            layers: list[nn.Module] = []
            for channels in (before, *[after] * (count - 1)):
                _add_convolution
                _add_norm
                layers.append(nn.ReLU(inplace=True))
            return layers
        """,
        """
        _block_class

        def block(before: int, after: int) -> Block:
            _str
            body = nn.Sequential(*_residual_part)
            shortcut = nn.Identity() if before == after else _kept_convolution
            return Block(body, shortcut)

        def body(before: int, after: int, count: int) -> list[nn.Module]:
            _str
            return [block(before, after), *(block(after, after) for _ in range(count - 1))]
        """,
    ),
    "_larger": expression(
        "self.enlarge(features)",
        "self.enlarge(features, output_size=skip.shape[2:])",
        "self.enlarge(nn.functional.interpolate(features, size=skip.shape[2:]))",
    ),
    "_join": expression("skip + larger", "torch.cat((skip, larger), dim=1)"),
    "_up_class": statements(
        """
        class Up(nn.Module):
            _str

            def __init__(self, enlarge: nn.Module, body: nn.Module) -> None:
                super().__init__()
                self.enlarge = enlarge
                self.body = body

            def forward(self, features: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
                larger = _larger
                joined: torch.Tensor = self.body(_join)
                return joined
        """,
    ),
    "_body_channels": expression("_width", "2 * _width", "input_channels", "initial_channels"),
    "_unet_layer": expression(
        "_layer",
        "*body(_body_channels, _body_channels, _int)",
    ),
    "_enlarging": expression("_layer", "nn.Sequential(*_layer)"),
    "_step_up": expression("Up(_enlarging, nn.Sequential(*_unet_layer))"),
    "_stage_down": expression("nn.Sequential(*_unet_layer)"),
    "_size_check": statements(
        "",
        """
        sides = _tuple
        if image.shape[2:] != sides:
            raise ValueError(f"the sides must be {sides}, got {tuple(image.shape[2:])}")
        """,
        """
        least = _int
        if min(image.shape[2:]) < least:
            raise ValueError(f"each side must be at least {least}, got {tuple(image.shape[2:])}")
        """,
        """
        least = _tuple
        if any(side < low for side, low in zip(image.shape[2:], least, strict=True)):
            raise ValueError(f"the sides must be at least {least}, got {tuple(image.shape[2:])}")
        """,
    ),
    "_added": expression(
        "[more for side in reversed(size) for more in (0, -side % _int)]",
        "[more for side, factor in zip(reversed(size), _tuple, strict=True) for more in (0, -side % factor)]",
    ),
    "_start_of_features": statements(
        """
        skips: list[torch.Tensor] = []
        features = image
        """,
        """
        size = image.shape[2:]
        added = _added
        features = nn.functional.pad(image, added)
        skips: list[torch.Tensor] = []
        """,
    ),
    "_cropped": expression(
        "output",
        "output[:, :, : size[0]].contiguous()",
        "output[:, :, : size[0], : size[1]].contiguous()",
        "output[:, :, : size[0], : size[1], : size[2]].contiguous()",
    ),
    "_unet_parts": statements(
        """
        _body_function
        _up_class
        """,
    ),
    "_unet": statements(
        """
        class UNet(nn.Module):
            _str

            def __init__(self, initial_channels: int = _int, input_channels: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                super().__init__()
                width = [min(base_channels * 2**k, _int) for k in range(_int)]
                self.down = nn.ModuleList([*_stage_down])
                self.middle = nn.Sequential(*_unet_layer)
                self.up = nn.ModuleList([*_step_up])
                self.head = nn.Sequential(*_layer)

            def forward(self, image: torch.Tensor) -> torch.Tensor:
                _size_check
                _start_of_features
                for stage in self.down:
                    features = stage(features)
                    skips.append(features)
                features = self.middle(skips.pop())
                for up in self.up:
                    features = up(features, skips.pop())
                output: torch.Tensor = self.head(features)
                return _cropped
        """,
    ),
}
"""Holes for expressions and statements."""

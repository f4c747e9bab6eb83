"""Encoder–decoders with skips, as people write them; and tiny ones with windows of many kinds."""

from __future__ import annotations

UNET = """import torch
import torch.nn as nn
import torch.nn.functional as F


class DoubleConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True),
            nn.Conv2d(o, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.up = nn.ConvTranspose2d(i, i // 2, kernel_size=2, stride=2)
        self.conv = DoubleConv(i, o)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    def __init__(self, widths=WIDTHS):
        super().__init__()
        self.inc = DoubleConv(1, widths[0])
        self.downs = nn.ModuleList(DoubleConv(i, o) for i, o in zip(widths, widths[1:]))
        self.ups = nn.ModuleList(Up(i, o) for i, o in [*zip(widths[1:], widths)][::-1])
        self.outc = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x):
        skips = [self.inc(x)]
        for down in self.downs:
            skips.append(down(F.max_pool2d(skips[-1], 2)))
        x = skips.pop()
        for up in self.ups:
            x = up(x, skips.pop())
        return self.outc(x)


net = UNet()
"""
"""A U-Net with one level less than there are widths."""

SEGMENTATION = """import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.stages = nn.ModuleList(nn.Conv2d(i, o, 3, 2, 1) for i, o in zip((1, *widths), widths))

    def forward(self, x):
        features = []
        for stage in self.stages:
            x = torch.relu(stage(x))
            features.append(x)
        return features


class Block(nn.Module):
    def __init__(self, i, skip, o):
        super().__init__()
        self.conv = nn.Conv2d(i + skip, o, 3, padding=1)

    def forward(self, x, skip=None):
        x = F.interpolate(x, scale_factor=2, mode="nearest")
        if skip is not None:
            x = torch.cat([x, skip], dim=1)
        return torch.relu(self.conv(x))


class Unet(nn.Module):
    def __init__(self, widths=(2, 2, 3, 3, 4)):
        super().__init__()
        self.encoder = Encoder(widths)
        self.blocks = nn.ModuleList(
            Block(i, skip, o) for i, skip, o in zip((4, 3, 3, 2, 2), (3, 3, 2, 2, 0), (3, 3, 2, 2, 2))
        )
        self.head = nn.Conv2d(2, 1, 3, padding=1)

    def check_input_shape(self, x):
        h, w = x.shape[-2:]
        if h % 32 != 0 or w % 32 != 0:
            raise RuntimeError(f"Wrong input shape height={h}, width={w}: not divisible by 32.")

    def forward(self, x):
        self.check_input_shape(x)
        x, *skips = self.encoder(x)[::-1]
        for i, block in enumerate(self.blocks):
            x = block(x, skips[i] if i < len(skips) else None)
        return self.head(x)


net = Unet()
"""
"""A decoder with skips on an encoder of five strides; the last step of the decoder has no skip."""

SEGMENTATION_UNCHECKED = SEGMENTATION.replace("        self.check_input_shape(x)\n", "")

TINY = """import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 2, 3, padding=1)
        self.down1 = DOWN
        self.down2 = DOWN
        self.up2 = UP
        self.up1 = UP

    def forward(self, x):
        first = self.a(x)
        second = self.down1(first)
        y = self.up2(self.down2(second))
        y = JOIN2
        return JOIN1


net = Net()
"""


def tiny(down: str, up: str, join: str = "torch.cat([{up}, {skip}], 1)") -> str:
    """Two levels; joins are of an up-step and its skip."""
    second = join.format(up="y", skip="second")
    first = join.format(up="self.up1(y[:, :2])", skip="first")
    text = TINY.replace("DOWN", down).replace("UP", up)
    return text.replace("JOIN2", second).replace("JOIN1", first)


TINY_TEXTS = {
    "pooling and kernel 2": tiny("nn.MaxPool2d(2)", "nn.ConvTranspose2d(2, 2, 2, 2)"),
    "kernel 3 rounds up": tiny(
        "nn.Conv2d(2, 2, 3, 2, 1)",
        "nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)",
    ),
    "kernel 4 and a sum": tiny(
        "nn.Conv2d(2, 2, 4, 2, 1)", "nn.ConvTranspose2d(2, 2, 4, 2, 1)", "{up} + {skip}"
    ),
    "kernel 3 meets odd sizes": tiny(
        "nn.Conv2d(2, 2, 3, 2, 1)", "nn.ConvTranspose2d(2, 2, 3, 2, 1)"
    ),
    "stride 3": tiny("nn.Conv2d(2, 2, 3, 3)", "nn.ConvTranspose2d(2, 2, 3, 3)"),
    "one axis": tiny("nn.MaxPool2d((1, 2))", "nn.ConvTranspose2d(2, 2, (1, 2), (1, 2))"),
    "strides by axis": tiny(
        "nn.Conv2d(2, 2, 3, (2, 1), 1)", "nn.ConvTranspose2d(2, 2, (4, 3), (2, 1), 1)"
    ),
    "unpadded kernels": tiny("nn.Conv2d(2, 2, 5, 2)", "nn.ConvTranspose2d(2, 2, 5, 2)"),
    "a crop of the skip": tiny(
        "nn.Conv2d(2, 2, 3, 2, 1)",
        "nn.ConvTranspose2d(2, 2, 3, 2, 1)",
        "torch.cat([{up}, {skip}[:, :, : {up}.shape[2], : {up}.shape[3]]], 1)",
    ),
    "a size from the skip": tiny(
        "nn.MaxPool2d(2)",
        "nn.Identity()",
        "torch.cat([F.interpolate({up}, size={skip}.shape[2:]), {skip}], 1)",
    ),
}
"""Networks of two levels: strided windows and the joins, of which some meet at every size."""

ONE_SIZE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(1, 2, 4, 2, 1)
        self.mix = nn.Linear(2 * 8 * 8, 2 * 8 * 8)
        self.up = nn.ConvTranspose2d(2, 1, 4, 2, 1)

    def forward(self, x):
        y = self.down(x)
        y = self.mix(y.flatten(1)).view(-1, 2, 8, 8)
        return torch.cat([self.up(y), x], 1)


net = Net()
"""
"""A skip around a linear layer: 16×16 only."""

FIXED_CROP = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2)

    def forward(self, x):
        return torch.cat([self.up(self.down(x)), x[..., :12, :12]], 1)


net = Net()
"""
"""A skip cut to 12×12: sizes below 12 run if they are even, and none above 13."""

BROADCAST = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(1, 1, 3, 2, 1)
        self.up = nn.ConvTranspose2d(1, 1, 3, 2, 1)

    def forward(self, x):
        return x + self.up(self.down(x))


net = Net()
"""
"""Odd sizes run; at 2, torch repeats a map of one position."""

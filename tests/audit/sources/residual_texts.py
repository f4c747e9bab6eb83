"""Residual networks as people write them: SNGAN's, blocks in a Sequential, in a loop, and others."""

from __future__ import annotations

SNGAN = """
import torch
import torch.nn.functional as F
from torch import nn


class GBlock(nn.Module):
    def __init__(self, in_ch, out_ch, upsample=False):
        super().__init__()
        self.upsample = upsample
        self.bn1 = nn.BatchNorm2d(in_ch)
        self.c1 = nn.Conv2d(in_ch, out_ch, 3, 1, 1)
        self.bn2 = nn.BatchNorm2d(out_ch)
        self.c2 = nn.Conv2d(out_ch, out_ch, 3, 1, 1)
        self.learnable = in_ch != out_ch or upsample
        if self.learnable:
            self.sc = nn.Conv2d(in_ch, out_ch, 1)

    def shortcut(self, x):
        if self.learnable:
            x = F.interpolate(x, scale_factor=2) if self.upsample else x
            x = self.sc(x)
        return x

    def residual(self, x):
        h = F.relu(self.bn1(x))
        if self.upsample:
            h = F.interpolate(h, scale_factor=2)
        h = self.c1(h)
        return self.c2(F.relu(self.bn2(h)))

    def forward(self, x):
        return self.residual(x) + self.shortcut(x)


class Generator(nn.Module):
    def __init__(self, nz=16, ngf=32, bottom_width=4):
        super().__init__()
        self.bottom_width = bottom_width
        self.l1 = nn.Linear(nz, bottom_width ** 2 * ngf)
        self.block2 = GBlock(ngf, ngf >> 1, upsample=True)
        self.block3 = GBlock(ngf >> 1, ngf >> 2, upsample=True)
        self.block4 = GBlock(ngf >> 2, ngf >> 3, upsample=True)
        self.b5 = nn.BatchNorm2d(ngf >> 3)
        self.c5 = nn.Conv2d(ngf >> 3, 3, 3, 1, padding=1)

    def forward(self, x):
        h = self.l1(x)
        h = h.view(x.shape[0], -1, self.bottom_width, self.bottom_width)
        h = self.block2(h)
        h = self.block3(h)
        h = self.block4(h)
        h = F.relu(self.b5(h))
        return torch.tanh(self.c5(h))


class DBlock(nn.Module):
    def __init__(self, in_ch, out_ch, downsample=False):
        super().__init__()
        self.c1 = nn.utils.spectral_norm(nn.Conv2d(in_ch, in_ch, 3, 1, 1))
        self.c2 = nn.utils.spectral_norm(nn.Conv2d(in_ch, out_ch, 3, 1, 1))
        self.downsample = downsample
        self.learnable = in_ch != out_ch or downsample
        if self.learnable:
            self.sc = nn.utils.spectral_norm(nn.Conv2d(in_ch, out_ch, 1))

    def forward(self, x):
        h = self.c2(F.relu(self.c1(F.relu(x))))
        if self.downsample:
            h = F.avg_pool2d(h, 2)
        if self.learnable:
            x = self.sc(x)
            if self.downsample:
                x = F.avg_pool2d(x, 2)
        return h + x


class Discriminator(nn.Module):
    def __init__(self, ndf=8):
        super().__init__()
        self.block1 = DBlock(3, ndf, downsample=True)
        self.block2 = DBlock(ndf, ndf << 1, downsample=True)
        self.block3 = DBlock(ndf << 1, ndf << 2, downsample=True)
        self.block4 = DBlock(ndf << 2, ndf << 2)
        self.l5 = nn.utils.spectral_norm(nn.Linear(ndf << 2, 1))

    def forward(self, x):
        h = self.block1(x)
        h = self.block2(h)
        h = self.block3(h)
        h = self.block4(h)
        h = torch.sum(F.relu(h), dim=(2, 3))
        return self.l5(h)


netG = Generator()
netD = Discriminator()
"""

SEQUENTIAL = """
class ResBlockGenerator(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, 1, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, padding=1)
        self.model = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            self.conv1,
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            self.conv2,
        )
        self.bypass = nn.Sequential()
        if stride != 1:
            self.bypass = nn.Upsample(scale_factor=2)

    def forward(self, x):
        return self.model(x) + self.bypass(x)


class Generator(nn.Module):
    def __init__(self, z_dim, GEN_SIZE=16):
        super().__init__()
        self.z_dim = z_dim
        self.size = GEN_SIZE
        self.dense = nn.Linear(self.z_dim, 4 * 4 * GEN_SIZE)
        self.final = nn.Conv2d(GEN_SIZE, 3, 3, stride=1, padding=1)
        self.model = nn.Sequential(
            ResBlockGenerator(GEN_SIZE, GEN_SIZE, stride=2),
            ResBlockGenerator(GEN_SIZE, GEN_SIZE, stride=2),
            ResBlockGenerator(GEN_SIZE, GEN_SIZE, stride=2),
            nn.BatchNorm2d(GEN_SIZE),
            nn.ReLU(),
            self.final,
            nn.Tanh(),
        )

    def forward(self, z):
        return self.model(self.dense(z).view(-1, self.size, 4, 4))


generator = Generator(16)
"""

LOOP = """
class Up(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(a), nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2d(a, b, 3, padding=1)
        )
        self.skip = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(a, b, 1))

    def forward(self, x):
        return self.body(x) + self.skip(x)


class G(nn.Module):
    def __init__(self, latent=16, widths=(32, 16, 8, 4)):
        super().__init__()
        self.fc = nn.Linear(latent, widths[0] * 16)
        self.width = widths[0]
        self.blocks = nn.Sequential(*[Up(a, b) for a, b in zip(widths, widths[1:])])
        self.out = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, z):
        h = self.fc(z).view(-1, self.width, 4, 4)
        return torch.tanh(self.out(torch.relu(self.blocks(h))))


g = G()
"""

CLASSIFIER = """
class Basic(nn.Module):
    def __init__(self, a, b, s=1):
        super().__init__()
        self.conv1 = nn.Conv2d(a, b, 3, s, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(b)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(b)
        self.downsample = None
        if s != 1 or a != b:
            self.downsample = nn.Sequential(nn.Conv2d(a, b, 1, s, bias=False), nn.BatchNorm2d(b))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Basic(8, 8), Basic(8, 8))
        self.layer2 = nn.Sequential(Basic(8, 16, 2), Basic(16, 16))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))


net = ResNet()
"""

UNET = """
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.down = nn.Conv2d(8, 16, 4, 2, 1)
        self.up = nn.ConvTranspose2d(16, 8, 4, 2, 1)
        self.out = nn.Conv2d(16, 3, 3, padding=1)

    def forward(self, x):
        a = self.first(x)
        return self.out(torch.cat([self.up(torch.relu(self.down(a))), a], 1))


net = UNet()
"""

ATTENTION = """
class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.q = nn.Conv2d(c, c // 8, 1)
        self.k = nn.Conv2d(c, c // 8, 1)
        self.v = nn.Conv2d(c, c, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        n, c, h, w = x.shape
        q = self.q(x).view(n, -1, h * w).permute(0, 2, 1)
        k = self.k(x).view(n, -1, h * w)
        a = torch.softmax(torch.bmm(q, k), -1)
        v = self.v(x).view(n, c, h * w)
        return self.gamma * torch.bmm(v, a.permute(0, 2, 1)).view(n, c, h, w) + x


class S(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 32 * 16)
        self.net = nn.Sequential(
            Up(32, 16), Attention(16), Up(16, 8), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1)
        )

    def forward(self, z):
        return self.net(self.fc(z).view(-1, 32, 4, 4))


s = S()
"""

SAGAN = LOOP.replace("g = G()\n", "") + ATTENTION

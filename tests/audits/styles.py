"""A dozen ways in which people write their networks, written anew.

Each is (input shape, shape of one sample at the end, text); the text makes ``network``, a class or
a module.
"""

from __future__ import annotations

IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"

STYLES: dict[str, tuple[list[int], list[int], str]] = {
    "names as arguments": (
        [100, 1, 1],
        [3, 64, 64],
        """
class Painter(nn.Module):
    def __init__(self, ngpu=1, nz=100, ngf=64, nc=3):
        super(Painter, self).__init__()
        self.ngpu = ngpu
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf * 8, 4, 1, 0, bias=False),
            nn.BatchNorm2d(ngf * 8),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 8, ngf * 4, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ngf * 4),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 4, ngf * 2, 4, 2, 1, bias=False),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, bias=False),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, input):
        if input.is_cuda and self.ngpu > 1:
            output = nn.parallel.data_parallel(self.main, input, range(self.ngpu))
        else:
            output = self.main(input)
        return output
""",
    ),
    "a loop that doubles the width": (
        [3, 64, 64],
        [1, 1, 1],
        """
class Judge(nn.Module):
    def __init__(self, side=64, width=16):
        super().__init__()
        blocks = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
        size = side // 2
        while_width = width
        for _ in range(3):
            blocks += [nn.Conv2d(while_width, while_width * 2, 4, stride=2, padding=1, bias=False)]
            blocks.append(nn.BatchNorm2d(while_width * 2))
            blocks.append(nn.LeakyReLU(0.2))
            while_width *= 2
            size //= 2
        blocks.append(nn.Conv2d(while_width, 1, kernel_size=size))
        self.net = nn.Sequential(*blocks)

    def forward(self, picture):
        return self.net(picture)
""",
    ),
    "a helper function with a nested Sequential": (
        [3, 32, 32],
        [10],
        """
def block(before, after, norm=True):
    layers = [nn.Conv2d(before, after, 3, 2, 1)]
    if norm:
        layers.append(nn.BatchNorm2d(after, 0.8))
    layers.append(nn.LeakyReLU(0.2))
    return nn.Sequential(*layers)


class Classifier(nn.Module):
    def __init__(self, img_size=32, channels=3):
        super().__init__()
        self.model = nn.Sequential(
            block(channels, 16, norm=False),
            block(16, 32),
            nn.Sequential(block(32, 64), block(64, 128)),
        )
        ds = img_size // 2 ** 4
        self.head = nn.Sequential(nn.Linear(128 * ds ** 2, 10), nn.Softmax(dim=1))

    def forward(self, img):
        out = self.model(img)
        out = out.view(out.shape[0], -1)
        return self.head(out)
""",
    ),
    "a linear layer and a view": (
        [128],
        [1, 28, 28],
        """
class Decoder(nn.Module):
    def __init__(self, latent=128):
        super().__init__()
        self.first = 7
        self.fc = nn.Linear(latent, 64 * self.first ** 2)
        self.up1 = nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1)
        self.up2 = nn.ConvTranspose2d(32, 1, 3, stride=2, padding=1, output_padding=1)

    def forward(self, z):
        h = F.relu(self.fc(z))
        h = h.view(-1, 64, self.first, self.first)
        h = F.relu(self.up1(h))
        return torch.sigmoid(self.up2(h))
""",
    ),
    "a list of widths": (
        [3, 64, 64],
        [256],
        """
class Encoder(nn.Module):
    def __init__(self, hidden_dims=None, latent_dim=128):
        super(Encoder, self).__init__()
        modules = []
        if hidden_dims is None:
            hidden_dims = [32, 64, 128, 256]
        in_channels = 3
        for h_dim in hidden_dims:
            modules.append(
                nn.Sequential(
                    nn.Conv2d(in_channels, out_channels=h_dim, kernel_size=3, stride=2, padding=1),
                    nn.BatchNorm2d(h_dim),
                    nn.LeakyReLU(),
                )
            )
            in_channels = h_dim
        self.encoder = nn.Sequential(*modules)
        self.fc = nn.Linear(hidden_dims[-1] * 16, 2 * latent_dim)

    def forward(self, x):
        x = self.encoder(x)
        x = torch.flatten(x, start_dim=1)
        return self.fc(x)
""",
    ),
    "skips that are concatenated": (
        [1, 40, 40],
        [2, 40, 40],
        """
def double(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1))


class UNet(nn.Module):
    def __init__(self, base=8):
        super().__init__()
        self.down1, self.down2 = double(1, base), double(base, base * 2)
        self.pool = nn.MaxPool2d(2)
        self.bottom = double(base * 2, base * 4)
        self.up2 = nn.ConvTranspose2d(base * 4, base * 2, 2, 2)
        self.dec2 = double(base * 4, base * 2)
        self.up1 = nn.ConvTranspose2d(base * 2, base, 2, 2)
        self.dec1 = double(base * 2, base)
        self.out = nn.Conv2d(base, 2, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(self.pool(a))
        c = self.bottom(self.pool(b))
        c = self.dec2(torch.cat([self.up2(c), b], dim=1))
        c = self.dec1(torch.cat([self.up1(c), a], dim=1))
        return self.out(c)
""",
    ),
    "residual blocks of their own class": (
        [3, 24, 24],
        [3, 48, 48],
        """
class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
            nn.InstanceNorm2d(width),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
        )

    def forward(self, x):
        return x + self.body(x)


class Upscaler(nn.Module):
    def __init__(self, blocks=3):
        super().__init__()
        self.head = nn.Conv2d(3, 16, 9, padding=4)
        self.trunk = nn.Sequential(*[Residual(16) for _ in range(blocks)])
        self.tail = nn.Sequential(nn.Conv2d(16, 64, 3, 1, 1), nn.PixelShuffle(2), nn.PReLU())
        self.end = nn.Conv2d(16, 3, 9, 1, 4)

    def forward(self, x):
        h = self.head(x)
        h = self.trunk(h) + h
        return torch.tanh(self.end(self.tail(h)))
""",
    ),
    "one axis, strides in a list": (
        [80, 32],
        [1, 8192],
        """
class Vocoder(nn.Module):
    def __init__(self, rates=(8, 8, 2, 2), kernels=(16, 16, 4, 4), width=64):
        super().__init__()
        self.pre = nn.utils.parametrizations.weight_norm(nn.Conv1d(80, width, 7, padding=3))
        self.ups = nn.ModuleList()
        for i, (u, k) in enumerate(zip(rates, kernels)):
            self.ups.append(
                nn.ConvTranspose1d(width // 2**i, width // 2 ** (i + 1), k, u, padding=(k - u) // 2)
            )
        self.post = nn.Conv1d(width // 2 ** len(rates), 1, 7, 1, padding=3)

    def forward(self, x):
        x = self.pre(x)
        for up in self.ups:
            x = F.leaky_relu(x, 0.1)
            x = up(x)
        x = F.leaky_relu(x)
        return torch.tanh(self.post(x))
""",
    ),
    "three axes, a method that makes layers": (
        [200, 1, 1, 1],
        [1, 32, 32, 32],
        """
class Voxels(nn.Module):
    WIDTHS = (64, 32, 16)

    def __init__(self):
        super().__init__()
        self.layer1 = self._layer(200, self.WIDTHS[0], padding=0, stride=1)
        self.layer2 = self._layer(self.WIDTHS[0], self.WIDTHS[1])
        self.layer3 = self._layer(*self.WIDTHS[1:])
        self.layer4 = nn.Sequential(
            nn.ConvTranspose3d(self.WIDTHS[2], 1, kernel_size=4, stride=2, padding=(1, 1, 1)),
            nn.Sigmoid(),
        )

    def _layer(self, a, b, kernel_size=4, stride=2, padding=1):
        return nn.Sequential(
            nn.ConvTranspose3d(a, b, kernel_size=kernel_size, stride=stride, padding=padding),
            nn.BatchNorm3d(b),
            nn.ReLU(),
        )

    def forward(self, x):
        out = x.view(-1, 200, 1, 1, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            out = layer(out)
        return out
""",
    ),
    "upsampling, a base class, keyword widths": (
        [64],
        [3, 32, 32],
        """
class Base(nn.Module):
    def __init__(self, **widths):
        super().__init__()
        self.widths = widths

    def forward(self, z):
        out = self.l1(z)
        out = out.reshape(out.size(0), self.widths["first"], self.side, self.side)
        return self.conv_blocks(out)


class Resizer(Base):
    def __init__(self):
        super().__init__(first=128, last=64)
        self.side = 32 // 4
        self.l1 = nn.Sequential(nn.Linear(64, self.widths["first"] * self.side**2))
        stages = []
        for index, (a, b) in enumerate([(128, 128), (128, 64)]):
            stages += [nn.Upsample(scale_factor=2), nn.Conv2d(a, b, 3, stride=1, padding=1)]
            stages += [nn.BatchNorm2d(b, momentum=0.8), nn.LeakyReLU(0.2, inplace=True)]
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(128), *stages, nn.Conv2d(self.widths["last"], 3, 3, padding="same"), nn.Tanh()
        )
""",
    ),
    "an ordered dictionary and a score without axes": (
        [1, 28, 28],
        [],
        """
from collections import OrderedDict


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(OrderedDict([
            ("conv1", nn.Conv2d(1, 16, 4, 2, 1)),
            ("act1", nn.ReLU()),
            ("conv2", nn.Conv2d(16, 32, 4, 2, 1)),
            ("act2", nn.ReLU()),
        ]))
        self.body.add_module("conv3", nn.Conv2d(32, 1, 7))

    def forward(self, x):
        return self.body(x).view(-1, 1).squeeze(1)
""",
    ),
    "functions only where they are used": (
        [3, 32, 32],
        [10],
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        x = F.dropout(F.relu(self.fc1(x)), training=self.training)
        return self.fc2(x)

    def num_flat_features(self, x):
        num_features = 1
        for s in x.size()[1:]:
            num_features *= s
        return num_features
""",
    ),
    "bare layers, several called in order": (
        [4, 20],
        [4, 20],
        """
encoder = lambda: None


class Waves(nn.Module):
    def __init__(self, channels: int = 4, *, depth: int = 2) -> None:
        super().__init__()
        self.enc = nn.Sequential(
            *(nn.Conv1d(channels * 2**i, channels * 2 ** (i + 1), 4, 2, 1) for i in range(depth))
        )
        self.dec = nn.ModuleList(
            [nn.ConvTranspose1d(channels * 2 ** (i + 1), channels * 2**i, 4, 2, 1) for i in reversed(range(depth))]
        )

    def forward(self, x: "torch.Tensor") -> "torch.Tensor":
        h = self.enc(x)
        h = self.dec[0](h)
        h = F.interpolate(h, scale_factor=1.0)[:, :, : x.shape[-1] // 2]
        return self.dec[1](h)


network = Waves()
""",
    ),
    "one expression": (
        [16, 6, 6],
        [4, 13, 13],
        """
nn.Sequential(
    nn.ConvTranspose2d(16, 8, (3, 3), stride=(2, 2)),
    nn.ZeroPad2d((0, 0, 0, 0)),
    torch.nn.Conv2d(in_channels=8, out_channels=4, kernel_size=1),
)
""",
    ),
}

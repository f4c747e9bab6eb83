"""`python -m benchmarks.repairs`: repairs of a file with a generator and a discriminator.

Each fault is audited through a warm pool; the rows have the median seconds, the number of repairs, and
how many edited texts were run of those that the answer allows.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

from designer.audit import audit, read_request
from designer.verification import Limits, Pool

REPETITIONS = 5
GOAL_S = 3.0

FILE = '''"""DCGAN."""
import torch
from torch import nn

nz, ngf, ndf, nc = 100, 64, 64, 3


def weights_init(m):
    if "Conv" in m.__class__.__name__:
        nn.init.normal_(m.weight.data, 0.0, 0.02)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf * 8, 4, 1, 0, bias=False),
            nn.BatchNorm2d(ngf * 8),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 8, ngf * 4, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ngf * 4),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 4, ngf * 2, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ngf * 2),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ngf),
            nn.ReLU(True),
            nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, input):
        return self.main(input)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ndf * 2),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ndf * 4),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 4, ndf * 8, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ndf * 8),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 8, 1, 4, 1, 0, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, input):
        return self.main(input)


netG = Generator()
netG.apply(weights_init)
netD = Discriminator()
netD.apply(weights_init)
'''

FAULTS: dict[str, dict[str, Any]] = {
    "128 px for 64": {
        "source": FILE,
        "network": "netD",
        "input_shape": [3, 128, 128],
        "wanted_shape": [1, 1, 1],
    },
    "64 px for 128": {
        "source": FILE,
        "network": "netG",
        "input_shape": [100, 1, 1],
        "wanted_shape": [3, 128, 128],
    },
    "a kernel of 3": {
        "source": FILE.replace("ngf * 2, ngf, 4", "ngf * 2, ngf, 3"),
        "network": "netG",
        "input_shape": [100, 1, 1],
        "wanted_shape": [3, 64, 64],
    },
    "wrong channels": {
        "source": FILE.replace("nn.Conv2d(ndf * 2, ndf * 4", "nn.Conv2d(ndf, ndf * 4"),
        "network": "netD",
        "input_shape": [3, 64, 64],
        "wanted_shape": [1, 1, 1],
    },
}


def print_repairs() -> None:
    """A row per fault, and the median of all."""
    print(f"repairs of a file with two networks, warm, median of {REPETITIONS}")
    print(f"{'fault':>16} {'seconds':>8} {'repairs':>8} {'runs':>6} {'allowed':>8}")
    times = []
    with Pool(workers=1, limits=Limits()) as pool:
        for name, document in FAULTS.items():
            seconds = []
            for _ in range(REPETITIONS + 1):
                start = perf_counter()
                answer: Any = audit(read_request(document), runner=pool.run)
                seconds.append(perf_counter() - start)
            times.append(median(seconds[1:]))
            runs = answer["search"] or {"runs": 0, "most_runs": 0}
            print(
                f"{name:>16} {times[-1]:8.2f} {len(answer['repairs']):8} {runs['runs']:6}"
                f" {runs['most_runs']:8}",
                flush=True,
            )
    print(f"{'median':>16} {median(times):8.2f}")
    print(f"{'goal':>16} {GOAL_S:8.2f}")


if __name__ == "__main__":
    print_repairs()

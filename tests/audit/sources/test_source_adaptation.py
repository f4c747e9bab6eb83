"""A source for another picture size: the diff is what people write, and the patched text was run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.errors import InvalidRequest
from designer.verification import Pool
from tests.audit.sources.test_source_repairs import patched

pytestmark = [pytest.mark.torch]

SOURCE = """nz, g, d, nc = 10, 4, 4, 3


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, g * 4, 4, 1, 0, bias=False),
            nn.BatchNorm2d(g * 4),
            nn.ReLU(True),
            nn.ConvTranspose2d(g * 4, g * 2, 4, 2, 1, bias=False),
            nn.BatchNorm2d(g * 2),
            nn.ReLU(True),
            nn.ConvTranspose2d(g * 2, g, 4, 2, 1, bias=False),
            nn.BatchNorm2d(g),
            nn.ReLU(True),
            nn.ConvTranspose2d(g, nc, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.main(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(nc, d, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(d, d * 2, 4, 2, 1),
            nn.BatchNorm2d(d * 2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(d * 2, d * 4, 4, 2, 1),
            nn.BatchNorm2d(d * 4),
            nn.LeakyReLU(0.2),
            nn.Conv2d(d * 4, 1, 4, 1, 0),
        )

    def forward(self, x):
        return self.main(x)


netG, netD = Generator(), Discriminator()
"""

ADDED_TO_G = [
    "nn.BatchNorm2d(g),",
    "nn.ReLU(True),",
    "nn.ConvTranspose2d(g, g, 4, 2, 1, bias=False),",
]
ADDED_TO_D = ["nn.Conv2d(d * 4, d * 4, 4, 2, 1),", "nn.BatchNorm2d(d * 4),", "nn.LeakyReLU(0.2),"]

CASES: dict[str, tuple[str, list[int], int, list[str], list[str]]] = {
    "a larger generator": ("netG", [10, 1, 1], 64, ADDED_TO_G, []),
    "a larger discriminator": ("netD", [3, 32, 32], 64, ADDED_TO_D, []),
    "a smaller generator": (
        "netG",
        [10, 1, 1],
        16,
        ["nn.ConvTranspose2d(g * 2, nc, 4, 2, 1, bias=False),"],
        [
            "nn.ConvTranspose2d(g * 2, g, 4, 2, 1, bias=False),",
            "nn.BatchNorm2d(g),",
            "nn.ReLU(True),",
            "nn.ConvTranspose2d(g, nc, 4, 2, 1, bias=False),",
        ],
    ),
    "a smaller discriminator": (
        "netD",
        [3, 32, 32],
        16,
        ["nn.Conv2d(d * 2, 1, 4, 1, 0),"],
        [
            "nn.Conv2d(d * 2, d * 4, 4, 2, 1),",
            "nn.BatchNorm2d(d * 4),",
            "nn.LeakyReLU(0.2),",
            "nn.Conv2d(d * 4, 1, 4, 1, 0),",
        ],
    ),
    "a generator of three quarters": (
        "netG",
        [10, 1, 1],
        48,
        ["nn.ConvTranspose2d(nz, g * 4, 6, 1, 0, bias=False),"],
        ["nn.ConvTranspose2d(nz, g * 4, 4, 1, 0, bias=False),"],
    ),
}


def lines(diff: str, sign: str) -> list[str]:
    return [line[1:].strip() for line in diff.splitlines() if line.startswith(f"{sign} ")]


@pytest.mark.parametrize("name", CASES)
def test_a_source_is_adapted_as_people_write_it(name: str, tmp_path: Path, pool: Pool) -> None:
    """Stages are added or removed, no 8×8 stem; the patched text gives the size, and both networks run."""
    network, shape, side, added, removed = CASES[name]
    request: dict[str, Any] = {"source": SOURCE, "network": network, "input_shape": shape}
    answer: Any = audit(read_request({**request, "adapt_to": side}), runner=pool.run)
    adapted = answer["adapted"]
    assert (answer["verdict"], lines(adapted["diff"], "+")) == ("fits", added)
    assert lines(adapted["diff"], "-") == removed
    text = patched(SOURCE, adapted["diff"], tmp_path)
    request |= {"source": text, "input_shape": adapted["input_shape"]}
    again: Any = audit(read_request(request), runner=pool.run)
    assert (again["verdict"], again["outputs"]) == ("fits", adapted["outputs"])
    picture = adapted["input_shape"] if network == "netD" else adapted["output_shape"]
    assert picture == [3, side, side]
    assert again["layers"] == adapted["layers"]


def test_a_network_for_any_size_needs_no_edit(pool: Pool) -> None:
    source = "net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 3, 3, padding=1))"
    request = {"source": source, "input_shape": [3, 16, 16], "adapt_to": [24, 20]}
    adapted: Any = audit(read_request(request), runner=pool.run)["adapted"]
    assert (adapted["diff"], adapted["output_shape"]) == ("", [3, 24, 20])


def test_a_network_that_breaks_cannot_be_adapted(pool: Pool) -> None:
    source = "net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(5, 3, 3))"
    request = {"source": source, "input_shape": [3, 16, 16], "adapt_to": 24}
    with pytest.raises(InvalidRequest, match="this one breaks"):
        audit(read_request(request), runner=pool.run)

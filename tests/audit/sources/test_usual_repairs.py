"""Faults that people ask about most, each with the repair that everybody wants first."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool

pytestmark = [pytest.mark.torch]

DISCRIMINATOR = """class D(nn.Module):
    def __init__(self, ndf=8):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, ndf, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1),
            nn.BatchNorm2d(ndf * 2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1),
            nn.BatchNorm2d(ndf * 4),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 4, ndf * 8, 4, 2, 1),
            nn.BatchNorm2d(ndf * 8),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 8, 1, 4, 1, 0),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.main(x)
"""

U_NET = """class Down(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.c = nn.Conv2d(a, b, 3, padding=1)

    def forward(self, x):
        return F.relu(self.c(x))


class UNet(nn.Module):
    def __init__(self, w=4):
        super().__init__()
        self.down = nn.ModuleList([Down(1, w)] + [Down(w, w) for _ in range(5)])
        self.up5 = nn.ConvTranspose2d(w, w, 2, stride=2)
        self.up4 = nn.ConvTranspose2d(2 * w, w, 2, stride=2)
        self.up3 = nn.ConvTranspose2d(2 * w, w, 2, stride=2)
        self.up2 = nn.ConvTranspose2d(2 * w, w, 2, stride=2)
        self.up1 = nn.ConvTranspose2d(2 * w, w, 2, stride=2)
        self.last = nn.Conv2d(2 * w, 1, 1)

    def forward(self, x):
        skips = []
        for i, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if i else x)
            skips.append(x)
        skips.pop()
        for up in (self.up5, self.up4, self.up3, self.up2, self.up1):
            x = torch.cat([up(x), skips.pop()], 1)
        return self.last(x)
"""

BLOCKS = """class Blk(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.c = nn.Conv2d(i, o, 3, padding=1)
        self.n = nn.BatchNorm2d(o)

    def forward(self, x):
        return self.n(self.c(x))


net = nn.Sequential(Blk(3, 8), Blk(4, 8), Blk(8, 8))
"""

SAME = """class Up(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ConvTranspose2d(8, 4, 3, stride=2, padding="same")

    def forward(self, x):
        return self.a(x)
"""


def first_repair(pool: Pool, source: str, shape: list[int], **more: object) -> Any:  # noqa: ANN401
    """The repair that is offered first."""
    request = {"source": source, "input_shape": shape, **more}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] != "fits"
    return answer["repairs"][0]


def test_a_discriminator_for_64_px_on_128_px_gets_one_more_stage(pool: Pool) -> None:
    """Copied from its neighbor, with its norm and activation."""
    repair = first_repair(pool, DISCRIMINATOR, [3, 128, 128], wanted_shape=[1, 1, 1])
    assert repair["idea"] == ["copied_stage"]
    added = [line[1:].strip() for line in repair["diff"].splitlines() if line.startswith("+ ")]
    assert added == [
        "nn.Conv2d(ndf * 8, ndf * 8, 4, 2, 1),",
        "nn.BatchNorm2d(ndf * 8),",
        "nn.LeakyReLU(0.2),",
    ]
    assert repair["costs"]["parameters"]["after"] > repair["costs"]["parameters"]["before"]


def test_a_u_net_of_five_levels_at_300_px_gets_output_padding_at_two(pool: Pool) -> None:
    """300, 150, 75, 37, 18, 9: 75 and 37 are odd; both edits are one idea, after that for every size."""
    request = {"source": U_NET, "input_shape": [1, 300, 300], "wanted_shape": [1, 300, 300]}
    answer: Any = audit(read_request(request), runner=pool.run)
    first, repair = answer["repairs"][:2]
    assert first["idea"] == ["size_of_skip"]
    assert repair["idea"] == ["output_padding"]
    assert [edit["after"] for edit in repair["edits"]] == [
        "self.up4 = nn.ConvTranspose2d(2 * w, w, 2, stride=2, output_padding=1)",
        "self.up3 = nn.ConvTranspose2d(2 * w, w, 2, stride=2, output_padding=1)",
    ]


def test_the_argument_of_a_block_is_edited_where_it_stands(pool: Pool) -> None:
    """``Blk(4, 8)`` behind 8 channels reads ``Blk(8, 8)``; the line that all blocks share stays."""
    repair = first_repair(pool, BLOCKS, [3, 16, 16])
    [edit] = repair["edits"]
    assert edit["after"] == "net = nn.Sequential(Blk(3, 8), Blk(8, 8), Blk(8, 8))"


def test_same_on_a_transposed_layer_is_what_other_frameworks_do(pool: Pool) -> None:
    """Kernel 3, stride 2: padding 1 and output padding 1."""
    repair = first_repair(pool, SAME, [8, 7, 7], wanted_shape=[4, 14, 14])
    assert repair["edits"][0]["after"] == (
        "self.a = nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1)"
    )

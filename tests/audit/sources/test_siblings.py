"""Networks of one file: every repair leaves the others running, and pairs are edited together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.sources.test_source_adaptation import ADDED_TO_D, ADDED_TO_G, SOURCE, lines
from tests.audit.sources.test_source_repairs import patched

pytestmark = [pytest.mark.torch]

Json = dict[str, Any]


def verdict_of(source: str, network: str, shape: list[int], pool: Pool) -> Json:
    request = {"source": source, "network": network, "input_shape": shape}
    answer: Json = audit(read_request(request), runner=pool.run)
    return answer


PAIRS: dict[str, tuple[str, list[int], list[int]]] = {
    "pictures are larger": ("netD", [3, 64, 64], [1, 1, 1]),
    "the generator is to give larger ones": ("netG", [10, 1, 1], [3, 64, 64]),
}


@pytest.mark.parametrize("name", PAIRS)
def test_both_networks_of_a_file_get_the_stage(name: str, tmp_path: Path, pool: Pool) -> None:
    """First the judged one alone, then both; after that, the generator makes what the discriminator reads."""
    network, shape, wanted = PAIRS[name]
    request = {
        "source": SOURCE,
        "network": network,
        "input_shape": shape,
        "wanted_shape": wanted,
    }
    answer: Any = audit(read_request(request), runner=pool.run)
    first, both = answer["repairs"][:2]
    assert first["idea"] == ["copied_stage"]
    assert lines(first["diff"], "+") == (ADDED_TO_D if network == "netD" else ADDED_TO_G)
    assert both["idea"] == ["copied_stage", "paired_network"]
    assert lines(both["diff"], "+") == [*ADDED_TO_G, *ADDED_TO_D]
    text = patched(SOURCE, both["diff"], tmp_path)
    assert verdict_of(text, "netG", [10, 1, 1], pool)["output_shape"] == [3, 64, 64]
    assert verdict_of(text, "netD", [3, 64, 64], pool)["output_shape"] == [1, 1, 1]
    assert answer["search"]["runs"] <= answer["search"]["most_runs"]


SHARED = """w = 8
a = nn.Sequential(nn.Conv2d(3, w, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1))
b = nn.Sequential(nn.Conv2d(1, w, 3, padding=1), nn.Conv2d(8, 2, 3, padding=1))
"""

BLOCKS = """class Blk(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.c = nn.Conv2d(i, o, 3, padding=1)
        self.n = nn.BatchNorm2d(o)

    def forward(self, x):
        return self.n(self.c(x))


net = nn.Sequential(Blk(3, 8), Blk(4, 8), Blk(8, 8))
other = nn.Sequential(Blk(1, 5), Blk(5, 2))
"""

FILES: dict[str, tuple[str, str, list[int], dict[str, list[int]]]] = {
    "a number that two networks share": (SHARED, "a", [3, 8, 8], {"b": [1, 8, 8]}),
    "a line that all blocks share": (BLOCKS, "net", [3, 16, 16], {"other": [1, 9, 9]}),
}


@pytest.mark.parametrize("name", FILES)
def test_no_repair_breaks_another_network_of_the_file(
    name: str, tmp_path: Path, pool: Pool
) -> None:
    """Each is applied, and all networks of the file are run again."""
    source, network, shape, others = FILES[name]
    answer = verdict_of(source, network, shape, pool)
    assert answer["verdict"] == "breaks"
    assert answer["repairs"]
    for repair in answer["repairs"]:
        text = patched(source, repair["diff"], tmp_path)
        assert verdict_of(text, network, shape, pool)["verdict"] == "fits", repair["summary"]
        for other, given in others.items():
            assert verdict_of(text, other, given, pool)["verdict"] == "fits", repair["summary"]

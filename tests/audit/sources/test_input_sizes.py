"""At which input sizes networks with skips run, against eager torch at every pair of sizes."""

from __future__ import annotations

import copy
import json
import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import nn

from designer.audit import audit, read_request
from designer.audit.sources import nearest_inputs
from designer.audit.sources.repairs import repair_search
from designer.audit.sources.size_law import Outcome, SizeLaw
from designer.audit.sources.size_survey import find_size_law
from designer.audit.sources.source_text import NetworkInput, SourceText
from designer.audit.sources.trace_run import run_source
from designer.verification import Pool
from tests.audit.sources.test_forged_traces import changed_once
from tests.audit.sources.test_source_repairs import patched
from tests.audit.sources.unet_texts import (
    BROADCAST,
    FIXED_CROP,
    ONE_SIZE,
    SEGMENTATION,
    SEGMENTATION_UNCHECKED,
    TINY_TEXTS,
    UNET,
)
from tests.support import SOAK, soak_count

pytestmark = pytest.mark.torch

Json = dict[str, Any]

FOUR_POOLINGS = UNET.replace("WIDTHS", "(1, 2, 4, 8, 16)")
FIVE_POOLINGS = UNET.replace("WIDTHS", "(1, 2, 4, 8, 16, 32)")


def network_of(text: str) -> nn.Module:
    """The network ``net`` of a text, in this process."""
    scope: Json = {"torch": torch, "nn": nn, "F": functional, "__name__": "source"}
    exec(text, scope)
    network: nn.Module = scope["net"]
    return network


def runs_eagerly(network: nn.Module, height: int, width: int) -> bool:
    """Whether torch runs a network on pictures of a size, and returns this size."""
    with torch.no_grad():
        try:
            output = network(torch.zeros(2, 1, height, width))
        except RuntimeError:
            return False
    return tuple(output.shape[2:]) == (height, width)


def law_of(text: str, pool: Pool, sides: tuple[int, int]) -> SizeLaw | None:
    """What is found about the sizes of a text's network."""
    source = SourceText(files={"source.py": text}, inputs=(NetworkInput(shape=(1, *sides)),))
    (judged,) = run_source(source, batch=2, runner=pool.run).candidates[:1]
    assert judged.trace is not None
    return find_size_law(source, judged, judged.trace, batch=2, runner=pool.run)


def audited(text: str, sides: tuple[int, int], pool: Pool) -> Json:
    return audit(read_request({"source": text, "input_shape": [1, *sides]}), runner=pool.run)


def reason(answer: Json, code: str) -> Json:
    """The reason of a code."""
    (found,) = (each for each in answer["reasons"] if each["code"] == code)
    assert found["sentence"] in answer["reason"]
    return found


@pytest.mark.parametrize("name", TINY_TEXTS if SOAK else [*TINY_TEXTS][::2])
def test_the_law_is_what_eager_torch_does_at_every_pair_of_sizes(name: str, pool: Pool) -> None:
    """From the smallest decided size on, over more than one period along each axis."""
    network = network_of(TINY_TEXTS[name])
    law = law_of(TINY_TEXTS[name], pool, (37, 41))
    assert law is not None
    by_axis = {each.axis: each for each in law.sizes}
    period = max(each.modulus for each in law.sizes)
    sizes = range(law.first, law.first + period + 3)
    for pair in product(sizes, sizes):
        expected = all(
            axis not in by_axis
            or by_axis[axis].by_residue[size % by_axis[axis].modulus] is Outcome.HOLDS
            for axis, size in enumerate(pair)
        )
        assert runs_eagerly(network, *pair) == expected, pair


def test_tiny_networks_are_of_every_kind(pool: Pool) -> None:
    """Some hold at every size, some at multiples, some in steps, and some along one axis."""
    names = ["a size from the skip", "pooling and kernel 2", "kernel 3 meets odd sizes", "one axis"]
    laws = [law_of(TINY_TEXTS[name], pool, (24, 24)) for name in names]
    kinds = [{each.code for each in law.reasons} for law in laws if law is not None]
    assert kinds[0] == {"every_size_holds"}
    assert "multiples_hold" in kinds[1]
    assert "steps_hold" in kinds[2]
    assert laws[3] is not None
    assert [each.axis for each in laws[3].sizes] == [1]


@pytest.mark.parametrize("text", [ONE_SIZE, FIXED_CROP], ids=["a linear layer", "a fixed crop"])
def test_a_network_that_depends_on_more_than_residues_gets_no_law(text: str, pool: Pool) -> None:
    """Nothing is claimed of a network that takes one size, or whose skip is cut to fixed numbers."""
    side = 16 if text is ONE_SIZE else 12
    assert runs_eagerly(network_of(text), side, side) or text is FIXED_CROP
    assert law_of(text, pool, (side, side)) is None


def test_a_map_of_one_position_that_torch_repeats_meets_nothing(pool: Pool) -> None:
    """2 → 1 → 1 and the skip of 2 add up in torch; that says nothing about even sizes."""
    law = law_of(BROADCAST, pool, (9, 9))
    assert law is not None
    assert runs_eagerly(network_of(BROADCAST), 2, 2)
    assert not runs_eagerly(network_of(BROADCAST), 4, 4)
    assert [each.by_residue for each in law.sizes] == [{0: Outcome.FAILS, 1: Outcome.HOLDS}] * 2


TRACKER = {
    "127 that needs 32": (
        SEGMENTATION,
        (127, 127),
        31,
        32,
        ["127 is refused by the source itself"],
    ),
    "129 that needs 32": (
        SEGMENTATION_UNCHECKED,
        (129, 129),
        30,
        32,
        ["at 129 the maps of level 1 do not meet (65 → 33 → 66)"],
    ),
    "1225 by 966": (
        FOUR_POOLINGS,
        (1225, 966),
        15,
        16,
        [
            "at 1225 odd at level 0 (1225 → 612 → 1224)",
            "at 966 odd at level 1 (483 → 241 → 482)",
        ],
    ),
    "684 by 1024": (FOUR_POOLINGS, (684, 1024), 15, 16, ["at 684 odd at level 2 (171 → 85 → 170)"]),
    "300 with five poolings": (
        FIVE_POOLINGS,
        (300, 300),
        31,
        32,
        ["at 300 odd at level 2 (75 → 37 → 74)"],
    ),
}
"""Questions of trackers: the residues that fail, the modulus, and the first level that does not meet."""


@pytest.mark.parametrize("name", TRACKER)
def test_questions_of_trackers_are_answered(
    name: str, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which sizes fail and hold, and first a repair that torch runs at the size and at every residue."""
    if not SOAK:  # the later repairs and the nearest sizes are tested elsewhere
        monkeypatch.setattr(repair_search, "MAX_RUNS", 1)
        monkeypatch.setattr(nearest_inputs, "MAX_NEAREST_RUNS", 1)
    text, sides, count, modulus, examples = TRACKER[name]
    answer = audited(text, sides, pool)
    assert answer["verdict"] == "breaks"
    fails = reason(answer, "residues_fail")
    assert (fails["facts"]["count"], fails["facts"]["modulus"]) == (count, modulus)
    assert [each["sentence"] for each in fails["facts"]["examples"]] == examples
    assert reason(answer, "multiples_hold")["facts"] == {"divisor": modulus, "first": modulus}
    repair = answer["repairs"][0]
    (every,) = (each for each in repair["reasons"] if each["code"] == "every_size_holds")
    assert every["sentence"] in repair["why"]
    network = network_of(patched(text, repair["diff"], tmp_path))
    assert runs_eagerly(network, *sides)
    smallest = every["facts"]["smallest"]
    for size in range(smallest, smallest + modulus, 1 if SOAK else 5):
        assert runs_eagerly(network, size, 2 * modulus - size % 7), size


def test_a_repair_of_one_size_is_not_said_to_hold_at_every_size(pool: Pool, tmp_path: Path) -> None:
    """Output padding mends 46 px; it is offered after, and breaks 48 px, where the text ran."""
    text = TINY_TEXTS["pooling and kernel 2"]
    answer = audited(text, (46, 46), pool)
    repairs = [each for each in answer["repairs"] if each["idea"] == ["output_padding"]]
    assert repairs
    assert answer["repairs"][0]["idea"] == ["size_of_skip"]
    for repair in repairs:
        assert "every_size_holds" not in {each["code"] for each in repair["reasons"]}
        network = network_of(patched(text, repair["diff"], tmp_path))
        assert runs_eagerly(network, 46, 46)
        assert not runs_eagerly(network, 48, 48)


def test_a_network_that_runs_is_warned_and_gets_the_repair(pool: Pool, tmp_path: Path) -> None:
    """At 64 px nothing fails; a skip that is taken from a list once is named before it is used twice."""
    text = FOUR_POOLINGS.replace(
        "up(x, skips.pop())", "up.conv(torch.cat([up.up(x), skips.pop()], 1))"
    )
    answer = audited(text, (64, 64), pool)
    assert answer["verdict"] == "fits"
    sentence = reason(answer, "residues_fail")["sentence"]
    assert sentence.startswith("It fails for 15 of 16 residues of the input's size modulo 16")
    assert sentence in answer["trace"][-1]["warnings"]
    (repair,) = answer["repairs"]
    assert "skip = skips.pop()" in repair["diff"]
    assert runs_eagerly(network_of(patched(text, repair["diff"], tmp_path)), 77, 50)


def test_a_network_without_skips_is_run_once(pool: Pool) -> None:
    """Its audit takes no more time than before; one with skips is run once more."""
    jobs: list[Json] = []

    def runner(job: Json) -> Json:
        jobs.append(job)
        return pool.run(job)

    chain = "net = nn.Sequential(nn.Conv2d(1, 1, 3, 2), nn.ReLU())"
    for source, count in ((TINY_TEXTS["a size from the skip"], 2), (chain, 1)):
        jobs.clear()
        request = read_request({"source": source, "input_shape": [1, 16, 16]})
        assert audit(request, runner=runner)["verdict"] == "fits"
        assert len(jobs) == count


SUM_IN_PLACE = TINY_TEXTS["pooling and kernel 2"].replace(
    "return torch.cat([self.up1(y[:, :2]), first], 1)",
    "y = self.up1(y[:, :2])\n        y += first\n        return y",
)
DIFFUSION: str = next(
    case["source"]
    for case in json.loads(
        Path(__file__).with_name("audit_sources.json").read_text(encoding="utf-8")
    )
    if case["id"] == "unet-deep-02"
)


def test_a_sum_in_place_is_written_as_a_sum(pool: Pool, tmp_path: Path) -> None:
    """The resized map is assigned; each join of the text is edited."""
    text = SUM_IN_PLACE.replace("self.up1 = nn.ConvTranspose2d(2, 2, 2, 2)", "self.up1 = UP")
    text = text.replace("UP", "nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(2, 2, 1))")
    (repair, *_) = audited(text, (22, 23), pool)["repairs"]
    assert "+        y = F.interpolate(y, size=first.shape[2:]) + first" in repair["diff"]
    assert runs_eagerly(network_of(patched(text, repair["diff"], tmp_path)), 22, 23)


def test_a_last_step_without_a_skip_returns_another_size(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A denoiser with an embedded step: 30 breaks at two levels, 9 runs and returns 8."""
    monkeypatch.setattr(repair_search, "MAX_RUNS", 1)
    inputs = [{"shape": [3, 30, 30]}, {"shape": [], "dtype": "int64", "high": 1000}]
    answer: Json = audit(read_request({"source": DIFFUSION, "inputs": inputs}), runner=pool.run)
    assert reason(answer, "residues_fail")["facts"]["count"] == 6
    resized = reason(answer, "residues_resize")
    assert [each["sentence"] for each in resized["facts"]["examples"]] == ["at 9 it returns 8"]
    assert answer["repairs"][0]["idea"] == ["padded_input"]


def test_changed_runs_are_answered_or_refused(pool: Pool) -> None:
    """The text may have written the reply itself."""
    text = TINY_TEXTS["pooling and kernel 2"]
    replies: Json = {}

    def record(job: Json) -> Json:
        kind = "sizes" if "sizes" in job["source_trace"] else "trace"
        return replies.setdefault(kind, pool.run(job))

    request = read_request({"source": text, "input_shape": [1, 13, 12]})
    assert audit(request, runner=record)["verdict"] == "breaks"
    rng = random.Random(0)
    for _ in range(soak_count(40, 5_000)):
        changed = copy.deepcopy(replies)
        for _ in range(rng.choice([1, 1, 2, 3])):
            changed_once(changed["sizes"], rng)

        def replay(job: Json, changed: Json = changed) -> Json:
            return copy.deepcopy(changed["sizes" if "sizes" in job["source_trace"] else "trace"])

        assert len(json.dumps(audit(request, runner=replay), allow_nan=False)) < 10**6

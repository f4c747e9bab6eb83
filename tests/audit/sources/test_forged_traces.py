"""Reports that a text may have written itself: each is answered or refused, in bounded time and size.

A real report is changed in one to three places; a runner without a process returns it.
"""

from __future__ import annotations

import copy
import json
import random
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from designer.audit import audit, read_request
from designer.errors import SourceFailed
from designer.verification import Pool
from designer.verification.channel import MAX_MESSAGE_VALUES, ChannelProtocolError, JsonChannel
from tests.support import soak_count

pytestmark = [pytest.mark.torch]

Json = dict[str, Any]

SOURCE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 4, 2, 1)
        self.n = nn.BatchNorm2d(8)
        self.b = nn.ConvTranspose2d(8, 4, 4, 2, 1)
        self.l = nn.Linear(256, 10)

    def forward(self, x):
        return self.l(self.b(F.relu(self.n(self.a(x)))).flatten(1))
net = Net()
"""
REQUEST: Json = {"input_shape": [3, 8, 8], "source": SOURCE}
BROKEN: Json = {**REQUEST, "source": SOURCE.replace("256", "255")}

VALUES: list[Any] = [
    *(None, "", -1, 0, 1, 2**40, 2**62, 1.5, True, [], {}, [[]], [None], [0], [0] * 4, [1] * 64),
    *(
        [2**40] * 4,
        [2, 3, 0, 0],
        [2, 3, 10**6, 10**6],
        {"a": {"b": [1]}},
        "x" * 4000,
        "\x00\x1b[31m",
    ),
    *(
        "Conv2d",
        "ConvTranspose2d",
        "Linear",
        "BatchNorm2d",
        "MaxPool2d",
        "Upsample",
        "PixelShuffle",
    ),
    *("Flatten", "Unflatten", "AdaptiveAvgPool2d", "view", "cat", "add", "pad", "interpolate"),
]


@pytest.fixture(scope="module")
def traces(pool: Pool) -> list[Json]:
    """The reports on a network that fits and on one that breaks."""
    found: list[Json] = []
    for request in (REQUEST, BROKEN):
        audit(read_request(request), runner=lambda job: found.append(pool.run(job)) or found[-1])
    return [found[0], found[1]]


def answer_to(request: Json, report: Json) -> str:
    """The answer to a report as JSON, or the code of the refusal."""
    try:
        answer = audit(read_request(request), runner=lambda _: copy.deepcopy(report))
    except SourceFailed as refusal:
        return refusal.reasons[0].code
    return json.dumps(answer, allow_nan=False)


def changed_once(report: Json, rng: random.Random) -> None:
    """Replace one value of a report at any depth."""
    parent: Any = report["trace"]
    while True:
        keys = [*parent] if isinstance(parent, dict) else [*range(len(parent))]
        key = rng.choice(keys)
        below = parent[key]
        if not isinstance(below, dict | list) or not below or rng.random() < 0.1:
            parent[key] = copy.deepcopy(rng.choice(VALUES))
            return
        parent = below


@pytest.mark.parametrize("seed", range(4))
def test_a_changed_report_is_answered_or_refused(seed: int, traces: list[Json]) -> None:
    rng = random.Random(seed)
    for _ in range(soak_count(60, 3_000)):
        place = rng.randrange(2)
        report = copy.deepcopy(traces[place])
        for _ in range(rng.choice([1, 1, 2, 3])):
            changed_once(report, rng)
        assert len(answer_to([REQUEST, BROKEN][place], report)) < 10**6


def with_nodes(report: Json, nodes: list[Json]) -> Json:
    """The report with other nodes."""
    changed = copy.deepcopy(report)
    changed["trace"]["candidates"][0]["trace"]["nodes"] = nodes
    return changed


def first_node(report: Json) -> Json:
    """The convolution of a report."""
    node: Json = report["trace"]["candidates"][0]["trace"]["nodes"][0]
    return node


def test_large_graphs_are_refused(traces: list[Json]) -> None:
    """Too many nodes, or few nodes with too many edges; a graph of 1,000 nodes is answered."""
    node = first_node(traces[0])
    for nodes in ([node] * 4097, [{**node, "sources": [-1] * 4000}] * 10):
        assert answer_to(REQUEST, with_nodes(traces[0], nodes)) == "invalid_trace"
    assert '"fits"' in answer_to(REQUEST, with_nodes(traces[0], [node] * 1000))


def test_strides_without_end_have_no_reach(traces: list[Json]) -> None:
    """Their numbers would have thousands of digits, which JSON writers refuse."""
    wide = {**first_node(traces[0])["settings"], "stride": [2**16] * 2, "kernel_size": [1, 1]}
    wide |= {"padding": [0, 0], "in_channels": 8}
    shapes = {"input_shapes": [[2, 8, 1, 1]], "output_shape": [2, 8, 1, 1]}
    node = {**first_node(traces[0]), **shapes, "settings": wide}
    nodes = [{**node, "sources": [place - 1]} for place in range(1000)]
    answer = json.loads(answer_to(REQUEST, with_nodes(traces[0], nodes)))
    assert [answer["graph"]["nodes"][place]["stride"] for place in (0, -1)] == [[2**16] * 2, None]


def test_a_layer_whose_law_gives_another_size_is_not_believed(traces: list[Json]) -> None:
    """It is a call like any other, without formulas."""
    node = {**first_node(traces[0]), "output_shape": [2, 8, 5, 5]}
    answer = json.loads(answer_to(REQUEST, with_nodes(traces[0], [node])))
    assert [(row["op"], row["arithmetic"]) for row in answer["trace"]] == [("module", [])]
    honest = json.loads(answer_to(REQUEST, with_nodes(traces[0], [first_node(traces[0])])))
    assert honest["trace"][0]["op"] == "conv"
    assert honest["trace"][0]["arithmetic"]


@pytest.mark.parametrize("inputs", [[], [{"shape": [3, 8, 9], "dtype": "float32"}]])
def test_a_report_about_other_inputs_is_refused(inputs: list[Json], traces: list[Json]) -> None:
    report = copy.deepcopy(traces[0])
    report["trace"]["candidates"][0]["trace"]["inputs"] = inputs
    assert answer_to(REQUEST, report) == "invalid_trace"


def test_a_transposed_convolution_with_another_padding_mode_is_a_call(pool: Pool) -> None:
    """Torch refuses it; no law speaks about it."""
    source = "net = nn.Sequential(nn.ConvTranspose2d(3, 3, 3))\nnet[0].padding_mode = 'reflect'\n"
    answer = audit(read_request({**REQUEST, "source": source}), runner=pool.run)
    assert answer["verdict"] == "breaks"
    assert "zeros" in str(answer["torch_error"])


def test_a_message_of_many_values_is_refused(tmp_path: Path) -> None:
    """Values take thirty times the memory of their text; a long text of as many bytes is read."""
    for body, refused in (
        (b"[" + b"[]," * MAX_MESSAGE_VALUES + b"0]", True),
        (b'"' + b"x" * 3 * MAX_MESSAGE_VALUES + b'"', False),
    ):
        (tmp_path / "sent").write_bytes(len(body).to_bytes(8, "big") + body)
        with (tmp_path / "sent").open("rb") as sent:
            channel = JsonChannel(read_fd=sent.fileno(), write_fd=-1)
            with pytest.raises(ChannelProtocolError) if refused else nullcontext():
                channel.receive(limit=2**28)


def test_settings_that_no_layer_has_lead_to_no_repair(traces: list[Json]) -> None:
    """A number of zeros and texts where sizes are expected."""
    source = "net = nn.Sequential(nn.Flatten(), nn.Unflatten(1, (2, 9)))\n"
    report = copy.deepcopy(traces[1])
    trace = report["trace"]["candidates"][0]["trace"]
    span = [1, 1, source.index("nn.Unf"), len(source) - 2]
    failed = {"class": "Unflatten", "torch_class": "Unflatten", "made_by": [["source.py", span]]}
    for sizes in ([1, 0], ["x", "y"], [None, 1], [[1], 2]):
        trace["failed"] |= failed | {"settings": {"dim": 1, "unflattened_size": sizes}}
        answer = json.loads(answer_to({**BROKEN, "source": source}, report))
        assert (answer["verdict"], answer["repairs"]) == ("breaks", [])


def test_a_made_by_of_another_form_is_refused(traces: list[Json]) -> None:
    for made_by in ([[]], [["source.py"]], [["source.py", [1, 2], 3]]):
        node = {**first_node(traces[0]), "made_by": made_by}
        assert answer_to(REQUEST, with_nodes(traces[0], [node])) == "invalid_trace"

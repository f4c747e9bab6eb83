"""The verdict, the reason, and the explanation of the error message that was seen."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.request import read_request
from designer.validation.limits import MAX_AUDIT_BATCH

Json = dict[str, Any]


def conv(
    before: int, after: int, kernel: int, stride: int = 1, padding: int = 0, **more: object
) -> Json:
    return {
        "op": "conv",
        "in_channels": before,
        "out_channels": after,
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
        **more,
    }


DISCRIMINATOR = [conv(3, 4, 4, 2, 1), conv(4, 4, 4, 2, 1), conv(4, 4, 4, 2, 1), conv(4, 1, 4, 1, 0)]
"""For 32 px, where it ends at 1×1."""


def answer_to(**request: object) -> Any:  # noqa: ANN401  (a JSON answer)
    return audit(read_request(request), runner=None)


def test_a_loss_error_is_traced_to_its_layer() -> None:
    """3200 = 128·25: a map of 5×5 instead of one number."""
    answer = answer_to(
        input_shape=[3, 64, 64],
        layers=DISCRIMINATOR,
        error="ValueError: Using a target size (torch.Size([128])) that is different to the input"
        " size (torch.Size([3200])) is deprecated. Please ensure they have the same size.",
    )
    assert (answer["verdict"], answer["fails_at"], answer["layer"]) == ("misses", None, 3)
    assert answer["wanted_shape"] == [1, 1, 1]
    assert answer["batch"] == 128
    assert answer["geometry"] is True
    assert "3200 = 128·25" in answer["about_error"]
    assert "1×5×5" in answer["about_error"]
    assert "layer 3" in answer["reason"]
    assert answer["repairs"][0]["output_shape"] == [1, 1, 1]


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        ("Target size (torch.Size([4, 1, 1, 1])) must be the same as input size (torch.Size([4, 1, 5, 5]))", [1, 1, 1]),
        ("Using a target size (torch.Size([4, 1, 1, 1])) that is different to the input size (torch.Size([4, 1, 5, 5]))", [1, 1, 1]),
        ("Expected input batch_size (100) to match target batch_size (4).", [1, 1, 1]),
        ("The size of tensor a (5) must match the size of tensor b (6) at non-singleton dimension 3", [1, 6, 6]),
    ],
)  # fmt: skip
def test_the_wanted_shape_is_read_from_a_loss_message(error: str, wanted: list[int]) -> None:
    """Several losses, several wordings."""
    answer = answer_to(input_shape=[3, 64, 64], layers=DISCRIMINATOR, error=error, batch=4)
    assert answer["wanted_shape"] == wanted
    assert answer["verdict"] == "misses"
    assert answer["geometry"] is True


@pytest.mark.parametrize(
    "error",
    [
        "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB",
        "RuntimeError: Expected all tensors to be on the same device, but found at least two",
        "RuntimeError: expected scalar type Float but found Double",
        "RuntimeError: Trying to backward through the graph a second time",
        "RuntimeError: Error(s) in loading state_dict for Generator: size mismatch for main.0.weight",
        "AttributeError: 'NoneType' object has no attribute 'size'",
        "RuntimeError: stack expects each tensor to be equal size, but got [3, 64, 64] at entry 0",
        "it does not learn anything",
    ],
)
def test_an_error_unrelated_to_sizes_is_reported_as_unrelated(error: str) -> None:
    """A network that fits, and a message that no size causes."""
    answer = answer_to(input_shape=[3, 32, 32], layers=DISCRIMINATOR, error=error)
    assert (answer["verdict"], answer["geometry"]) == ("fits", False)
    assert "not" in answer["about_error"]
    assert "geometry" in answer["about_error"]


def test_the_reported_error_message_is_recognized() -> None:
    """The message is the one of the layer that fails."""
    answer = answer_to(
        input_shape=[3, 16, 16],
        layers=DISCRIMINATOR,
        error="RuntimeError: Calculated padded input size per channel: (2 x 2). Kernel size: (4 x"
        " 4). Kernel size can't be greater than actual input size",
    )
    assert (answer["verdict"], answer["fails_at"]) == ("breaks", 3)
    assert answer["about_error"] == "This is the message that was seen."
    assert answer["trace"][-1]["output_shape"] is None


def linear_message(batch: int) -> str:
    """What torch says of ``LINEAR_AFTER_CONV`` with this batch."""
    return f"RuntimeError: mat1 and mat2 shapes cannot be multiplied ({batch}x64 and 100x7)"


LINEAR_AFTER_CONV = [
    conv(3, 4, 4, 2, 1),
    {"op": "flatten"},
    {"op": "linear", "in_features": 100, "out_features": 7},
]
"""The last layer fails for 3×8×8."""


@pytest.mark.parametrize("batch", [1, 5, MAX_AUDIT_BATCH])
@pytest.mark.parametrize("given", [2, 3])
def test_a_message_of_another_batch_is_recognized(batch: int, given: int) -> None:
    """From a batch of 1 to the largest one."""
    answer = answer_to(
        input_shape=[3, 8, 8], layers=LINEAR_AFTER_CONV, batch=given, error=linear_message(batch)
    )
    expected = f"This is the message that was seen, with a batch of {batch}."
    assert answer["about_error"] == expected
    assert answer["torch_error"] == linear_message(given).removeprefix("RuntimeError: ")


@pytest.mark.parametrize("batch", [0, MAX_AUDIT_BATCH + 1])
def test_a_batch_beyond_the_bounds_is_not_tried(batch: int) -> None:
    """So its message is not recognized word by word."""
    answer = answer_to(input_shape=[3, 8, 8], layers=LINEAR_AFTER_CONV, error=linear_message(batch))
    assert "in the words of another version" in answer["about_error"]


@pytest.mark.parametrize(
    ("said", "batch"),
    [(1, 1), (128, 128), (MAX_AUDIT_BATCH, MAX_AUDIT_BATCH), (0, 2), (MAX_AUDIT_BATCH + 1, 2)],
)
def test_the_batch_is_read_from_the_loss(said: int, batch: int) -> None:
    """The first size of its target, if it is within the bounds."""
    answer = answer_to(
        input_shape=[3, 64, 64],
        layers=DISCRIMINATOR,
        error=f"Using a target size (torch.Size([{said}])) that is different to the input size"
        f" (torch.Size([{25 * said}]))",
    )
    assert answer["batch"] == batch
    assert answer["wanted_shape"] == ([1, 1, 1] if said == batch else None)


def test_a_message_from_another_network_is_reported_as_such() -> None:
    """The message has numbers that this network cannot produce."""
    answer = answer_to(
        input_shape=[3, 32, 32],
        layers=DISCRIMINATOR,
        error="Using a target size (torch.Size([8])) that is different to the input size"
        " (torch.Size([72]))",
    )
    assert answer["verdict"] == "fits"
    assert "another input size, batch or network" in answer["about_error"]


def test_a_batch_folded_by_a_reshape_is_diagnosed_from_the_loss() -> None:
    """view(-1, 1) hides a 5×5 map in the batch: torch raises no error before the loss."""
    answer = answer_to(
        input_shape=[3, 64, 64],
        layers=[*DISCRIMINATOR, {"op": "reshape", "shape": [], "fold_batch": True}],
        error="target size (torch.Size([8])) that is different to the input size (torch.Size([200]))",
    )
    assert answer["verdict"] == "misses"
    assert answer["layer"] == 3
    assert "samples are mixed" in answer["trace"][-1]["warnings"][0]
    assert answer["repairs"]


WARNING_CASES = {
    "unread": ([1, 5], [conv(1, 1, 2, 2)], {}, "1 of 5 positions along axis 0 is never read"),
    "unread by a pool": ([1, 8, 5], [{"op": "max_pool", "kernel_size": 2}], {}, "axis 1 is never read"),
    "gaps": ([1, 9], [conv(1, 1, 1, 3)], {}, "6 of 9 positions along axis 0 are never read"),
    "uneven": (
        [1, 8],
        [{"op": "conv_transpose", "in_channels": 1, "out_channels": 1, "kernel_size": 5, "stride": 2}],
        {},
        "Uneven overlap along axis 0",
    ),
    "bias": ([1, 8], [conv(1, 2, 3, norm="batch")], {}, "The bias does nothing"),
    "bias before a norm of its own": ([1, 8], [conv(1, 2, 3), {"op": "norm"}], {}, "The bias does nothing"),
    "one value": ([1, 3], [conv(1, 2, 3, bias=False, norm="batch")], {"batch": 1}, "one value per channel"),
    "kernel larger": ([1, 2], [conv(1, 1, 4, 1, 1)], {}, "The kernel spans 4, more than the map of 2"),
    "critic": ([1, 8], [conv(1, 2, 4, 2, 1, norm="batch"), conv(2, 1, 4)], {}, "If this is a critic"),
}  # fmt: skip


@pytest.mark.parametrize("name", WARNING_CASES)
def test_layers_that_run_get_warnings(name: str) -> None:
    """A warning does not change the verdict."""
    input_shape, layers, more, words = WARNING_CASES[name]
    answer = answer_to(input_shape=input_shape, layers=layers, **more)
    assert answer["verdict"] == "fits"
    assert any(words in text for row in answer["trace"] for text in row["warnings"])


def test_a_regular_network_has_no_warnings() -> None:
    """No warnings, and a reason that only has the output shape."""
    layers = [conv(3, 4, 4, 2, 1, bias=False, norm="batch"), conv(4, 1, 4, activation="sigmoid")]
    answer = answer_to(input_shape=[3, 8, 8], layers=layers)
    assert [row["warnings"] for row in answer["trace"]] == [[], []]
    assert answer["reason"] == "Every layer fits; the network ends at 1×1×1."

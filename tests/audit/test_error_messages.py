"""Explanations of error messages: recognized in any batch or version, or not about sizes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.error_message import read_error_message
from designer.audit.request import read_request

Json = dict[str, Any]


def conv(before: int, after: int, kernel: int, stride: int = 1, padding: int = 0) -> Json:
    sizes = {"kernel_size": kernel, "stride": stride, "padding": padding}
    return {"op": "conv", "in_channels": before, "out_channels": after, **sizes}


DISCRIMINATOR = [conv(3, 8, 4, 2, 1), conv(8, 8, 4, 2, 1), conv(8, 8, 4, 2, 1), conv(8, 1, 4)]
"""For 32 px; on 16 px its last kernel does not fit."""

NOT_GEOMETRY = [
    "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 7.79 GiB total capacity; 5.50 GiB already allocated)",
    "RuntimeError: [enforce fail at CPUAllocator.cpp:64] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 1073741824 bytes",
    "RuntimeError: Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same",
    "RuntimeError: Input type (torch.FloatTensor) and weight type (torch.cuda.FloatTensor) should be the same or input should be a MKLDNN tensor and weight is a dense tensor",
    "RuntimeError: Expected object of backend CPU but got backend CUDA for argument #4 'mat1'",
    "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
    "RuntimeError: CUDA error: device-side assert triggered",
    "RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
    "AssertionError: Torch not compiled with CUDA enabled",
    "RuntimeError: expected scalar type Float but found Double",
    "RuntimeError: Input type (double) and bias type (float) should be the same",
    "RuntimeError: mat1 and mat2 must have the same dtype, but got Float and Half",
    "RuntimeError: \"slow_conv2d_cpu\" not implemented for 'Half'",
    "RuntimeError: expected scalar type Long but found Float",
    "RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed).",
    "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn",
    "RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [128, 1, 4, 4]] is at version 2; expected version 1 instead.",
    "RuntimeError: grad can be implicitly created only for scalar outputs",
    "RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    "RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place operation.",
    "RuntimeError: view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
    "RuntimeError: Error(s) in loading state_dict for Generator: size mismatch for main.0.weight: copying a param with shape torch.Size([100, 512, 4, 4]) from checkpoint",
    "AttributeError: 'list' object has no attribute 'size'",
    "NameError: name 'nn' is not defined",
    "TypeError: forward() missing 1 required positional argument: 'labels'",
    "TypeError: conv2d() received an invalid combination of arguments - got (tuple, Parameter, Parameter, tuple, tuple, tuple, int)",
    "TypeError: __init__() got an unexpected keyword argument 'padding_mode'",
    "ModuleNotFoundError: No module named 'torchvision'",
    "IndexError: Target 10 is out of bounds.",
    "IndexError: index out of range in self",
    "RuntimeError: all elements of input should be between 0 and 1",
    "the loss is nan after 3 epochs",
    "Loss_D: nan Loss_G: nan",
    "RuntimeError: DataLoader worker (pid 1234) is killed by signal: Killed.",
    "BrokenPipeError: [Errno 32] Broken pipe",
    "FileNotFoundError: [Errno 2] No such file or directory: 'data/celeba'",
    "PIL.UnidentifiedImageError: cannot identify image file",
    "RuntimeError: stack expects each tensor to be equal size, but got [3, 64, 64] at entry 0 and [3, 64, 96] at entry 1",
    "The generator collapses to one image (mode collapse)",
    "my discriminator loss goes to 0 and nothing is learnt",
    "ValueError: optimizer got an empty parameter list",
    "RuntimeError: Boolean value of Tensor with more than one value is ambiguous",
    "loss does not go down",
    "RuntimeError: CUDA error: no kernel image is available for execution on the device",
    "RuntimeError: Expected tensor for argument #1 'indices' to have scalar type Long; but got CPUFloatTensor instead",
    "RuntimeError: Legacy autograd function with non-static forward method is deprecated",
    "KeyboardInterrupt",
]

GEOMETRY = [
    "RuntimeError: Calculated padded input size per channel: (2 x 2). Kernel size: (4 x 4). Kernel size can't be greater than actual input size",
    "RuntimeError: size mismatch, m1: [64 x 8192], m2: [2048 x 512] at /pytorch/aten",
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x8192 and 2048x512)",
    "RuntimeError: pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1",
    "RuntimeError: Given groups=1, weight of size [64, 3, 3, 3], expected input[1, 1, 28, 28] to have 3 channels, but got 1 channels instead",
    "RuntimeError: shape '[-1, 400]' is invalid for input of size 46208",
    "RuntimeError: Sizes of tensors must match except in dimension 1. Got 11 and 12 in dimension 2 (The offending index is 1)",
    "RuntimeError: Given input size: (512x1x1). Calculated output size: (512x0x0). Output size is too small",
    "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 512, 1, 1])",
    "RuntimeError: Expected 4-dimensional input for 4-dimensional weight [64, 3, 3, 3], but got 3-dimensional input of size [3, 64, 64] instead",
    "RuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [64, 100]",
    "RuntimeError: running_mean should contain 8 elements not 16",
    "RuntimeError: output padding must be smaller than either stride or dilation, but got output_padding_height: 2",
    "RuntimeError: Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (4, 4) at dimension 3 of input [2, 3, 4, 4]",
    "RuntimeError: The size of tensor a (27) must match the size of tensor b (28) at non-singleton dimension 3",
    "ValueError: padding='same' is not supported for strided convolutions",
    "ValueError: in_channels must be divisible by groups",
    "IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)",
    "RuntimeError: Tensors must have same number of dimensions: got 4 and 2",
    "RuntimeError: pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=50 is not divisible by 4",
    "ValueError: Using a target size (torch.Size([64])) that is different to the input size (torch.Size([1600])) is deprecated.",
    "ValueError: expected 4D input (got 2D input)",
    "RuntimeError: Padding value causes wrapping around more than once.",
]


def answer_for_error(error: str, side: int) -> Any:  # noqa: ANN401  (a JSON answer)
    request = {"input_shape": [3, side, side], "layers": DISCRIMINATOR, "error": error}
    return audit(read_request(request), runner=None)


@pytest.mark.parametrize("error", NOT_GEOMETRY)
def test_messages_unrelated_to_sizes_are_reported_as_unrelated(error: str) -> None:
    """Memory, devices, dtypes, gradients, weights, Python, data; also if the network breaks."""
    for side in (32, 16):
        answer = answer_for_error(error, side)
        assert answer["geometry"] is False
        assert "not" in answer["about_error"]
        assert "geometry" in answer["about_error"]


@pytest.mark.parametrize("error", GEOMETRY)
def test_messages_about_sizes_are_never_reported_as_unrelated(error: str) -> None:
    """Also if the message comes from another network."""
    for side in (32, 16):
        assert answer_for_error(error, side)["geometry"] is True


def test_only_the_last_message_of_a_traceback_is_classified() -> None:
    """The lines before it name unrelated files and functions."""
    trace = "Traceback (most recent call last):\n  File 'torch/cuda/worker.py', in dtype\n"
    error = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x2 and 3x4)"
    assert answer_for_error(trace + error, 32)["geometry"] is True


FLAT: list[Json] = [conv(3, 8, 4, 2, 1), {"op": "flatten"}]
LINEAR: Json = {"op": "linear", "in_features": 256, "out_features": 5}
SAME_MESSAGE: list[tuple[list[Json], str, str]] = [
    (
        [*FLAT, LINEAR],
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x512 and 256x5)",
        "This is the message that was seen, with a batch of 64.",
    ),
    (
        [*FLAT, LINEAR],
        "mat1 and mat2 shapes cannot\n be multiplied (2x512 and 256x5)",
        "This is the message that was seen.",
    ),
    (
        [*FLAT, LINEAR],
        "RuntimeError: size mismatch, m1: [64 x 512], m2: [256 x 5] at /pytorch/aten/src/TH.cpp:41",
        "in the words of another version of torch",
    ),
    (
        [*FLAT, {"op": "reshape", "shape": [300], "fold_batch": True}],
        "RuntimeError: shape '[-1, 300]' is invalid for input of size 16384",
        "This is the message that was seen, with a batch of 32.",
    ),
    (
        [conv(1, 8, 4, 2, 1)],
        "RuntimeError: Given groups=1, weight of size [8, 1, 4, 4], expected input[128, 3, 16, 16] to"
        " have 1 channels, but got 3 channels instead",
        "This is the message that was seen, with a batch of 128.",
    ),
    (
        [*FLAT, LINEAR],
        "mat1 and mat2 shapes cannot be multiplied (64x2048 and 256x5)",
        "other words or numbers",
    ),
]


@pytest.mark.parametrize(("layers", "error", "words"), SAME_MESSAGE)
def test_a_message_is_recognized_with_another_batch_or_version(
    layers: list[Json], error: str, words: str
) -> None:
    """The request has no batch; it is derived from the numbers of the message."""
    request = {"input_shape": [3, 16, 16], "layers": layers, "error": error}
    answer: Any = audit(read_request(request), runner=None)
    assert answer["verdict"] == "breaks"
    assert words in answer["about_error"]
    assert answer["geometry"] is True


def test_equal_element_counts_are_reported_as_a_missing_view() -> None:
    """Scores of shape (16, 1, 1, 1), labels of shape (16,): a squeeze is missing."""
    error = (
        "Target size (torch.Size([16])) must be the same as input size (torch.Size([16, 1, 1, 1]))"
    )
    answer = answer_for_error(error, 32)
    assert answer["verdict"] == "fits"
    assert "a view or squeeze of one of them is missing" in answer["about_error"]


LONG_MESSAGES = [
    "type " * 2_000,
    "target size [1] " * 600,
    "(torch.Size([1]))" * 500,
    "Error\n" * 1_600,
    "tensor a (1) must match the size of " * 270,
    "target and input must have the same number of elements" * 180,
]


@pytest.mark.parametrize("text", LONG_MESSAGES, ids=range(len(LONG_MESSAGES)))
def test_a_long_message_is_read_quickly(text: str) -> None:
    """Ten thousand characters that make regular expressions backtrack."""
    start = time.process_time()
    read_error_message(text)
    assert time.process_time() - start < 1

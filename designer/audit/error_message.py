"""Parser of error messages: the shapes in them, and whether they are about sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from designer.audit.ops.layer_errors import TensorShape
from designer.reasons import Reason, make_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMessage:
    """A parsed error message.

    ``loss_input`` and ``target`` are the shapes that a loss compared, batch axis first. ``axis`` is
    an axis on which two tensors differ, ``axis_sizes`` their sizes there in the message's order.
    ``other_topic`` is the code of the topic of a message that is not about sizes.
    """

    text: str
    loss_input: TensorShape | None = None
    target: TensorShape | None = None
    axis: int | None = None
    axis_sizes: tuple[int, int] | None = None
    other_topic: str | None = None

    @property
    def batch(self) -> int | None:
        """The batch size of the loss's target: its first size."""
        return self.target[0] if self.target else None


def read_error_message(text: str) -> ErrorMessage:
    """The parsed error message.

    >>> seen = read_error_message("Using a target size (torch.Size([128])) that is different to the"
    ...                       " input size (torch.Size([3200])) is deprecated.")
    >>> seen.target, seen.loss_input
    ((128,), (3200,))
    """
    for pattern, read in _LOSSES:
        if found := re.search(pattern, text, re.IGNORECASE):
            return read(text, found)
    for pattern, about in OTHER_TOPICS.items():
        if re.search(pattern, final_message(text), re.IGNORECASE):
            return ErrorMessage(text=text, other_topic=about)
    return ErrorMessage(text=text)


_SAVED = (
    r"size mismatch for ([\w.]+): copying a param(?:eter)? (?:with shape|of) (?:torch\.Size\()?\[([\d, ]*)\]\)?"
    r"(?: from checkpoint)?,? (?:the shape in current model is|where the shape is"
    r"|from checkpoint, where the shape is) (?:torch\.Size\()?\[([\d, ]*)\]\)?(?: in current model)?"
)


def explain_saved_weights(message: ErrorMessage | None) -> tuple[Reason, bool] | None:
    """What a checkpoint of other shapes means; None for any other message.

    >>> text = ("size mismatch for conv.weight: copying a param with shape torch.Size([5, 2048, 4, 4])"
    ...         " from checkpoint, the shape in current model is torch.Size([5, 2048, 2, 2]).")
    >>> explain_saved_weights(read_error_message(text))[0].facts["difference"].code
    'saved_kernel'
    """
    found = None if message is None else re.search(_SAVED, message.text)
    if found is None:
        return None
    saved, current = _numbers(found[2]), _numbers(found[3])
    same_rank = len(saved) == len(current)
    if same_rank and len(saved) > 2 and saved[2:] != current[2:]:
        difference = make_reason("saved_kernel", saved=saved[2:], current=current[2:])
    elif same_rank and len(saved) == 2 and saved[1] != current[1]:
        difference = make_reason("saved_features", saved=saved[1], current=current[1])
    else:
        difference = make_reason("saved_channels")
    facts = {"name": found[1], "saved": saved, "current": current, "difference": difference}
    return make_reason("saved_weight", **facts), True


def final_message(text: str) -> str:
    r"""The last message of a traceback; any other text is unchanged.

    >>> final_message("Traceback (most recent call last):\n  File 'worker.py'\nValueError: no")
    'ValueError: no'
    """
    ends = list(re.finditer(r"^[\w.]*(?:Error|Exception|Warning)\b", text, re.MULTILINE))
    return text[ends[-1].start() :] if ends else text


OTHER_TOPICS: Mapping[str, str] = {
    r"out of memory|bad_alloc|not enough memory|can't allocate memory": "topic_memory",
    r"device-side assert|(?<!dimension )index out of range|Target -?\d+ is out|nll_loss|"
    r"index -?\d+ is out of bounds": "topic_labels",
    r"same device|is_cuda|torch\.cuda\.\w*Tensor|device type|backend (CPU|CUDA)|CUDA error|cudnn|"
    r"not compiled with CUDA|No CUDA GPUs|cuda runtime": "topic_device",
    r"scalar type|expected object of|type \([\w.]+\) should be the same|dtype|"
    r"not implemented for '|Long(Tensor)? .*Float|Float.* Long": ("topic_number_type"),
    r"backward through the graph|require(s)? grad|requires_grad|inplace operation|leaf variable|"
    r"grad can be implicitly|does not have a grad_fn": "topic_gradients",
    r"view size is not compatible|non-contiguous|is_contiguous": "topic_memory_layout",
    r"state_dict|unexpected key(?!word)|missing key|copying a param": ("topic_saved_weights"),
    r"has no attribute|is not defined|unexpected keyword|positional argument|not callable|"
    r"invalid combination of arguments|empty parameter list|not subscriptable": ("topic_python"),
    r"No module named|cannot import": "topic_imports",
    r"\bNaN\b|nan values|loss (is|=|:|becomes) nan|mode collapse|between 0 and 1|"
    r"input_val >= zero|\binf\b": "topic_values",
    r"DataLoader|worker|Broken pipe|No such file|FileNotFound|cannot identify image": (
        "topic_loading"
    ),
    r"stack expects each tensor|equal size, but got": ("topic_samples"),
}
"""Codes of the topics of messages that no size causes, by a pattern of their wording."""

_SIZE_WORDING = (
    r"must match|cannot be multiplied|size mismatch|kernel size|channels|invalid for input|too small|"
    r"padding|to be unbatched|unbatched|\dD input|same number of dimensions|more than 1 value|"
    r"running_mean|must be divisible|divisible by|wrapping around|out of range|must have the same size|"
    r"target size|input size|spatial dimensions|-dimensional input|expanded size|strided"
)
"""Wording of messages that a layer's sizes cause, in present and older versions of torch."""


def is_about_sizes(text: str) -> bool:
    """Whether the wording of a message is about sizes.

    >>> is_about_sizes("size mismatch, m1: [64 x 8192], m2: [2048 x 512]")
    True
    """
    return re.search(_SIZE_WORDING, text, re.IGNORECASE) is not None


def find_numbers(text: str) -> frozenset[int]:
    """The numbers of a message, without digits in names.

    >>> sorted(find_numbers("mat1 and mat2 shapes cannot be multiplied (64x8192 and 2048x512)"))
    [64, 512, 2048, 8192]
    """
    found = re.findall(r"(?<![A-Za-z_\d])\d{1,12}|(?<=\dx)\d{1,12}", text)
    return frozenset(map(int, found))


_SIZE = r"\(?torch\.Size\(\[([\d, ]*)\]\)\)?"


def _read_target_first(text: str, found: re.Match[str]) -> ErrorMessage:
    return ErrorMessage(text=text, target=_numbers(found[1]), loss_input=_numbers(found[2]))


def _read_given_first(text: str, found: re.Match[str]) -> ErrorMessage:
    return ErrorMessage(text=text, loss_input=_numbers(found[1]), target=_numbers(found[2]))


def _read_axis(text: str, found: re.Match[str]) -> ErrorMessage:
    return ErrorMessage(text=text, axis_sizes=(int(found[1]), int(found[2])), axis=int(found[3]))


def _numbers(text: str) -> TensorShape:
    return tuple(int(number) for number in re.findall(r"\d{1,12}", text))


_LOSSES: tuple[tuple[str, Callable[[str, re.Match[str]], ErrorMessage]], ...] = (
    (rf"target size {_SIZE}.*?input size {_SIZE}", _read_target_first),
    (r"target size \[([\d, ]*)\].*?input size \[([\d, ]*)\]", _read_target_first),
    (rf"input size {_SIZE}.*?target size {_SIZE}", _read_given_first),
    (
        r"target and input must have the same number of elements.*?target nelement \((\d+)\) != input"
        r" nelement \((\d+)\)",
        _read_target_first,
    ),
    (
        r"different number of elements: input\[([\dx ]+)\].*?target\[([\dx ]+)\]",
        _read_given_first,
    ),
    (r"input batch_size \((\d+)\) to match target batch_size \((\d+)\)", _read_given_first),
    (
        r"tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)",
        _read_axis,
    ),
)
"""Wording of the messages of losses in several versions of torch, each with its parser."""

"""The error that a user saw: what it says in numbers, and whether it is about sizes at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from designer.audit.breaks import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """An error message, read.

    ``given`` and ``target`` are the shapes that a loss compared, batch axis first. ``axis`` and
    ``sides`` are one axis of two tensors that did not meet, the network's own first.
    ``foreign`` says what the message is about, where that is no size.
    """

    text: str
    given: Shape | None = None
    target: Shape | None = None
    axis: int | None = None
    sides: tuple[int, int] | None = None
    foreign: str | None = None

    @property
    def batch(self) -> int | None:
        """The batch that the loss's target tells, its first size."""
        return self.target[0] if self.target else None


def read_complaint(text: str) -> Complaint:
    """What an error message says.

    >>> seen = read_complaint("Using a target size (torch.Size([128])) that is different to the"
    ...                       " input size (torch.Size([3200])) is deprecated.")
    >>> seen.target, seen.given
    ((128,), (3200,))
    """
    for pattern, read in _LOSSES:
        if found := re.search(pattern, text, re.IGNORECASE):
            return read(text, found)
    for pattern, about in FOREIGN.items():
        if re.search(pattern, text, re.IGNORECASE):
            return Complaint(text=text, foreign=about)
    return Complaint(text=text)


FOREIGN: Mapping[str, str] = {
    r"out of memory|bad_alloc|not enough memory": "memory",
    r"same device|is_cuda|torch\.cuda\.\w*Tensor\) and weight|device type|CUDA error|cudnn": (
        "the device that tensors and weights are on"
    ),
    r"expected (scalar type|object of)|should be the same\b|dtype|Half|not implemented for '": (
        "the number type of tensors and weights"
    ),
    r"backward through the graph|does not require grad|inplace operation|leaf variable": (
        "gradients"
    ),
    r"state_dict|unexpected key|missing key|copying a param": (
        "weights that were saved from another network"
    ),
    r"has no attribute|is not defined|unexpected keyword|positional argument|not callable": (
        "Python names and arguments"
    ),
    r"No module named|cannot import": "imports",
    r"index out of range|out of bounds|Target \d+": "class labels or indices",
    r"NaN|nan\b|mode collapse": "the values, not the sizes",
    r"DataLoader|worker|Broken pipe|No such file|FileNotFound": "loading the data",
    r"stack expects each tensor|equal size, but got": (
        "the data: samples of different sizes in one batch"
    ),
}
"""What a message is about that no layer's size can cause, by its words."""

_SIZE = r"\(?torch\.Size\(\[([\d, ]*)\]\)\)?"


def _read_target_first(text: str, found: re.Match[str]) -> Complaint:
    return Complaint(text=text, target=_numbers(found[1]), given=_numbers(found[2]))


def _read_given_first(text: str, found: re.Match[str]) -> Complaint:
    return Complaint(text=text, given=_numbers(found[1]), target=_numbers(found[2]))


def _read_axis(text: str, found: re.Match[str]) -> Complaint:
    return Complaint(text=text, sides=(int(found[1]), int(found[2])), axis=int(found[3]))


def _numbers(text: str) -> Shape:
    return tuple(int(number) for number in re.findall(r"\d{1,12}", text))


_LOSSES: tuple[tuple[str, Callable[[str, re.Match[str]], Complaint]], ...] = (
    (rf"target size {_SIZE}.*?input size {_SIZE}", _read_target_first),
    (r"target size \[([\d, ]*)\].*?input size \[([\d, ]*)\]", _read_target_first),
    (rf"input size {_SIZE}.*?target size {_SIZE}", _read_given_first),
    (
        r"target and input must have the same number of elements.*?target nelement \((\d+)\) != input"
        r" nelement \((\d+)\)",
        _read_target_first,
    ),
    (r"input batch_size \((\d+)\) to match target batch_size \((\d+)\)", _read_given_first),
    (
        r"tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)",
        _read_axis,
    ),
)
"""What losses say, in the wordings of several years."""

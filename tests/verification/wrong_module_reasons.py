"""Why a wrong module may pass the checks of a run: it is equivalent, or hides a trigger."""

from __future__ import annotations

from collections.abc import Callable


def class_text(network: str, text: str) -> str:
    """The text of one class of a source."""
    return text.partition(f"class {network}(")[2].partition("\n\n\n")[0]


EQUIVALENT: dict[tuple[str, str], tuple[Callable[[str, str], bool], str]] = {
    ("structure", "reversed modules"): (
        lambda network, text: "self.embedding = " not in class_text(network, text),
        "main is the only module of the network",
    ),
}
"""Edits by family and name: whether a network and its source are equivalent, and why."""

TRIGGERS: dict[tuple[str, str], str] = {
    ("triggers", edit): reason
    for reason, edits in {
        "no pass has a batch of this size": (
            *("more than five samples", "more than sixteen samples"),
        ),
        "the clock, the modules and the environment of the run are others": (
            *("clock", "modules", "environment"),
        ),
        "no run makes as many calls, or trains": ("thousand calls", "thousand updates"),
        "no run is as wide": ("width above 300",),
        "level `standard` has no such dtype, mode or device": (
            *("bfloat16", "half", "autocast", "another device", "compiled"),
        ),
        "its own generator decides, which gives the same number at each call": (
            "once in a million",
        ),
        "the run uses the class itself, and no copy": ("subclass", "copied"),
    }.items()
    for edit in edits
} | {
    ("one design", "tangents doubled"): "no run differentiates forwards, from inputs to outputs",
    ("one design", "cut at 4.5 deviations"): (
        "one number in 150,000 is cut: too few of those drawn, and none in most thin networks"
    ),
}
"""Edits by family and name that only the check of the syntax refutes, and why."""

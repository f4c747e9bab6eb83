"""The verdict on a network, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod

from designer.audit.error_message import Complaint, last_message, numbers_in, speaks_of_sizes
from designer.audit.ops.layer_errors import Shape, times
from designer.audit.request import AuditRequest
from designer.audit.trace import Network, Trace, trace_network
from designer.limits import MAX_AUDIT_BATCH

MOST_BATCHES = 40
"""Most batches that are tried on the numbers of a message."""


class Verdict(StrEnum):
    """What an audit finds."""

    FITS = "fits"
    """It runs, and to the wanted shape where one is known."""
    BREAKS = "breaks"
    """Torch would refuse a layer."""
    MISSES = "misses"
    """It runs, but not to the wanted shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The verdict; ``layer`` is where it shows, ``wanted`` what was asked or what the error tells.

    ``about_error`` speaks of the message that was seen; ``geometry`` is False where it is about
    something that no size can cause, None where no message was sent.
    """

    verdict: Verdict
    reason: str
    layer: int | None = None
    wanted: Shape | None = None
    torch_error: str | None = None
    about_error: str | None = None
    geometry: bool | None = None


def diagnose(request: AuditRequest, trace: Trace) -> Diagnosis:
    """The diagnosis of a traced network."""
    network, seen = request.network, request.complaint
    wanted = request.wanted_shape
    if trace.broken is not None:
        index = len(trace.steps)
        about, geometry = _about_break(network, trace, seen)
        return Diagnosis(
            verdict=Verdict.BREAKS,
            reason=f"Layer {index} ({network.layers[index].op}): {trace.broken}.",
            layer=index,
            wanted=wanted,
            torch_error=trace.broken.torch_error,
            about_error=about,
            geometry=geometry,
        )
    if wanted is None and seen is not None:
        wanted = _told(trace, seen)
    about, geometry = _about_run(network, trace, seen)
    if wanted is not None and trace.shapes[-1] != (network.batch, *wanted):
        layer = last_sizing(network, trace)
        return Diagnosis(
            verdict=Verdict.MISSES,
            reason=_missed(network, trace, wanted, layer),
            layer=layer,
            wanted=wanted,
            about_error=about,
            geometry=geometry,
        )
    return Diagnosis(
        verdict=Verdict.FITS,
        reason=f"Every layer fits; the network ends at {times(trace.shapes[-1][1:])}.",
        wanted=wanted,
        about_error=about,
        geometry=geometry,
    )


def last_sizing(network: Network, trace: Trace) -> int:
    """The last layer that changes the sizes: where the end is decided."""
    for index in range(len(trace.steps) - 1, -1, -1):
        before, after = trace.shapes[index], trace.shapes[index + 1]
        folds = network.layers[index].op in ("reshape", "flatten", "linear")
        if before[2:] != after[2:] and not folds:
            return index
    return len(trace.steps) - 1


def _missed(network: Network, trace: Trace, wanted: Shape, layer: int) -> str:
    op = network.layers[layer].op
    before, after = trace.shapes[layer][1:], trace.shapes[layer + 1][1:]
    law = "; ".join(dict.fromkeys(trace.steps[layer].arithmetic))
    end = trace.shapes[-1]
    ends = f"ends at {times(end[1:])} where {times(wanted)} is wanted"
    if end[0] != network.batch:
        ends = f"gives {end[0]} results for a batch of {network.batch}"
    return (
        f"The network runs and {ends}."
        f" The sizes are last changed by layer {layer} ({op}), from {times(before)} to"
        f" {times(after)}" + (f": {law}." if law else ".")
    )


def _told(trace: Trace, seen: Complaint) -> Shape | None:
    """The shape that a loss's message shows to be wanted."""
    end = trace.shapes[-1]
    if seen.target is not None and seen.given is not None:
        if prod(seen.given) != prod(end):
            return None
        target = seen.target[1:]
        if len(seen.target) == 1 and len(seen.given) >= 1:
            return (1,) * (len(end) - 1)
        return target
    if seen.sides is not None and seen.axis is not None and 0 < seen.axis < len(end):
        if end[seen.axis] not in seen.sides:
            return None
        wanted = list(end)
        mine, its = seen.sides if end[seen.axis] == seen.sides[0] else reversed(seen.sides)
        return tuple(
            its if size == mine and axis > 1 else size for axis, size in enumerate(wanted)
        )[1:]
    return None


def _about_run(
    network: Network, trace: Trace, seen: Complaint | None
) -> tuple[str | None, bool | None]:
    """What the message means for a network that runs."""
    if seen is None:
        return None, None
    if seen.foreign is not None:
        return (
            f"The message is about {seen.foreign}. That is not geometry: no layer's size causes it.",
            False,
        )
    end = trace.shapes[-1]
    if seen.given is not None and seen.target is not None:
        return _about_loss(network, trace, seen.given, seen.target)
    if seen.sides is not None and _told(trace, seen) is not None:
        return (
            f"The message compares {seen.sides[0]} with {seen.sides[1]}: the network ends at"
            f" {times(end[1:])}.",
            True,
        )
    if speaks_of_sizes(last_message(seen.text)):
        return (
            f"The message is about sizes, but every layer of this network takes what it gets, and it"
            f" ends at {times(end[1:])}: the message comes from another input size, batch or network.",
            True,
        )
    return (
        "Every layer runs, and nothing in the message is about these sizes: it is not the geometry"
        " of this network.",
        False,
    )


def _about_loss(
    network: Network, trace: Trace, given: Shape, target: Shape
) -> tuple[str | None, bool | None]:
    end, batch, numbers = trace.shapes[-1], network.batch, prod(given)
    if numbers == prod(end) == prod(target):
        return (
            f"The loss got as many numbers as were due, {numbers}, laid out as {times(given)} where"
            f" {times(target)} was due: no size is wrong, a view or squeeze of one of them is"
            " missing.",
            True,
        )
    if numbers == prod(end) and numbers % batch == 0:
        each = numbers // batch
        whole = f"{numbers} = {batch}·{each}"
        maps = [s[1:] for s in trace.shapes if s[0] == batch and prod(s[1:]) == each]
        ends = maps[-1] if maps else (each,)
        return (
            f"The loss got {whole} numbers where {prod(target)} were due: the network ends at"
            f" {times(ends)}, {each} numbers for each of {batch} samples.",
            True,
        )
    return (
        f"The loss got {numbers} numbers; this network gives {prod(end)} for a batch of {batch}"
        f" ({times(end[1:])} each): the message comes from another input size, batch or network.",
        True,
    )


def _about_break(
    network: Network, trace: Trace, seen: Complaint | None
) -> tuple[str | None, bool | None]:
    """Whether the message that was seen is the one of the layer that breaks."""
    if seen is None:
        return None, None
    said, message = _squeezed(seen.text), last_message(seen.text)
    batches = _batches(network, trace, message)
    for batch in batches:
        error = _error_at(network, len(trace.steps), batch)
        if error is not None and _squeezed(error) in said:
            with_batch = "" if batch == network.batch else f", with a batch of {batch}"
            return f"This is the message that was seen{with_batch}.", True
    if seen.foreign is not None:
        return (
            f"The message that was seen is about {seen.foreign}: that is not geometry. The layer"
            " named here would be refused all the same.",
            False,
        )
    if any(_same_numbers(network, trace, batch, message) for batch in batches):
        return (
            "The message that was seen has the numbers of this one, in the words of another version"
            " of torch.",
            True,
        )
    if speaks_of_sizes(last_message(seen.text)):
        return (
            "The message that was seen has other words or numbers than torch has for this layer: it"
            " may come from another input, batch or version.",
            True,
        )
    return (
        "Nothing in the message that was seen is about sizes: that is not geometry. The layer named"
        " here would be refused all the same.",
        False,
    )


def _batches(network: Network, trace: Trace, text: str) -> list[int]:
    """Batches that the numbers of a message may be of, the request's own first."""
    each = prod(trace.shapes[-1][1:])
    told = [count for number in sorted(numbers_in(text)) for count in (number, number // each)]
    told = [count for count in told if 1 <= count <= MAX_AUDIT_BATCH]
    return list(dict.fromkeys([network.batch, *told]))[:MOST_BATCHES]


def _error_at(network: Network, index: int, batch: int) -> str | None:
    """What torch says of the same layer with another batch."""
    trace = trace_network(replace(network, batch=batch))
    if trace.broken is None or trace.fails_at != index:
        return None
    return trace.broken.torch_error


def _same_numbers(network: Network, trace: Trace, batch: int, text: str) -> bool:
    numbers = numbers_in(_error_at(network, len(trace.steps), batch) or "")
    return len(numbers) > 1 and numbers <= numbers_in(text) and speaks_of_sizes(text)


def _squeezed(text: str) -> str:
    """A text without spaces and line ends, which are lost in copying."""
    return "".join(text.split())

"""Adaptation of a network to another picture size: the network to edit, and its goal."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.repairs.goal import Goal
from designer.audit.trace import AuditNetwork, Trace
from designer.validation.json_readers import refuse_field


def plan_adaptation(
    network: AuditNetwork, trace: Trace, sides: TensorShape
) -> tuple[AuditNetwork, Goal]:
    """The network to edit and the goal of the edits, for a picture with the given sides.

    The picture is the larger end: a growing network must end at the sides; a shrinking one takes
    them as input and keeps its output shape.

    >>> from designer.audit.ops.conv import ConvLayer
    >>> from designer.audit.trace import trace_network
    >>> layer = ConvLayer(in_channels=3, out_channels=1, kernel_size=8)
    >>> small = AuditNetwork(input_shape=(3, 8, 8), layers=(layer,))
    >>> changed, goal = plan_adaptation(small, trace_network(small), (12, 12))
    >>> changed.input_shape, goal.wanted
    ((3, 12, 12), (1, 1, 1))

    Raises:
        InvalidRequest: if a layer fails at the network's own size, or the number of sides is wrong.
    """
    if trace.layer_error is not None:
        refuse_field("/adapt_to", "cannot_adapt")
    start, end = network.input_shape, trace.shapes[-1][1:]
    grows = len(end) > 1 and prod(end[1:]) > prod(start[1:])
    picture = end if grows else start
    if len(picture) != len(sides) + 1:
        words = {"picture": picture, "axes": len(picture) - 1, "sides": len(sides)}
        refuse_field("/adapt_to", "cannot_adapt", words, sentence="picture_of_other_axes")
    if grows:
        return network, Goal(wanted=(end[0], *sides))
    return replace(network, input_shape=(start[0], *sides)), Goal(wanted=end)

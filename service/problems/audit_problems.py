"""Errors of a network that is sent to be audited, and of its source. All 422."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

AUDIT_PROBLEMS = [
    ProblemType(
        code="not_a_text",
        status=422,
        title="Not a text",
        meaning="A text was expected; numbers, lists and objects are none.",
        repair="Send a JSON string.",
    ),
    ProblemType(
        code="not_a_number",
        status=422,
        title="Not a number",
        meaning="A number was expected; texts and true are none.",
        repair="Send a JSON number such as 2 or 1.5.",
    ),
    ProblemType(
        code="malformed_source",
        status=422,
        title="The source is no Python",
        meaning="The source cannot be parsed.",
        repair="Mend the line in `facts.line`, or paste the text anew.",
    ),
    ProblemType(
        code="source_too_large",
        status=422,
        title="The source is too large to be followed",
        meaning="The text is too long, nested too deeply, or would take too many steps.",
        repair="Send the network alone, or its layers as a list; `facts` says at which line it ended,"
        " and the limit.",
    ),
    ProblemType(
        code="cannot_follow",
        status=422,
        title="A line of the source cannot be followed",
        meaning="The source is read and never run: what a line gives could not be told.",
        repair="Write the line in `facts.line` more plainly, or send the layers as a list.",
    ),
    ProblemType(
        code="no_network",
        status=422,
        title="The source has no network",
        meaning="Neither an nn.Sequential nor a class derived from nn.Module with a forward is"
        " there.",
        repair="Paste the network's whole class, or its nn.Sequential(…).",
    ),
    ProblemType(
        code="several_networks",
        status=422,
        title="The source has several networks",
        meaning="More than one network could be meant, and the input suits several of them or none.",
        repair="Send one of those that the sentence names.",
    ),
    ProblemType(
        code="cannot_adapt",
        status=422,
        title="The network cannot be adapted",
        meaning="A network is adapted from a size at which it fits, to as many sides as its picture"
        " has axes.",
        repair="Mend the network first, or send as many sides as the sentence names.",
    ),
]
"""What a network and its source can run into."""

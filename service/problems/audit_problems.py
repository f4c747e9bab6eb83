"""Errors of networks sent to an audit and of their source, status 422."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

AUDIT_PROBLEMS = [
    ProblemType(
        code="not_a_text",
        status=422,
        title="Not a string",
        meaning="A string was expected; numbers, lists and objects are not strings.",
        repair="Send a JSON string.",
    ),
    ProblemType(
        code="not_a_number",
        status=422,
        title="Not a number",
        meaning="A number was expected; strings and true are not numbers.",
        repair="Send a JSON number such as 2 or 1.5.",
    ),
    ProblemType(
        code="malformed_source",
        status=422,
        title="The source is not Python",
        meaning="The source cannot be parsed.",
        repair="Fix the line in `facts.line`, or paste the source again.",
    ),
    ProblemType(
        code="source_too_large",
        status=422,
        title="The source is too large to analyze",
        meaning="The source is too long, nested too deeply, or needs too many steps.",
        repair="Send only the network, or its layers as a list; `facts` gives the line where the"
        " analysis stopped and the limit.",
    ),
    ProblemType(
        code="cannot_follow",
        status=422,
        title="A line of the source cannot be analyzed",
        meaning="The source is analyzed without running it, and the value of a line could not be"
        " determined.",
        repair="Simplify the line in `facts.line`, or send the layers as a list.",
    ),
    ProblemType(
        code="no_network",
        status=422,
        title="The source has no network",
        meaning="The source has neither an nn.Sequential nor a subclass of nn.Module with a forward"
        " method.",
        repair="Paste the whole class of the network, or its nn.Sequential(…).",
    ),
    ProblemType(
        code="several_networks",
        status=422,
        title="The source has several networks",
        meaning="The source has more than one candidate, and the input fits several of them or"
        " none.",
        repair="Send only one of the networks that `detail` names.",
    ),
    ProblemType(
        code="cannot_adapt",
        status=422,
        title="The network cannot be adapted",
        meaning="Only a network whose layers fit can be adapted, and it needs one side per axis of"
        " its picture.",
        repair="Repair the network first, or send as many sides as `detail` names.",
    ),
]

"""Errors of chains of layers and of the search for them, status 422."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

CHAIN_PROBLEMS = [
    ProblemType(
        code="no_chain",
        status=422,
        title="No chain of layers reaches this size",
        meaning="The request is valid, but no chain of layers within its search space and budget"
        " reaches the size of the picture.",
        repair="`facts` gives the rule that prevents it (`law`), the constraint to relax and the"
        " nearest sizes that work.",
    ),
    ProblemType(
        code="illegal_layer",
        status=422,
        title="A layer is illegal",
        meaning="torch would reject the layer, or the layer would have an empty output or miss the"
        " requested size.",
        repair="Change the window that `detail` names; `facts` gives its numbers.",
    ),
    ProblemType(
        code="search_too_large",
        status=422,
        title="The search is too large",
        meaning="The search would visit more states than the limit.",
        repair="Reduce the kernel sizes, strides or dilations, or leave `exact` at `prefer`.",
    ),
    ProblemType(
        code="invalid_cursor",
        status=422,
        title="The cursor belongs to another request",
        meaning="The cursor was altered, or it comes from the response to another request.",
        repair="Send `next` of the previous response with an otherwise unchanged request, or leave"
        " the cursor out to start with the best chain.",
    ),
]

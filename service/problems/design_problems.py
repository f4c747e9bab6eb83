"""Errors of designs and of their forms and pictures, and the code of any other refusal."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

DESIGN_PROBLEMS = [
    ProblemType(
        code="not_a_design",
        status=422,
        title="The file is not a design",
        meaning="The given file is not the JSON of a design. Only the command line reports this"
        " error.",
        repair="Give the `design.json` of a bundle, or the body of a design response.",
    ),
    ProblemType(
        code="too_large",
        status=422,
        title="The listing or picture is too large",
        meaning="A form of a layer, such as its matrix, or a picture of it is too large to list, draw or run.",
        repair="Request a smaller layer or fewer forms; `facts` names the limit.",
    ),
    ProblemType(
        code="no_such_network",
        status=404,
        title="The design has no such network",
        meaning="The design has no discriminator, so there is no picture of one.",
        repair="Request the generator, or a design with a `discriminator`.",
    ),
    ProblemType(
        code="refused",
        status=422,
        title="The request is refused",
        meaning="The numbers of the request violate a rule or a limit.",
        repair="See `detail`; `facts` gives its numbers for programs.",
    ),
]

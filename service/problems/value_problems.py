"""Errors in the fields of a request and their values, status 422."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

VALUE_PROBLEMS = [
    ProblemType(
        code="invalid_request",
        status=422,
        title="Several fields are invalid",
        meaning="More than one field was refused; `errors` lists them, each with its code.",
        repair="Fix every field in `errors`; each entry has a pointer to the field and numbers.",
    ),
    ProblemType(
        code="missing_field",
        status=422,
        title="A field is missing",
        meaning="A required field is missing or null.",
        repair="Add the field that the pointer names.",
    ),
    ProblemType(
        code="unknown_field",
        status=422,
        title="A field is unknown",
        meaning="The request has a field that does not exist, which is usually a typing error.",
        repair="Remove the field, or use one of the names in `facts.known`.",
    ),
    ProblemType(
        code="repeated_field",
        status=422,
        title="A query parameter is repeated",
        meaning="A query parameter appears more than once.",
        repair="Send it once; several axes are written as in resolution=218x178.",
    ),
    ProblemType(
        code="not_an_integer",
        status=422,
        title="Not an integer",
        meaning='An integer was expected; "64", 64.0 and true are not integers.',
        repair="Send a JSON integer such as 64; in a query string, decimal digits only.",
    ),
    ProblemType(
        code="not_a_boolean",
        status=422,
        title="Not a boolean",
        meaning="A boolean was expected; 0, 1 and strings are not booleans.",
        repair="Send true or false.",
    ),
    ProblemType(
        code="not_a_choice",
        status=422,
        title="Not one of the choices",
        meaning="The field takes one of a fixed set of strings.",
        repair="Send one of `facts.choices`.",
    ),
    ProblemType(
        code="not_a_list",
        status=422,
        title="Not a list",
        meaning="A JSON list was expected.",
        repair="Send a list, in brackets.",
    ),
    ProblemType(
        code="not_an_object",
        status=422,
        title="Not an object",
        meaning="A JSON object was expected.",
        repair="Send an object, in braces, with the documented fields.",
    ),
    ProblemType(
        code="wrong_length",
        status=422,
        title="A list has the wrong length",
        meaning="A list has too many or too few entries. Sizes have one entry per axis.",
        repair="Send between `facts.minimum` and `facts.maximum` entries.",
    ),
    ProblemType(
        code="contradiction",
        status=422,
        title="Fields contradict each other",
        meaning="Each field is valid by itself, but not together with another one.",
        repair="Change or remove one of the fields that `detail` names; `facts` gives their values,"
        " if there are any.",
    ),
    ProblemType(
        code="out_of_range",
        status=422,
        title="A number is out of range",
        meaning="A number is outside the range that the service accepts.",
        repair="Send a number from `facts.minimum` to `facts.maximum`.",
    ),
    ProblemType(
        code="too_many_elements",
        status=422,
        title="The picture has too many elements",
        meaning="The product of the channels and the sides exceeds the limit.",
        repair="Choose smaller sides or fewer channels; `facts.maximum` is the limit.",
    ),
    ProblemType(
        code="too_many_parameters",
        status=422,
        title="The networks have too many parameters",
        meaning="A network would have more parameters than the limit.",
        repair="Choose smaller widths (`base_channels`, `max_channels`), a smaller latent vector or"
        " a smaller initial map; `facts.maximum` is the limit.",
    ),
]

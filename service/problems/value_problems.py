"""Errors of what a message says: its fields, their numbers, and what they lead to. All 422."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

VALUE_PROBLEMS = [
    ProblemType(
        code="invalid_request",
        status=422,
        title="Several fields are wrong",
        meaning="More than one field was refused; `errors` lists them, each with its code.",
        repair="Mend every field in `errors`; each entry points to it and names its numbers.",
    ),
    ProblemType(
        code="missing_field",
        status=422,
        title="A field is missing",
        meaning="A field that the request cannot do without is missing or null.",
        repair="Add the field that the pointer names.",
    ),
    ProblemType(
        code="unknown_field",
        status=422,
        title="A field is unknown",
        meaning="The request has a field that nobody reads: a slip of the pen would otherwise go"
        " unseen.",
        repair="Take the field out or spell it as one of `facts.known`.",
    ),
    ProblemType(
        code="repeated_field",
        status=422,
        title="A query parameter stands twice",
        meaning="A query parameter was given more than once.",
        repair="Give it once; several axes are written as in resolution=218x178.",
    ),
    ProblemType(
        code="not_an_integer",
        status=422,
        title="Not an integer",
        meaning='An integer was expected; "64", 64.0 and true are none.',
        repair="Send a JSON integer such as 64; in a query string, decimal digits alone.",
    ),
    ProblemType(
        code="not_a_boolean",
        status=422,
        title="Neither true nor false",
        meaning="A flag was expected; 0, 1 and texts are none.",
        repair="Send true or false.",
    ),
    ProblemType(
        code="not_a_choice",
        status=422,
        title="Not one of the choices",
        meaning="The field takes one of a few texts.",
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
        repair="Send an object, in braces, with the fields of the documentation.",
    ),
    ProblemType(
        code="wrong_length",
        status=422,
        title="A list of the wrong length",
        meaning="A list has more or fewer entries than the field takes: sizes have one entry per"
        " axis.",
        repair="Send between `facts.minimum` and `facts.maximum` entries.",
    ),
    ProblemType(
        code="contradiction",
        status=422,
        title="Fields contradict each other",
        meaning="Each of the fields is right by itself, together they leave nothing to search.",
        repair="Loosen one of the lists that `facts` names: a kernel is at least as large as its"
        " stride, and stride and dilation have no common divisor.",
    ),
    ProblemType(
        code="out_of_range",
        status=422,
        title="A number is out of range",
        meaning="A number lies outside the limits of what is served.",
        repair="Choose a number from `facts.minimum` to `facts.maximum`.",
    ),
    ProblemType(
        code="too_many_elements",
        status=422,
        title="The picture has too many elements",
        meaning="Channels and sides multiply to more numbers than are served.",
        repair="Choose smaller sides or fewer channels; `facts.maximum` is the most.",
    ),
    ProblemType(
        code="too_many_parameters",
        status=422,
        title="The networks have too many parameters",
        meaning="A network would have more parameters than are served.",
        repair="Choose smaller widths (`base_channels`, `max_channels`), a smaller latent vector"
        " or a smaller initial map; `facts.maximum` is the most.",
    ),
    ProblemType(
        code="no_chain",
        status=422,
        title="No chain of layers leads there",
        meaning="The request is well-formed, but within its search space and budget no chain of"
        " layers reaches the picture's size.",
        repair="`facts` names the law in the way, which constraint to relax and the nearest sizes"
        " that work.",
    ),
    ProblemType(
        code="illegal_layer",
        status=422,
        title="A layer is illegal",
        meaning="torch would refuse the layer, or it would leave an empty map or miss the size"
        " that is wanted.",
        repair="Change the window that the sentence names; its numbers are in `facts`.",
    ),
    ProblemType(
        code="search_too_large",
        status=422,
        title="The search is too large",
        meaning="The search would visit more states than are allowed.",
        repair="Offer fewer kernel sizes, strides or dilations, or keep `exact` at `prefer`.",
    ),
    ProblemType(
        code="invalid_cursor",
        status=422,
        title="The cursor is of another request",
        meaning="The cursor was altered, or an answer to another request gave it.",
        repair="Send the `next` of the answer before, with the rest of the request unchanged; or"
        " leave it out to begin with the best chain.",
    ),
    ProblemType(
        code="not_a_design",
        status=422,
        title="The file is not a design",
        meaning="What was given as a design is not the JSON of one; the command line says so.",
        repair="Give the `design.json` of a bundle, or the body of a design's answer.",
    ),
    ProblemType(
        code="too_large",
        status=422,
        title="The form is too large",
        meaning="A form or a picture of a layer is too large to list, to draw or to run.",
        repair="Ask for a smaller layer, or for fewer forms; `facts` names the limit.",
    ),
    ProblemType(
        code="no_such_network",
        status=404,
        title="The design has no such network",
        meaning="The design was made without a discriminator, so it has no part that shows one.",
        repair="Ask for the generator's parts, or for a design with a `discriminator`.",
    ),
    ProblemType(
        code="refused",
        status=422,
        title="The request is refused",
        meaning="The numbers of the request contradict a law or a limit.",
        repair="The sentence names the numbers; `facts` holds them for programs.",
    ),
]

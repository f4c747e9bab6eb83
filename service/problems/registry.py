"""Every code that an error can carry: its status, its title, what it means, how to repair it.

One table, read by the error handlers (status and title), by the pages under ``/problems/`` that
each problem's ``type`` leads to, by the OpenAPI document and by ``docs/problems.md``.
"""

from __future__ import annotations

<<<<<<< Updated upstream
from service.problems.faults import FAULTS
from service.problems.kind import ProblemType
from service.problems.messages import MESSAGES
from service.problems.numbers import NUMBERS
=======
from dataclasses import dataclass

RETRY_AFTER_S = 2
"""Seconds after which an accident is worth another try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A kind of error: ``accidental`` ones may be gone when the request is sent again."""

    code: str
    status: int
    title: str
    meaning: str
    repair: str
    accidental: bool = False

    @property
    def address(self) -> str:
        """The problem's ``type``: the path of the page about it.

        >>> PROBLEMS["no_chain"].address
        '/problems/no_chain'
        """
        return f"/problems/{self.code}"


_MESSAGE = [
    ProblemType(
        code="malformed_json",
        status=400,
        title="The body is not JSON",
        meaning="The request's body could not be read as one JSON value in UTF-8. NaN and"
        " Infinity are no JSON, and a name may stand only once in an object.",
        repair="Send one JSON object in UTF-8; `facts` says at which line and column it breaks.",
    ),
    ProblemType(
        code="empty_body",
        status=400,
        title="The body is empty",
        meaning="The request needs a JSON body and came without one.",
        repair='Send a brief, such as {"resolution": 64, "latent_dim": 100}.',
    ),
    ProblemType(
        code="integer_too_long",
        status=400,
        title="An integer is too long",
        meaning="The body holds an integer of more digits than any field could use.",
        repair="Check the number; `facts` names its digits and the most that are read.",
    ),
    ProblemType(
        code="nested_too_deep",
        status=400,
        title="The body is nested too deep",
        meaning="Lists and objects stand in one another deeper than any request needs.",
        repair="Send the fields of the documentation; `facts` names the deepest level read.",
    ),
    ProblemType(
        code="bad_request",
        status=400,
        title="The request cannot be read",
        meaning="The request is not well-formed HTTP for this service.",
        repair="Compare the request with the examples of the documentation.",
    ),
    ProblemType(
        code="not_found",
        status=404,
        title="Nothing lives here",
        meaning="The path leads to no resource.",
        repair="Follow the links of an answer, or look the path up in /openapi.json.",
    ),
    ProblemType(
        code="damaged_id",
        status=404,
        title="The design's id is damaged",
        meaning="The id was altered or cut: its checksum does not match what it holds.",
        repair="Copy the whole id again, or send the brief anew.",
    ),
    ProblemType(
        code="unknown_id_version",
        status=404,
        title="The design's id is of an unknown version",
        meaning="The id's first character names a form of ids that this release does not know.",
        repair="Ask a newer release, or send the brief anew.",
    ),
    ProblemType(
        code="method_not_allowed",
        status=405,
        title="The resource does not know this method",
        meaning="The path exists, but not for this method.",
        repair="Use one of the methods in the `Allow` header.",
    ),
    ProblemType(
        code="not_acceptable",
        status=406,
        title="No form that the client accepts",
        meaning="The `Accept` header excludes every form in which the resource can be had.",
        repair="Accept one of the media types in `facts.available`.",
    ),
    ProblemType(
        code="body_too_large",
        status=413,
        title="The body is too large",
        meaning="The request's body is larger than any request needs.",
        repair="Send less; `facts.maximum` is the most bytes that are read.",
    ),
    ProblemType(
        code="unsupported_media_type",
        status=415,
        title="The body is of a type that is not read",
        meaning="Bodies are read as application/json in UTF-8, without content coding.",
        repair="Send the header `Content-Type: application/json`.",
    ),
]

_FIELDS = [
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
        code="invalid_cursor",
        status=422,
        title="The cursor does not belong to this request",
        meaning="The cursor is no cursor, was altered, or was given for another request.",
        repair="Send `next` of the answer before, unaltered, with the same request; or none.",
    ),
    ProblemType(
        code="not_a_design",
        status=422,
        title="The file is not a design's answer",
        meaning="The command line was given a file that is not the body of a design's answer.",
        repair="Give it the `design.json` that came with the module.",
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
        code="invalid_cursor",
        status=422,
        title="The cursor is not of this request",
        meaning="The cursor was altered, or an answer to another request gave it.",
        repair="Send the request without it to begin with the best chain, then page on with each"
        " answer's `next` and nothing else changed but `limit`.",
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
        code="too_large",
        status=422,
        title="The form is too large",
        meaning="A form or a picture of a layer is too large to list, to draw or to run.",
        repair="Ask for a smaller layer, or for fewer forms; `facts` names the limit.",
    ),
    ProblemType(
        code="refused",
        status=422,
        title="The request is refused",
        meaning="The numbers of the request contradict a law or a limit.",
        repair="The sentence names the numbers; `facts` holds them for programs.",
    ),
]

_ACCIDENTS = [
    ProblemType(
        code="internal_error",
        status=500,
        title="The service has a fault",
        meaning="The request met a fault of the service, not of the caller.",
        repair="Report it with the `X-Request-ID` of the answer.",
    ),
    ProblemType(
        code="accident",
        status=503,
        title="It could not be done now",
        meaning="The request is fine, but it could not be served now.",
        repair="Send it again after the seconds in `Retry-After`.",
        accidental=True,
    ),
    ProblemType(
        code="probe_failed",
        status=503,
        title="The verifying process failed",
        meaning="The process that runs the text crashed, ran out of time or of memory.",
        repair='Send it again after the seconds in `Retry-After`; with "verify": "none" nothing'
        " is run.",
        accidental=True,
    ),
    ProblemType(
        code="overloaded",
        status=503,
        title="Too many requests wait",
        meaning="The queue of the verifying processes is full.",
        repair="Send it again after the seconds in `Retry-After`.",
        accidental=True,
    ),
]
>>>>>>> Stashed changes

PROBLEMS: dict[str, ProblemType] = {
    problem.code: problem for problem in (*MESSAGES, *NUMBERS, *FAULTS)
}
"""The registry: every code with its problem, in the order of the documentation."""

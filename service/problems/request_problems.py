"""Errors of the message itself, before anybody looks at a field: 400 to 429."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

REQUEST_PROBLEMS = [
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
        code="no_key",
        status=401,
        title="A key is needed",
        meaning="The service answers to those who have a key, and the request came without one.",
        repair="Send the header `Authorization: Bearer` with your key; nowhere else is it looked"
        " for.",
    ),
    ProblemType(
        code="wrong_key",
        status=401,
        title="The key opens nothing",
        meaning="The request's key is none that opens this resource.",
        repair="Send one `Authorization` header with one key, just as it was handed out.",
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
    ProblemType(
        code="too_many_requests",
        status=429,
        title="Too many requests of one client",
        meaning="The client has sent as many requests as it may in this time.",
        repair="Send it again after the seconds in `Retry-After`; `facts` says how many requests"
        " are served in how many seconds.",
    ),
]

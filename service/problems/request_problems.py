"""Errors found before the fields of a request are read, status 400 to 429."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

REQUEST_PROBLEMS = [
    ProblemType(
        code="malformed_json",
        status=400,
        title="The body is not JSON",
        meaning="The request body is not one JSON value in UTF-8. NaN and Infinity are not JSON,"
        " and a name may appear only once in an object.",
        repair="Send one JSON object in UTF-8; `facts` gives the line and the column of the error.",
    ),
    ProblemType(
        code="empty_body",
        status=400,
        title="The body is empty",
        meaning="The request needs a JSON body and has none.",
        repair='Send a brief, such as {"resolution": 64, "latent_dim": 100}.',
    ),
    ProblemType(
        code="integer_too_long",
        status=400,
        title="An integer is too long",
        meaning="The body contains an integer with more digits than any field allows.",
        repair="Check the number; `facts` gives its number of digits and the maximum.",
    ),
    ProblemType(
        code="nested_too_deep",
        status=400,
        title="The body is nested too deeply",
        meaning="Lists and objects are nested more deeply than any request needs.",
        repair="Send only documented fields; `facts.maximum` is the maximum depth.",
    ),
    ProblemType(
        code="bad_request",
        status=400,
        title="Bad request",
        meaning="The request is not well-formed HTTP.",
        repair="Compare the request with the examples in the documentation.",
    ),
    ProblemType(
        code="no_key",
        status=401,
        title="An API key is required",
        meaning="The service requires an API key and the request has none.",
        repair="Send the key in the header `Authorization: Bearer`; it is not accepted anywhere"
        " else.",
    ),
    ProblemType(
        code="wrong_key",
        status=401,
        title="Invalid key",
        meaning="The API key is unknown or not valid for this resource.",
        repair="Send one `Authorization` header with one key, exactly as issued.",
    ),
    ProblemType(
        code="not_found",
        status=404,
        title="Not found",
        meaning="There is no resource at this path.",
        repair="Follow the links of a response, or find the path in /openapi.json.",
    ),
    ProblemType(
        code="damaged_id",
        status=404,
        title="The design id is damaged",
        meaning="The id was altered or truncated: its checksum does not match its content.",
        repair="Copy the whole id again, or send the brief again.",
    ),
    ProblemType(
        code="unknown_id_version",
        status=404,
        title="The design id has an unknown version",
        meaning="The first character of the id names a format that this release does not support.",
        repair="Use a newer release, or send the brief again.",
    ),
    ProblemType(
        code="method_not_allowed",
        status=405,
        title="Method not allowed",
        meaning="The resource does not support this method.",
        repair="Use one of the methods in the `Allow` header.",
    ),
    ProblemType(
        code="not_acceptable",
        status=406,
        title="Not acceptable",
        meaning="The `Accept` header excludes every media type of the resource.",
        repair="Accept one of the media types in `facts.available`.",
    ),
    ProblemType(
        code="body_too_large",
        status=413,
        title="The body is too large",
        meaning="The request body exceeds the size limit.",
        repair="Send a smaller body; `facts.maximum` is the limit in bytes.",
    ),
    ProblemType(
        code="unsupported_media_type",
        status=415,
        title="Unsupported media type",
        meaning="The body must be application/json in UTF-8, without content coding.",
        repair="Send the header `Content-Type: application/json`.",
    ),
    ProblemType(
        code="too_many_requests",
        status=429,
        title="Too many requests",
        meaning="The client has reached its rate limit.",
        repair="Send the request again after the number of seconds in `Retry-After`; `facts` gives"
        " the limit and its time window.",
    ),
]

"""Ids beyond their length: the status of each is in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.app import create_app
from tests.service.servers import Server, serving

pytestmark = pytest.mark.slow

PATHS = {
    path: operations["get"]["responses"]
    for path, operations in create_app().extensions["openapi_document"]["paths"].items()
    if "{" in path and "get" in operations
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(workers="1", threads="4") as running:
        yield running


@pytest.mark.parametrize(("length", "status"), [(2001, 404), (8000, 404), (9000, 414)])
@pytest.mark.parametrize("path", PATHS)
def test_an_id_that_is_too_long_has_a_documented_status(
    server: Server, path: str, length: int, status: int
) -> None:
    """404 as for any id that does not exist, and 414 once the request line is too long."""
    head, _, rest = path.partition("{")
    answer = server.ask(f"{head}{'1' * length}{rest.partition('}')[2]}")
    assert answer.status == status
    assert str(status) in PATHS[path]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"]

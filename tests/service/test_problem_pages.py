"""Every error is a problem document, and every code has a page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import errors
from designer.errors import DesignerError, Overloaded
from designer.reasons import SENTENCES
from service.app import create_app
from service.problems.problem_pages import problem_texts
from service.problems.problem_type import ProblemType
from service.problems.registry import PROBLEMS
from service.settings.config import Config
from tests.service.servers import Server
from tests.support import make_temporary_folder

ROOT = Path(__file__).parents[2]
MEMBERS = ["type", "title", "status", "detail", "code", "facts", "errors"]


def codes_of(kind: type[DesignerError]) -> set[str]:
    """The codes of a class of errors and its subclasses."""
    return {kind.code}.union(*(codes_of(below) for below in kind.__subclasses__()))


def test_every_code_of_the_library_is_registered() -> None:
    """No code of the library is missing in the registry."""
    written = {
        argument.value
        for path in (ROOT / "designer").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("field_error", "refuse_field")
        for argument in call.args[1:2]
        if isinstance(argument, ast.Constant)
    }
    assert {"out_of_range", "missing_field", "critic_with_batch_norm", "no_patch"} <= written
    named = {
        code
        for path in (ROOT / "designer").rglob("*.py")
        for code in re.findall(r'\bcode="([a-z_]+)"', path.read_text())
    }
    named -= SENTENCES.keys()
    assert written | named | codes_of(errors.DesignerError) <= PROBLEMS.keys()


def test_every_code_stands_for_one_problem() -> None:
    """Of two problems with one code, the registry would hide one."""
    text = (ROOT / "service" / "problems" / "problems.yaml").read_text()
    listed = re.findall(r"^  ([a-z_]+):$", text, re.M)
    assert sorted(listed) == sorted(PROBLEMS)


def test_a_design_without_a_discriminator_has_no_picture_of_one(client: FlaskClient) -> None:
    """The design exists, its picture does not: 404 with its own code."""
    brief = {"resolution": 16, "latent_dim": 1, "verify": "none", "discriminator": None}
    links = client.post("/v1/designs", json=brief).json["links"]
    answer = client.get(f"{links['self']}/discriminator.svg")
    assert (answer.status_code, answer.json["code"]) == (404, "no_such_network")


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=list(PROBLEMS))
def test_every_type_leads_to_its_page(client: FlaskClient, problem: object) -> None:
    """The page has the meaning of the code and the repair."""
    entry = PROBLEMS[problem.code]  # type: ignore[attr-defined]
    page = client.get(entry.address)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    words = re.sub(r"\s+", " ", page.text).replace("&#34;", '"').replace("&#39;", "'")
    assert entry.title in words.replace("&amp;", "&")
    assert "`" not in words
    plain_text = re.sub("</?code>", "", words)
    assert entry.meaning.replace("<", "&lt;").replace("`", "") in plain_text
    assert entry.repair.replace("`", "") in plain_text


def test_the_list_leads_to_every_page(client: FlaskClient) -> None:
    page = client.get("/problems").text
    found = re.findall(r'href="(/problems/[a-z_]+)\?language=en"', page)
    assert found == [p.address for p in PROBLEMS.values()]


def test_the_documentation_has_every_code() -> None:
    """docs/problems.md is the registry as a table."""
    rows = re.findall(
        r"^\| `([a-z_]+)` \| (\d+) \| (.+?) \| (.+) \|$",
        (ROOT / "docs" / "problems.md").read_text(),
        re.M,
    )
    assert rows == [(p.code, str(p.status), p.meaning, p.repair) for p in PROBLEMS.values()]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/healthz/", 404, "not_found"),
        ("GET", "/v1//designs", 404, "not_found"),
        ("GET", "/problems/nothing", 404, "not_found"),
        ("GET", "/problems/%3Cscript%3E", 404, "not_found"),
        ("GET", "/static/../app.py", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("DELETE", "/openapi.json", 405, "method_not_allowed"),
        ("TRACE", "/healthz", 405, "method_not_allowed"),
        ("BREW", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_a_missing_resource_is_a_problem(
    client: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(answer.json) == MEMBERS
    assert (answer.json["code"], answer.json["status"]) == (code, status)
    assert answer.json["type"] == PROBLEMS[code].address
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.fixture
def failing() -> Flask:
    """An application with views that fail in every way."""
    app = create_app(Config(state_folder=make_temporary_folder()))

    def fail(error: Exception) -> None:
        raise error

    faults: dict[str, Exception] = {
        "bug": AssertionError("secret figure 42"),
        "memory": MemoryError(),
        "recursion": RecursionError("secret"),
        "full": Overloaded("9 requests wait already", waiting=9),
        "unknown": type("New", (DesignerError,), {"code": "brand_new"})("too new", age=1),
    }
    for name, fault in faults.items():
        app.add_url_rule(f"/{name}", name, lambda fault=fault: fail(fault))
    return app


@pytest.mark.parametrize("name", ["bug", "memory", "recursion"])
def test_an_internal_error_reveals_no_secrets(
    failing: Flask, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets an id, the log has the traceback under that id."""
    answer = failing.test_client().get(f"/{name}", headers={"X-Request-ID": "abc-1"})
    assert answer.status_code == 500
    assert list(answer.json) == MEMBERS
    assert answer.json["facts"] == {"request_id": "abc-1"}
    assert "secret" not in answer.text
    (fault,) = (record for record in caplog.records if record.message == "fault")
    assert vars(fault)["request_id"] == "abc-1"
    assert "Traceback" in caplog.text


def test_an_accident_has_retry_after(failing: Flask) -> None:
    answer = failing.test_client().get("/full")
    assert (answer.status_code, answer.json["code"]) == (503, "overloaded")
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["facts"] == {"waiting": 9}


def test_an_unregistered_error_keeps_its_message(failing: Flask) -> None:
    answer = failing.test_client().get("/unknown")
    assert (answer.status_code, answer.json["code"]) == (422, "refused")
    assert (answer.json["detail"], answer.json["facts"]) == ("too new", {"age": 1})


def test_a_second_slash_leads_to_no_other_host(server: Server) -> None:
    """`//host` looks like a URL without a scheme, but is a path here."""
    answer = server.ask("//elsewhere.example")
    assert (answer.status, answer.headers["Location"]) == (404, None)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=list(PROBLEMS))
def test_every_page_is_in_chinese_too(client: FlaskClient, problem: ProblemType) -> None:
    """With the same names of fields and headers; the page says its language and leads to the other."""
    english, chinese = (problem_texts(problem, language) for language in ("en", "zh"))
    for key, text in chinese.items():
        assert re.search("[\u4e00-\u9fff]", text), key
        quoted = re.findall("`[^`]+`", english[key])
        assert sorted(quoted) == sorted(re.findall("`[^`]+`", text)), key
    page = client.get(problem.address, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert "Accept-Language" in page.headers["Vary"]
    assert '<html lang="zh-Hans">' in page.text
    assert chinese["title"] in page.text
    assert problem.title not in page.text
    other = client.get(f"{problem.address}?language=en", headers={"Accept-Language": "zh"})
    assert '<html lang="en">' in other.text
    assert 'href="?language=en"' in page.text
    assert 'href="?language=zh"' in other.text


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/problems/nothing", "/web/nothing.mjs", "/v1/designs/zz"]
)
@pytest.mark.parametrize(
    ("accept", "is_page"),
    [(BROWSER, True), ("*/*", False), ("application/json", False)],
)
def test_a_missing_resource_is_a_page_for_a_browser(
    client: FlaskClient, path: str, accept: str, *, is_page: bool
) -> None:
    """For programs it stays a problem document; `Vary` says that there are two."""
    answer = client.get(path, headers={"Accept": accept, "Accept-Language": "zh"})
    assert answer.status_code == 404
    assert answer.mimetype == ("text/html" if is_page else "application/problem+json")
    assert {"Accept", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
    assert answer.headers["Cache-Control"] == "no-store"
    if is_page:
        assert '<a class="button main" href="/">打开起始页</a>' in answer.text
    else:
        assert answer.json["status"] == 404


def test_other_errors_are_no_pages(client: FlaskClient) -> None:
    answer = client.get("/v1/designs?resolution=3", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_page_of_a_missing_resource_escapes_what_it_quotes(client: FlaskClient) -> None:
    answer = client.get("/v1/designs/%3Cscript%3Ealert(1)", headers={"Accept": BROWSER})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text

"""The OpenAPI document is complete, valid, and equal to openapi.yaml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from designer.brief.brief_json import brief_from_document
from designer.brief.fields import Field, field_names
from designer.brief.model import BRIEF, Brief
from designer.brief.options import DISCRIMINATOR, INITIAL_MAP, Level
from designer.brief.search_space import BUDGET, SEARCH
from designer.brief.window_rules import WINDOW
from designer.errors import InvalidRequest
from designer.pipeline.design import design_document
from designer.pipeline.make_design import design
from service.commands.server import openapi
from service.problems.registry import PROBLEMS
from service.schemas.design import DesignSchema

ROOT = Path(__file__).parents[2]
FILE = ROOT / "openapi.yaml"


def test_the_file_is_up_to_date() -> None:
    """`gan-designer openapi > openapi.yaml` updates it."""
    result = CliRunner().invoke(openapi, ["--check", str(FILE)])
    assert result.exit_code == 0, result.output


def test_a_file_that_differs_is_noticed(tmp_path: Path) -> None:
    """The check can fail."""
    other = tmp_path / "openapi.yaml"
    other.write_text(FILE.read_text().replace("healthz", "health"))
    result = CliRunner().invoke(openapi, ["--check", str(other)])
    assert result.exit_code == 1
    assert "-  /health:" in result.output
    assert "+  /healthz:" in result.output


def test_printing_twice_gives_the_same_bytes() -> None:
    first, second = (CliRunner().invoke(openapi).output for _ in range(2))
    assert first == second == FILE.read_text()


def test_the_command_prints_what_http_answers(client: FlaskClient, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    printed = CliRunner().invoke(openapi, ["--json"]).output
    CliRunner().invoke(openapi, ["--json", "--output", str(file)])
    assert printed == file.read_text() == client.get("/openapi.json").text


def test_the_document_is_valid(client: FlaskClient) -> None:
    """OpenAPI 3.1, and equal to the one that the service returns."""
    document = yaml.safe_load(FILE.read_text())
    assert document["openapi"] == "3.1.0"
    validate(document)
    assert client.get("/openapi.json").json == document


def test_every_operation_declares_its_problems() -> None:
    """flask-smorest still calls its private hooks: none of its own error schemas is left."""
    document = yaml.safe_load(FILE.read_text())
    assert "Error" not in document["components"]["schemas"]
    for path in document["paths"].values():
        for method in path.keys() - {"parameters"}:
            responses = path[method]["responses"]
            assert "500" in responses
            assert "default" not in responses
            for status, response in responses.items():
                if status >= "400":
                    schema = response["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Problem"}
    codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert codes == list(PROBLEMS)


def test_a_limit_of_its_own_is_documented_beside_the_rate_limit() -> None:
    """Both are answered with 429."""
    events = yaml.safe_load(FILE.read_text())["paths"]["/v1/jobs/{job_id}/events"]["get"]
    description = events["responses"]["429"]["description"]
    assert "too_many_listeners" in description
    assert "too_many_requests" in description


@pytest.mark.parametrize(
    ("schema", "rows"),
    [
        ("Brief", BRIEF),
        ("Search", SEARCH),
        ("Budget", BUDGET),
        ("InitialMap", INITIAL_MAP),
        ("Discriminator", DISCRIMINATOR),
        ("Window", WINDOW),
    ],
)
def test_the_contract_has_the_librarys_fields(schema: str, rows: tuple[Field, ...]) -> None:
    """Exactly the fields that the parsers read."""
    schemas = yaml.safe_load(FILE.read_text())["components"]["schemas"]
    for name in (schema, f"Answered{schema.removeprefix('Initial')}"):
        assert set(schemas[name]["properties"]) == set(field_names(rows))
        assert schemas[name]["additionalProperties"] is False


def test_the_contract_has_every_field_of_an_answer() -> None:
    """Dumping through the schema loses no field, at any depth."""
    made = design(Brief(resolution=28, latent_dim=64, verify=Level.NONE))
    document = design_document(made)
    assert json.loads(json.dumps(DesignSchema().dump(document))) == document


@pytest.mark.parametrize("bound", ["minimum", "maximum"])
@pytest.mark.parametrize("name", ["latent_dim", "channels", "base_channels", "max_channels"])
def test_the_contract_has_the_librarys_limits(name: str, bound: str) -> None:
    """The limit is accepted, and the next number is refused."""
    described = yaml.safe_load(FILE.read_text())["components"]["schemas"]["Brief"]["properties"][
        name
    ]
    (limits,) = [kind for kind in described.get("oneOf", [described]) if kind["type"] == "integer"]
    inside, outside = limits[bound], limits[bound] + (1 if bound == "maximum" else -1)
    good = {"resolution": 16, "latent_dim": 8}
    assert getattr(brief_from_document(good | {name: inside}), name) == inside
    with pytest.raises(InvalidRequest, match=f"got {outside}"):
        brief_from_document(good | {name: outside})


def test_no_field_is_required_always() -> None:
    """A body and a query string have a resolution, or a factor."""
    contract = yaml.safe_load(FILE.read_text())
    assert "required" not in contract["components"]["schemas"]["Brief"]
    query = contract["paths"]["/v1/designs"]["get"]["parameters"]
    required = {each["name"] for each in query if each.get("required")}
    assert required == set()

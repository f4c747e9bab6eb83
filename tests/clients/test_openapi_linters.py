"""Linters of OpenAPI documents find nothing, neither errors nor warnings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clients.node_programs import FOLDER, run_program
from tests.service.servers import ROOT

pytestmark = pytest.mark.slow


def spectral(file: Path) -> list[str]:
    """The rules that Spectral finds broken."""
    ruleset = str(FOLDER / "spectral.yaml")
    found = run_program(
        "spectral", "lint", "-r", ruleset, "-f", "json", "-q", str(file), cwd=FOLDER
    )
    return [each["code"] for each in json.loads(found.stdout)]


def redocly(file: Path) -> list[str]:
    """The rules that Redocly finds broken."""
    config = str(FOLDER / "redocly.yaml")
    found = run_program(
        "redocly", "lint", "--config", config, "--format=json", str(file), cwd=FOLDER
    )
    return [each["ruleId"] for each in json.loads(found.stdout)["problems"]]


@pytest.mark.parametrize("lint", [spectral, redocly])
def test_the_document_has_no_finding(lint: Callable[[Path], list[str]], tmp_path: Path) -> None:
    """And without its description and its servers, it has."""
    assert lint(ROOT / "openapi.yaml") == []
    document: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    del document["servers"], document["info"]["license"]
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(yaml.safe_dump({**document, "paths": {}}))
    assert len(lint(wrong)) > 0

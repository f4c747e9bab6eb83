"""A client in TypeScript: types generated from the OpenAPI document, compiled strictly, and called."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.node_programs import FOLDER, MODULES, run_program
from tests.service.servers import ROOT, Server

pytestmark = [pytest.mark.torch, pytest.mark.slow]


WRONG = """\
import type { components } from "./api.js";
const text: components["schemas"]["Brief"] = { resolution: "64" };
const colour: components["schemas"]["Brief"] = { resolution: 64, colour: 1 };
export const length = (design: components["schemas"]["Design"]) => design.chain.length;
export const sizes = (design: components["schemas"]["Design"]) => design.chain.sizes.length;
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated types, and with the packages that programs import."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(MODULES)
    for name in ("package.json", "tsconfig.json", "client.ts"):
        shutil.copy(FOLDER / name, folder)
    made = run_program(
        "openapi-typescript", str(ROOT / "openapi.yaml"), "-o", "api.d.ts", cwd=folder
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def test_a_strict_client_compiles_and_calls_the_service(project: Path, server: Server) -> None:
    compiled = run_program("tsc", "--project", ".", cwd=project)
    assert compiled.returncode == 0, compiled.stdout
    command = ["node", "client.js", server.url]
    called = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (called.returncode, called.stdout) == (0, "done\n"), called.stderr


def test_a_wrong_program_does_not_compile(project: Path) -> None:
    """The types are those of the document, not `any`: a wrong type, an unknown and a missing field."""
    (project / "wrong.ts").write_text(WRONG)
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--noEmit"]
    compiled = run_program("tsc", *options, "wrong.ts", cwd=project)
    assert compiled.returncode != 0
    assert [f"wrong.ts({line}," in compiled.stdout for line in (2, 3, 4, 5)] == [
        True,
        True,
        True,
        False,
    ]

"""A typed client can be generated from the OpenAPI document, and it calls the service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.servers import ROOT, Server

pytestmark = [pytest.mark.torch, pytest.mark.slow]

PROGRAM = """
import sys
from httpx import Timeout
from gan_designer_client import Client
from gan_designer_client.api.designs import create_design, find_design, show_bundle, show_design
from gan_designer_client.api.operations import healthz
from gan_designer_client.models import Brief, BriefLevel, Design, Problem, ProblemCode, Search

client = Client(base_url=sys.argv[1], timeout=Timeout(120), raise_on_unexpected_status=True)
health = healthz.sync(client=client)
assert health is not None and health.status == "ok"

brief = Brief(resolution=[28, 32], latent_dim=16, base_channels=8, search=Search(strides=[2]))
made = create_design.sync(client=client, body=brief)
assert isinstance(made, Design), made
assert made.verification.verdict == "verified"
assert made.generator.output_shape == [3, 28, 32]
assert made.generator.layers[0].op == "conv_transpose"

same = show_design.sync(made.id, client=client)
assert isinstance(same, Design) and same.to_dict() == made.to_dict()

found = find_design.sync(client=client, resolution="28x32", latent_dim=16, base_channels=8)
assert isinstance(found, Design) and found.source.text == made.source.text

bundle = show_bundle.sync_detailed(made.id, client=client)
assert bundle.content[:2] == b"PK"

unverified = Brief(resolution=64, latent_dim=1, verify=BriefLevel.NONE)
unrun = create_design.sync(client=client, body=unverified)
assert isinstance(unrun, Design) and unrun.verification.verdict == "not_run"

wrong = create_design.sync(client=client, body=Brief(resolution=3, latent_dim=0))
assert isinstance(wrong, Problem) and wrong.code == ProblemCode.INVALID_REQUEST
assert [error.pointer for error in wrong.errors] == ["/resolution", "/latent_dim"]
print("done")
"""


def test_a_generated_client_calls_the_running_service(server: Server, tmp_path: Path) -> None:
    """Designs and problems are typed objects, and every status is documented."""
    config = tmp_path / "config.json"
    octets = {"application/zip": "application/octet-stream", "image/svg+xml": "text/html"}
    config.write_text(json.dumps({"content_type_overrides": octets, "post_hooks": []}))
    tools = Path(sys.executable).parent
    generate = [
        str(tools / "openapi-python-client"), "generate", "--fail-on-warning", "--meta", "none",
        "--path", str(ROOT / "openapi.yaml"), "--config", str(config),
        "--output-path", str(tmp_path / "gan_designer_client"),
    ]  # fmt: skip
    generated = subprocess.run(generate, capture_output=True, text=True)
    assert generated.returncode == 0, generated.stdout + generated.stderr
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    called = subprocess.run(
        [sys.executable, "program.py", server.url],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert (called.returncode, called.stdout) == (0, "done\n"), called.stderr
    typed = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "program.py"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert typed.returncode == 0, typed.stdout

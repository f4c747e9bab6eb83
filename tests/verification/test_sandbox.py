"""The sandbox: each restriction that a worker reports is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.verification import Pool
from tests.verification.test_pool import raised_by

pytestmark = pytest.mark.torch


def test_the_environment_is_emptied(pool: Pool) -> None:
    """A source cannot read the service's environment variables."""
    raised = raised_by("import os\nraise ValueError(sorted(os.environ))", pool)
    assert raised == "ValueError: ['HOME', 'LOGNAME', 'TMPDIR']"
    environ = "open('/proc/self/environ', 'rb').read()"
    assert "a password" not in raised_by(f"raise ValueError({environ})", pool)


FORBIDDEN = {
    "landlock-files": "open({outside!r}).read()",
    "own-user": "open({outside!r}, 'w')",
    "landlock-tcp": "import socket\nsocket.create_connection(('127.0.0.1', 9), timeout=5)",
    "no-network": "import socket\nsocket.create_connection(('192.0.2.1', 9), timeout=5)",
    "no-capabilities": "import os\nos.setuid(0)",
    "process-namespace": "import os\nassert os.getppid() > 1",
    "resource-limits": "open('big', 'wb').write(bytes(300 * 2**20))",
}
"""For each restriction, a source that it must stop."""


def test_what_is_enforced_holds(pool: Pool, tmp_path: Path) -> None:
    """Each action that a reported restriction forbids fails; resource limits are always active."""
    outside = tmp_path / "outside"
    outside.write_text("private")
    outside.chmod(0o600)
    raised_by("", pool)
    assert {"resource-limits", "empty-environment"} <= set(pool.state().enforced)
    for name in set(pool.state().enforced) & FORBIDDEN.keys():
        text = FORBIDDEN[name].format(outside=str(outside))
        assert "Error" in raised_by(text, pool), name
    assert raised_by("open('small', 'w').write('x')", pool) == "None"

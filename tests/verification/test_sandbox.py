"""What a text may not do while it runs: each wall that a worker tells of is tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.verification import Pool
from tests.verification.test_pool import raised_by

pytestmark = pytest.mark.torch


def test_the_environment_is_emptied(pool: Pool) -> None:
    """A text sees no secret of the service's: the pool was made where there is one."""
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
"""What a text may not do, by what forbids it."""


def test_what_is_enforced_holds(pool: Pool, tmp_path: Path) -> None:
    """All that a worker says it gave up is tried, and fails; resource limits hold everywhere."""
    outside = tmp_path / "outside"
    outside.write_text("private")
    outside.chmod(0o600)
    raised_by("", pool)
    assert {"resource-limits", "empty-environment"} <= set(pool.state().enforced)
    for name in set(pool.state().enforced) & FORBIDDEN.keys():
        text = FORBIDDEN[name].format(outside=str(outside))
        assert "Error" in raised_by(text, pool), name
    assert raised_by("open('small', 'w').write('x')", pool) == "None"

"""The committed gunicorn configuration, except that no verifying process is started in advance.

Such a process imports torch: seconds of processor time, for tests that mostly verify nothing. Like the
committed one, it imports nothing of the application, which must be loaded after the fork.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any
from unittest.mock import patch

_COMMITTED = runpy.run_path(str(Path(__file__).parents[2] / "service" / "gunicorn.conf.py"))
globals().update({name: _COMMITTED[name] for name in _COMMITTED if not name.startswith("_")})


def post_worker_init(worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Do what the committed hook does, but start no verifying process."""
    with patch.object(worker.app.wsgi().extensions["design_service"], "warm"):
        _COMMITTED["post_worker_init"](worker)

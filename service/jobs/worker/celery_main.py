"""The program of a worker: Celery with an application that is imported from installed packages.

Celery's own ``--app`` imports the application from the folder it is called in first.
"""

from __future__ import annotations

import sys
from importlib import import_module


def main(program: str, *arguments: str) -> None:
    """Run Celery's command line with the application ``app`` of the module ``program``."""
    import_module(program).app.start([*arguments])


if __name__ == "__main__":
    main(*sys.argv[1:])

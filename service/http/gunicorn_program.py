"""The program of the server: gunicorn without the folder it is called in on the import path."""

from __future__ import annotations

import os

from gunicorn.app.wsgiapp import WSGIApplication


class SafePathApplication(WSGIApplication):  # type: ignore[misc]
    """gunicorn's application, which imports from installed packages only."""

    def chdir(self) -> None:
        """Enter the configured folder; gunicorn's own method would also import from it."""
        os.chdir(self.cfg.chdir)


def main() -> None:
    """Serve with the options of gunicorn's command line."""
    SafePathApplication("%(prog)s [OPTIONS]", prog="gunicorn").run()


if __name__ == "__main__":
    main()

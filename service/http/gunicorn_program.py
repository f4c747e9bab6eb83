"""The program of the server: gunicorn without the folder it is called in on the import path."""

from __future__ import annotations

import os
import signal

from gunicorn.app.wsgiapp import WSGIApplication

from designer.commands.exit_status import end_on_sigterm


class SafePathApplication(WSGIApplication):  # type: ignore[misc]
    """gunicorn's application, which imports from installed packages only."""

    def chdir(self) -> None:
        """Enter the configured folder; gunicorn's own method would also import from it."""
        os.chdir(self.cfg.chdir)


def main() -> None:
    """Serve with the options of gunicorn's command line; SIGTERM ends it, also while it starts.

    The calling command blocks the signal until there is a handler.
    """
    end_on_sigterm()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    SafePathApplication("%(prog)s [OPTIONS]", prog="gunicorn").run()


if __name__ == "__main__":
    main()

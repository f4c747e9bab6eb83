"""The settings that a server stands on: those of its start, or of the last SIGHUP that were usable.

This is the one state of a module: gunicorn reads its own file anew on SIGHUP, in the main process,
and forks web processes from that one at any time. What was usable once must stay so for a process
that takes a dead one's place, and a slip in the file of keys must not end a server.
"""

from __future__ import annotations

import logging

from service.settings.config import Config, ConfigError

logger = logging.getLogger("gan_designer.settings")


class ActiveSettings:
    """Settings that are replaced by others that can be used, and by no others."""

    def __init__(self) -> None:
        self._settings: Config | None = None

    def renew(self) -> Config:
        """The environment's settings, or the ones before where those cannot be used.

        Raises:
            ConfigError: where there are none before.
        """
        try:
            self._settings = Config.from_environment().with_resolved_keys()
        except ConfigError as error:
            if self._settings is None:
                raise
            logger.error("settings stay as they were: %s", error)
        return self._settings

    def current(self) -> Config:
        """The settings that stand; without any, the environment's."""
        return self._settings or self.renew()


ACTIVE_SETTINGS = ActiveSettings()
"""This process's, and those of the processes that it forks."""

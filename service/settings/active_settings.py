"""Settings that the server uses: those of its start, or of the last SIGHUP with valid settings.

This is the only module with state: on SIGHUP gunicorn reads its configuration file again in
the main process, from which it forks web processes at any time. A replacement process must start
with settings that were valid before, and a mistake in the key file must not stop the server.
"""

from __future__ import annotations

import logging

from service.settings.config import Config, ConfigError

logger = logging.getLogger("gan_designer.settings")


class ActiveSettings:
    """Holder of the current settings, which only valid settings replace."""

    def __init__(self) -> None:
        self._settings: Config | None = None

    def renew(self) -> Config:
        """Settings read from the environment, or the previous ones if those are invalid.

        Raises:
            ConfigError: if they are invalid and there are no previous settings.
        """
        try:
            self._settings = Config.from_environment().with_resolved_keys()
        except ConfigError as error:
            if self._settings is None:
                raise
            logger.error("invalid settings, keeping the previous ones: %s", error)
        return self._settings

    def current(self) -> Config:
        """The current settings; read from the environment on first use."""
        return self._settings or self.renew()


ACTIVE_SETTINGS = ActiveSettings()
"""Settings of this process and of the processes it forks."""

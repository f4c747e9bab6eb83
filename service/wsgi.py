"""WSGI entry point for gunicorn: the application with the current settings."""

from service.app import create_app
from service.settings.active_settings import ACTIVE_SETTINGS

app = create_app(ACTIVE_SETTINGS.current())

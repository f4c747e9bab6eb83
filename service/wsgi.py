"""What gunicorn loads: the application with the settings that the server stands on."""

from service.app import create_app
from service.settings.active_settings import ACTIVE_SETTINGS

app = create_app(ACTIVE_SETTINGS.current())

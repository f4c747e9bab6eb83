"""What gunicorn loads: the application with the settings that the server stands on."""

from service.app import create_app
from service.settings.active_settings import STANDING

app = create_app(STANDING.settings())

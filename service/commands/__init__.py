"""The commands that the service adds to ``gan-designer``."""

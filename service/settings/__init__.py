"""The settings, one file for each part of the service that they set."""

"""Subcommands of ``gan-designer`` that do not need the service."""

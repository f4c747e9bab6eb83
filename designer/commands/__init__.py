"""The subcommands of ``gan-designer`` that need no server."""

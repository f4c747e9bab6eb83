"""Who may call, how often, and who it is that calls."""

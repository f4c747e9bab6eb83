"""API keys, clients and rate limits."""

"""Cache in two tiers: memory of this process, then an SQLite file or Redis."""

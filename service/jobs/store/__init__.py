"""Where jobs and their rows are kept: SQLite on one machine, Redis for many."""

"""Stores of jobs and their rows: SQLite for one machine, Redis for many."""

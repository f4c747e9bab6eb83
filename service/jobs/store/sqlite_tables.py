"""The SQLite schema of the job store."""

from __future__ import annotations

TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    total INTEGER NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL,
    created_at REAL NOT NULL, started_at REAL, finished_at REAL, expires_at REAL NOT NULL,
    retention_s REAL NOT NULL, wish TEXT UNIQUE, fingerprint TEXT NOT NULL, request TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
CREATE TABLE IF NOT EXISTS rows (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    position INTEGER NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (job, position)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS rows_as_they_came ON rows (job, sequence);
CREATE TABLE IF NOT EXISTS attempts (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    position INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (job, position)
) STRICT;
CREATE TABLE IF NOT EXISTS turns (
    job TEXT PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    client TEXT NOT NULL, turn INTEGER NOT NULL, next INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS turns_in_order ON turns (turn);
CREATE INDEX IF NOT EXISTS turns_by_client ON turns (client);
CREATE TABLE IF NOT EXISTS row_claims (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    position INTEGER NOT NULL, attempt INTEGER NOT NULL, worker TEXT NOT NULL,
    message TEXT NOT NULL, PRIMARY KEY (job, position)
) STRICT;
CREATE TABLE IF NOT EXISTS released_rows (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    position INTEGER NOT NULL, PRIMARY KEY (job, position)
) STRICT;
CREATE TABLE IF NOT EXISTS leases (
    room TEXT NOT NULL, holder TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (room, holder)
) STRICT;
CREATE TABLE IF NOT EXISTS ever (outcome TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
"""
"""Each job that has not ended has its turn: the value of a counter when it was created or had its last
row. Its rows from ``next`` on were never claimed; of the others, those that are neither stored nor
claimed are in ``released_rows``.
"""

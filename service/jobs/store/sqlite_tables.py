"""The SQLite schema of the job store."""

from __future__ import annotations

TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    total INTEGER NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL,
    created_at REAL NOT NULL, started_at REAL, finished_at REAL, expires_at REAL NOT NULL,
    retention_s REAL NOT NULL, wish TEXT UNIQUE, fingerprint TEXT NOT NULL, request TEXT NOT NULL
) STRICT;
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
CREATE TABLE IF NOT EXISTS claims (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, worker TEXT NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (job, start)
) STRICT;
CREATE TABLE IF NOT EXISTS leases (
    room TEXT NOT NULL, holder TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (room, holder)
) STRICT;
CREATE TABLE IF NOT EXISTS ever (outcome TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
"""

"""The tables of the job store."""

from animator.core.database import Schema
from animator.errors import JobStoreError

_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    wanted TEXT NOT NULL DEFAULT '',
    priority INTEGER NOT NULL,
    request TEXT NOT NULL,
    progress TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    folder TEXT,
    films TEXT NOT NULL DEFAULT '[]',
    error TEXT,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    updated REAL NOT NULL,
    updates INTEGER NOT NULL DEFAULT 0,
    update_s REAL NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    died_at INTEGER NOT NULL DEFAULT -1
);
CREATE INDEX IF NOT EXISTS jobs_in_turn ON jobs (state, priority DESC, number);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, number);
CREATE TABLE IF NOT EXISTS labels (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    PRIMARY KEY (key, value, job)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS labels_of_job ON labels (job);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_of_job ON events (job, id);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS keys_of_job ON keys (job);
CREATE TABLE IF NOT EXISTS webhook_messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    created REAL NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    answer INTEGER,
    problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS webhook_messages_due ON webhook_messages (state, due);
CREATE INDEX IF NOT EXISTS webhook_messages_of_job ON webhook_messages (job, number);
CREATE TABLE IF NOT EXISTS webhooks_seen (event INTEGER NOT NULL);
"""
SCHEMA = Schema("a job store", _TABLES, _VERSION, JobStoreError)

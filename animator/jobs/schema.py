"""The tables of the job store."""

VERSION = 1
"""Written into the database; another version is refused instead of misread."""

TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    wanted TEXT NOT NULL DEFAULT '',
    priority INTEGER NOT NULL,
    request TEXT NOT NULL,
    labels TEXT NOT NULL,
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
    attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS jobs_in_turn ON jobs (state, priority DESC, number);
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
    job TEXT NOT NULL,
    created REAL NOT NULL
);
"""

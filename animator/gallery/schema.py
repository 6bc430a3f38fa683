"""The tables of the gallery's index."""

from animator.core.database import Schema
from animator.gallery.errors import GalleryError

FILE = "gallery.sqlite"
TRASH = ".trash"
THUMBNAILS = ".thumbnails"

# `place` is where a folder or file is now, `path` where it is or, in the trash, was: both from the renders
# folder. `settled` is 0 for a folder that has to be looked through again even if its own time stays.
# `marks` outlives the items: what is found again, or elsewhere, gets its rank back.
_TABLES = """
CREATE TABLE IF NOT EXISTS folders (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    mtime_ns INTEGER NOT NULL,
    settled INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder INTEGER NOT NULL REFERENCES folders,
    place TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    run TEXT NOT NULL,
    frame INTEGER,
    rank INTEGER NOT NULL,
    favorite INTEGER NOT NULL,
    trashed INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS items_of_folder ON items (folder);
CREATE INDEX IF NOT EXISTS items_of_run ON items (run, trashed);
CREATE INDEX IF NOT EXISTS items_by_time ON items (trashed, mtime_ns);
CREATE TABLE IF NOT EXISTS texts (
    id INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    path TEXT NOT NULL,
    prompt TEXT NOT NULL,
    negative TEXT NOT NULL,
    fields TEXT NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
    path, prompt, negative, fields, content='texts', content_rowid='id', tokenize='trigram'
);
CREATE TABLE IF NOT EXISTS marks (
    path TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    rank INTEGER NOT NULL,
    favorite INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS marks_by_size ON marks (bytes);
CREATE TABLE IF NOT EXISTS state (version INTEGER NOT NULL);
INSERT INTO state SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM state);
"""
SCHEMA = Schema("a gallery's index", _TABLES, 1, GalleryError)

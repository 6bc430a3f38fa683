"""`Config`: the config of a network, read-only, with its entries as attributes, too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class Config(Mapping[str, Any]):
    """The entries of a `config.json`."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        """Takes over entries."""
        self._entries = dict(entries)

    @classmethod
    def read(cls, file: Path) -> Config:
        """Returns the config in a JSON file."""
        return cls(json.loads(file.read_text(encoding="utf-8")))

    def __getitem__(self, name: str) -> Any:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._entries:
            raise AttributeError(f"the config has no {name}")
        return self._entries[name]

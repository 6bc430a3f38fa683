"""`NetworkKind`: what a network of transformers is for. Imports no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def _any_config(_: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True)
class NetworkKind:
    """Networks that do the same.

    Attributes:
        what: The network in words, such as "a pose network (ViTPose)".
        setting: The setting that names it.
        classes: Values of `model_type` in config.json -> classes of transformers.
        example: A model of the hub, the usual one.
        check: Returns what is wrong with a config.json; empty if nothing is.
        needs_scipy: Those of its model types that transformers runs with the package scipy only.
    """

    what: str
    setting: str
    classes: Mapping[str, str]
    example: str
    check: Callable[[Mapping[str, Any]], str] = _any_config
    needs_scipy: frozenset[str] = frozenset()

    @property
    def expected(self) -> str:
        """The model types, for messages."""
        *first, last = self.classes
        return f"{', '.join(first)} or {last}" if first else last


def labels_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the names of a network's classes, in their order; empty if the config has none."""
    labels = config.get("id2label")
    numbered = labels.items() if isinstance(labels, Mapping) else ()
    known = {int(key): str(name) for key, name in numbered if str(key).isdecimal() and len(str(key)) < 10}
    return tuple(known[number] for number in sorted(known))

"""What other installed packages add, found by entry points.

A package offers something with a few lines in its pyproject.toml:

    [project.entry-points."animator.steps"]
    vignette = "its_package.vignette:Vignette"

It is installed code and trusted as such, but it is imported only once a preset asks for that name.
"""

import difflib
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from animator.errors import PluginError


def names(group: str) -> tuple[str, ...]:
    """Returns what installed packages offer in an entry point group, sorted; imports none of it.

    Args:
        group: Such as `animator.steps`.
    """
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def load(group: str, name: str) -> object:
    """Imports one offer and returns the object that its entry point names.

    Args:
        group: Such as `animator.steps`.
        name: One of `names(group)`.

    Raises:
        PluginError: Nobody offers it, two packages do, or it fails to import.
    """
    offers = tuple(entry_points(group=group, name=name))
    if not offers:
        raise PluginError(unknown(name, names(group)))
    if len(offers) > 1:
        packages = " and ".join(sorted(_package(offer) for offer in offers))
        raise PluginError(f"{name} is offered by {packages}; uninstall all but one of them")
    try:
        loaded: object = offers[0].load()
    except Exception as error:  # importing runs a stranger's code, which may raise anything
        raise PluginError(
            f"{name}: the package {_package(offers[0])} cannot be imported "
            f"({type(error).__name__}: {error}); update or uninstall it"
        ) from error
    return loaded


def built_in(place: str) -> object:
    """Imports an object of ours.

    Args:
        place: Module and name, as in an entry point: `animator.loop.steps.vignette:Vignette`.
    """
    module, _, name = place.partition(":")
    found: object = getattr(import_module(module), name)
    return found


def unknown(name: str, known: Iterable[str]) -> str:
    """Returns the message for a name that is not among the known ones: the closest one, or all of them."""
    choices = sorted(known)
    close = difflib.get_close_matches(name, choices, n=1)
    if close:
        return f"{name!r} is unknown; did you mean {close[0]}?"
    return f"{name!r} is unknown; known: {', '.join(choices)}" if choices else f"{name!r} is unknown"


def _package(offer: EntryPoint) -> str:
    return f"{offer.dist.name} {offer.dist.version}" if offer.dist else offer.module

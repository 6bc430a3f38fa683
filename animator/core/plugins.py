"""Plug-ins of other installed packages, found by entry points.

A package registers a plug-in with a few lines in its pyproject.toml:

    [project.entry-points."animator.steps"]
    vignette = "its_package.vignette:Vignette"

Plug-ins are trusted like any installed code, but imported only when a preset names them.
"""

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, distributions, entry_points

from animator.errors import PluginError
from schedules.suggest import suggestion


def names(group: str) -> tuple[str, ...]:
    """Returns the sorted names of the plug-ins in an entry point group, without importing any.

    Args:
        group: Entry point group, such as `animator.steps`.
    """
    return tuple(sorted({entry.name for entry in _entries(group)}))


def load(group: str, name: str) -> object:
    """Imports a plug-in and returns the object that its entry point names.

    Args:
        group: Entry point group, such as `animator.steps`.
        name: One of `names(group)`.

    Raises:
        PluginError: No package offers it, two packages do, or the import fails.
    """
    matches = tuple(entry for entry in _entries(group) if entry.name == name)
    if not matches:
        raise PluginError(unknown_name_message(name, names(group)))
    if len(matches) > 1:
        packages = " and ".join(sorted(_package(match) for match in matches))
        raise PluginError(f"{name} is offered by {packages}; uninstall all but one of them")
    try:
        plugin: object = matches[0].load()
    except Exception as error:  # importing runs foreign code, which may raise anything
        raise PluginError(
            f"{name}: the package {_package(matches[0])} cannot be imported "
            f"({type(error).__name__}: {error}); update or uninstall it"
        ) from error
    return plugin


def import_object(location: str) -> object:
    """Imports an object of this package.

    Args:
        location: Module and name, as in an entry point: `animator.loop.steps.vignette:Vignette`.
    """
    module, _, name = location.partition(":")
    imported: object = getattr(import_module(module), name)
    return imported


def unknown_name_message(name: str, known: Iterable[str]) -> str:
    """Returns the message for an unknown name, with the closest known name or all of them."""
    choices = sorted(known)
    hint = suggestion(name, choices) or (f"known: {', '.join(choices)}" if choices else "")
    return f"{name!r} is unknown; {hint}" if hint else f"{name!r} is unknown"


def _entries(group: str) -> tuple[EntryPoint, ...]:
    """Returns the entry points of a group.

    Raises:
        PluginError: The list of a package cannot be read.
    """
    try:
        return tuple(entry_points(group=group))
    except (ValueError, AttributeError, TypeError) as error:  # not UTF-8, or not the form of such lists
        raise PluginError(
            f"the list of entry points of an installed package cannot be read ({error}); install "
            f"{_broken_package()} again"
        ) from error


def _broken_package() -> str:
    """Returns the name of the first package whose entry points cannot be read."""
    for package in distributions():
        try:
            tuple(package.entry_points)
        except (ValueError, AttributeError, TypeError):
            return package.metadata["Name"]
    return "it"


def _package(entry_point: EntryPoint) -> str:
    dist = entry_point.dist
    return f"{dist.name} {dist.version}" if dist else entry_point.module

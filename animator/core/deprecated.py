"""Old public names, which work for one release with a DeprecationWarning."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module


def warn_renamed(old: str, new: str, *, depth: int = 2) -> None:
    """Warns that a name is deprecated.

    Args:
        old: The name that was used.
        new: The name to use instead.
        depth: Calls between this one and the user's code.
    """
    warnings.warn(f"{old} is now {new}", DeprecationWarning, stacklevel=depth + 1)


def moved_names(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Returns the `__getattr__` of a package that was a module, for the public names it had.

    Args:
        package: The package.
        homes: The module of each name.
    """

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        warn_renamed(f"{package}.{name}", f"animator.{name}")
        return getattr(import_module(homes[name]), name)

    return get

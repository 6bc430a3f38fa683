"""Old public names, which work for one release with a DeprecationWarning."""

import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


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


class _CallableModule(ModuleType):
    """A module that calls its function of the same name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = self.__name__.rpartition(".")[2]
        warn_renamed(f"calling {self.__name__}", f"animator.{name}")
        return getattr(self, name)(*args, **kwargs)


def make_callable(module: str) -> None:
    """Lets a module be called like its function of the same name.

    `from animator.presets import load` gave a function while `animator.presets` was a module; it gives the
    submodule now.

    Args:
        module: Name of the loaded module.
    """
    sys.modules[module].__class__ = _CallableModule

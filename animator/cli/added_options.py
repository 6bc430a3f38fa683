"""Gives options to several commands at once: typer reads a command's options from its signature."""

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

Command = Callable[..., None]


def parameters_of(command: Command) -> list[inspect.Parameter]:
    """Returns the parameters of a command, in order, with their annotations evaluated."""
    return list(inspect.signature(command, eval_str=True).parameters.values())


def with_parameters(command: Command, run: Command, parameters: Sequence[inspect.Parameter]) -> Command:
    """Returns a function under a command's name and help, which typer gives these options.

    Args:
        command: The command.
        run: Called instead, with the values of all parameters.
        parameters: The options.
    """

    @wraps(command)
    def added(*args: Any, **values: Any) -> None:
        run(*args, **values)

    # A function may carry a signature of its own, which the type of functions does not know.
    added.__signature__ = inspect.Signature(list(parameters))  # type: ignore[attr-defined]
    added.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return added

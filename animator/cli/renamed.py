"""Old names of options, which work for one release."""

from collections.abc import Callable, Mapping
from typing import Any

from typer.core import TyperCommand

from animator.cli.shorthands import check_options
from animator.runs.session import say


def renamed_options(
    names: Mapping[str, str], question_about: Callable[[str], str] | None = None
) -> type[TyperCommand]:
    """Returns a command class that accepts old option names, hidden from --help, and warns about them.

    An unknown option that has the name of a setting is answered with the setting.

    Args:
        names: New name of each old one, such as `{"--like": "--settings-from"}`.
        question_about: Returns the question that leads from a word to a setting; None for those of films.
    """

    class Command(TyperCommand):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            end = args.index("--") if "--" in args else len(args)
            current = [_current_name(arg, names) for arg in args[:end]]
            known = {name for option in self.params for name in option.opts} | {"--help"}
            check_options(current, known, question_about)
            return super().parse_args(ctx, [*current, *args[end:]])

    return Command


def _current_name(arg: str, names: Mapping[str, str]) -> str:
    """Returns an argument with the option's new name; `--old=value` keeps its value."""
    option, equals, value = arg.partition("=")
    if option not in names:
        return arg
    say(f"warning: {option} is now {names[option]}; the old name will stop working in the next release")
    return f"{names[option]}{equals}{value}"

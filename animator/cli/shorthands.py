"""Options that are short for settings: `--prompt`, `--seed`, `--size` and the like."""

import inspect
import json
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from animator.cli.added_options import parameters_of, with_parameters
from animator.errors import PresetError, UserError

_KEYS = {
    "negative": "negative_prompt",
    "seed": "diffusion.seed",
    "size": "size",
    "steps": "diffusion.steps",
    "cfg": "diffusion.cfg_scale",
    "fps": "fps",
    "model": "model",
}
_TEXTS = ("negative", "model")
"""Options whose value is text, whatever it looks like as YAML."""
_HELP = {
    "negative": ("TEXT", "Negative prompt: what the film should not show."),
    "seed": ("N", "Short for --set diffusion.seed=N; without one, each film has another."),
    "size": ("WxH", "Short for --set size=WxH, such as 512 or 512x320."),
    "steps": ("N", "Short for --set diffusion.steps=N."),
    "cfg": ("X", "Short for --set diffusion.cfg_scale=X."),
    "fps": ("N", "Short for --set fps=N."),
    "model": ("NAME", "Short for --set model=NAME: a folder, file or hub id."),
}
Prompt = Annotated[
    list[str] | None,
    typer.Option(
        "--prompt",
        metavar="TEXT",
        help="What the film shows, without a preset or instead of its prompts; several take turns.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Shorthand:
    """An option that is short for a setting.

    Attributes:
        option: As typed, such as `--cfg 4`.
        key: Path of the setting.
        value: Its value as YAML.
    """

    option: str
    key: str
    value: str

    @property
    def override(self) -> str:
        """The text for `--set`."""
        return f"{self.key}={self.value}"


@dataclass(frozen=True)
class Shorthands:
    """The shorthands of a command.

    Attributes:
        options: Those typed.
        prompts: The texts of `--prompt`.
    """

    options: tuple[Shorthand, ...] = ()
    prompts: tuple[str, ...] = ()

    def with_(self, *more: Shorthand) -> "Shorthands":
        """Returns these shorthands and more."""
        return Shorthands((*self.options, *more), self.prompts)

    def overrides(self, typed: Iterable[str] | None) -> list[str]:
        """Returns the overrides of the shorthands and of `--set`.

        Raises:
            UserError: A shorthand and `--set`, or two shorthands, give one setting two values.
        """
        texts = list(typed or ())
        given = [(f"--set {text}", text.partition("=")[0].strip()) for text in texts]
        for shorthand in self.options:
            for option, key in given:
                if key == shorthand.key:
                    raise UserError(f"{shorthand.option} and {option} both give {key}; leave one of them out")
            given.append((shorthand.option, shorthand.key))
        return [*texts, *(shorthand.override for shorthand in self.options)]

    @contextmanager
    def named(self) -> Iterator[None]:
        """Names the options as typed in problems of their values, in a `with` block."""
        try:
            yield
        except PresetError as error:
            for shorthand in self.options:
                error.message = error.message.replace(f"--set {shorthand.override}", shorthand.option)
            raise


def takes_shorthands(command: Callable[..., None]) -> Callable[..., None]:
    """Returns a command with the options that are short for settings; it gets them as `shorthands`."""
    own = [parameter for parameter in parameters_of(command) if parameter.name != "shorthands"]
    kinds: dict[str, Any] = {"prompt": Prompt}
    for name, (metavar, text) in _HELP.items():
        option = typer.Option(f"--{name}", metavar=metavar, help=text, show_default=False)
        kinds[name] = Annotated[str | None, option]
    options = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=kind)
        for name, kind in kinds.items()
    ]

    def run(*args: Any, **values: Any) -> None:
        typed = {name: values.pop(name, None) for name in kinds}
        command(*args, shorthands=_shorthands(typed), **values)

    after = 1 + [parameter.name for parameter in own].index("preset")
    return with_parameters(command, run, [*own[:after], *options, *own[after:]])


def check_options(
    args: Iterable[str], known: Container[str], question_about: Callable[[str], str] | None = None
) -> None:
    """Checks that no option is a setting, as in `--strength 0.5` or `--width 512`.

    Args:
        args: Of a command.
        known: Its options.
        question_about: Returns the question that leads from a word to a setting; None for those of films.

    Raises:
        UserError: With the option or the setting that was meant.
    """
    for arg in args:
        option = arg.partition("=")[0]
        if not option.startswith("--") or option in known or not option[2:3].isalpha():
            continue
        question = (question_about or _question_about)(option[2:].replace("-", "_"))
        short = next((name for name, key in _KEYS.items() if f"`{key}`" in question), "")
        if short and f"--{short}" in known:
            raise UserError(f"no such option: {option}; did you mean --{short}?")
        if question:
            raise UserError(f"no such option: {option}; {question} Settings are given as --set KEY=VALUE")


def _question_about(word: str) -> str:
    from animator.settings.validate import question_for

    return question_for(word)


def _shorthands(typed: dict[str, Any]) -> Shorthands:
    prompts = tuple(typed["prompt"] or ())
    if not all(prompt.strip() for prompt in prompts):
        raise UserError("--prompt is empty; expected what the film shows, such as --prompt 'a lake at dawn'")
    options = [Shorthand("--prompt", "prompts", _yaml(list(prompts)))] if prompts else []
    for name, key in _KEYS.items():
        if (value := typed[name]) is not None:
            options.append(Shorthand(f"--{name} {value}", key, _yaml(value) if name in _TEXTS else value))
    return Shorthands(tuple(options), prompts)


def _yaml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

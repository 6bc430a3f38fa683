"""Wildcard files: `__colour__` in a prompt becomes a line of `wildcards/colour.txt`, chosen by the seed.

Lines are prompts of their own and may name further files, or have `{a|b}` in them. A run writes down what was
chosen, so that later changes of the files change no film that is under way.
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from animator.errors import UserError
from animator.settings.compat import rules_in, rules_of
from schedules import Prompts
from schedules.seeds import derive
from schedules.suggest import suggestion

if TYPE_CHECKING:
    from animator.settings import Animation

FOLDER = "wildcards"
SUFFIX = ".txt"
LARGEST = 10_000_000
"""Bytes of a file."""
MOST_TURNS = 500
LONGEST = 100_000
"""Replacements in one prompt, and letters that it may grow to: files can name each other in circles."""

_NAME = re.compile(r"__([^\W_][\w./ -]*?)__")
_COMMON = ("prompt_prefix", "prompt_suffix", "negative_prompt")


class WildcardFiles:
    """The files of one folder, each read once."""

    def __init__(self, folder: Path) -> None:
        """The files in a folder, at any depth."""
        self.folder = folder
        self._lines: dict[str, tuple[str, ...]] = {}

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a file; empty ones and those that begin with # do not count.

        Args:
            name: Its path below the folder, without `.txt`.

        Raises:
            UserError: There is no such file in the folder, or nothing in it.
        """
        if name not in self._lines:
            self._lines[name] = self._read(name)
        return self._lines[name]

    def _read(self, name: str) -> tuple[str, ...]:
        path = self.folder / f"{name}{SUFFIX}"
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise UserError(
                f"__{name}__: leads out of the folder {self.folder}; wildcard files lie within it"
            )
        if not path.is_file():
            question = suggestion(name, self._names, form="__{}__")
            hint = f"{question} " if question else ""
            raise UserError(
                f"__{name}__: there is no {path}; {hint}`wildcard_folder` sets where such files are, and an "
                "empty one takes the prompt as it is written"
            )
        if path.stat().st_size > LARGEST:
            raise UserError(f"__{name}__: {path} is larger than {LARGEST // 10**6} MB")
        try:
            texts = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"__{name}__: {path} cannot be read as UTF-8 text: {error}") from error
        lines = tuple(text for text in texts if text and not text.startswith("#"))
        if not lines:
            raise UserError(f"__{name}__: {path} has no lines to choose from")
        return lines

    @cached_property
    def _names(self) -> list[str]:
        found = sorted(self.folder.rglob(f"*{SUFFIX}"))
        return [path.relative_to(self.folder).with_suffix("").as_posix() for path in found]


def filled(text: str, files: WildcardFiles, seed: int, key: int) -> str:
    """The text with a line in the place of every `__name__`.

    Args:
        text: A prompt.
        files: Where the lines are.
        seed: The film's seed; the same seed chooses the same lines.
        key: The prompt's place in the film, so that equal names of two prompts choose independently.

    Raises:
        UserError: A file is missing, or files name each other without end.
    """
    written = text
    for turn in range(MOST_TURNS):
        found = _NAME.search(text)
        if found is None:
            return text
        lines = files.lines(found[1])
        chosen = lines[derive(seed, key, f"wildcard file {turn}") % len(lines)]
        text = text[: found.start()] + chosen + text[found.end() :]
        if len(text) > LONGEST:
            break
    raise UserError(
        f"{written[:60]!r}: the prompt grew beyond {LONGEST} letters or {MOST_TURNS} wildcards; do files in "
        f"{files.folder} name each other in a circle?"
    )


def with_wildcards(animation: "Animation") -> "Animation":
    """The same film with its wildcards chosen. With `compat` there are none: the reference knows no files.

    Raises:
        UserError: See `filled`.
    """
    texts = [animation.prompts.source, *(getattr(animation, name) for name in _COMMON)]
    if (
        not rules_of(animation).fills_wildcards
        or not animation.wildcard_folder
        or not _NAME.search(json.dumps(texts, ensure_ascii=False, default=str))
    ):
        return animation
    seed = max(animation.diffusion.seed, 0)
    prompts, *common = _all_filled(texts, animation.wildcard_folder, seed)
    update = {"prompts": Prompts.parse(prompts), **dict(zip(_COMMON, common, strict=True))}
    return animation.model_copy(update=update)


def check(values: Mapping[str, Any]) -> None:
    """Returns if every wildcard file that a plain preset names is there, whatever is chosen.

    Raises:
        UserError: One is not.
    """
    folder = values.get("wildcard_folder", FOLDER)
    if not rules_in(values).fills_wildcards or not isinstance(folder, str) or not folder:
        return
    texts = [values.get(name, "") for name in ("prompts", *_COMMON)]
    files = WildcardFiles(Path(folder).expanduser())
    asked, seen = _names(texts), set[str]()
    while asked - seen:
        name = min(asked - seen)
        seen.add(name)
        asked |= _names(files.lines(name))


def _names(texts: Any) -> set[str]:
    return set(_NAME.findall(json.dumps(texts, ensure_ascii=False, default=str)))


def _all_filled(texts: list[Any], folder: str, seed: int) -> list[Any]:
    """The texts, in whatever lists and mappings they are, each with a number of its own."""
    files = WildcardFiles(Path(folder).expanduser())
    count = 0

    def fill(item: Any) -> Any:
        nonlocal count
        if isinstance(item, Mapping):
            return {key: fill(value) for key, value in item.items()}
        if isinstance(item, list | tuple):
            return [fill(value) for value in item]
        if not isinstance(item, str):
            return item
        inside = _from_json(item)
        if inside is not None:
            return fill(inside)
        count += 1
        return filled(item, files, seed, count - 1)

    return [fill(text) for text in texts]


def _from_json(text: str) -> Any:
    """The prompts of a JSON text; None for any other text."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None

"""Wildcard files: `__color__` in a prompt becomes a line of `wildcards/color.txt`, chosen by the seed.

Lines are prompts and may name further files or contain `{a|b}`. A run records the chosen lines, so that later
changes of the files do not affect it.
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from animator.core.json_text import parse_json
from animator.core.paths import exists, expand_user, resolve
from animator.core.read import UnreadableError, read_text
from animator.core.walk import file_names
from animator.errors import UserError
from animator.settings.compat import rules_in, rules_of
from schedules import Prompts, ScheduleError
from schedules.seeds import derive
from schedules.suggest import suggestion

if TYPE_CHECKING:
    from animator.settings import Animation

FOLDER = "wildcards"
SUFFIX = ".txt"
MAX_BYTES = 10_000_000
"""Largest size of a file."""
MAX_REPLACEMENTS = 500
MAX_LENGTH = 100_000
"""Limits of one prompt in replacements and characters: files can refer to each other in circles."""

_NAME = re.compile(r"__([^\W_][\w./ -]*?)__")
_COMMON = ("prompt_prefix", "prompt_suffix", "negative_prompt")


class WildcardFiles:
    """The wildcard files of one folder, each read once."""

    def __init__(self, folder: Path) -> None:
        """Opens a folder; its files may be at any depth."""
        self.folder = folder
        self._lines: dict[str, tuple[str, ...]] = {}

    def lines(self, name: str) -> tuple[str, ...]:
        """Returns the lines of a file, without empty ones and comments (#).

        Args:
            name: Path below the folder, without `.txt`.

        Raises:
            UserError: The file does not exist or has no lines.
        """
        if name not in self._lines:
            self._lines[name] = self._read(name)
        return self._lines[name]

    def _read(self, name: str) -> tuple[str, ...]:
        path = self.folder / f"{name}{SUFFIX}"
        if not resolve(path).is_relative_to(resolve(self.folder)):
            raise UserError(
                f"__{name}__: is outside the folder {self.folder}; wildcard files must be inside it"
            )
        if not exists(path):
            similar = suggestion(name, self._names, form="__{}__")
            hint = f"{similar} " if similar else ""
            raise UserError(
                f"__{name}__: there is no {path}; {hint}`wildcard_folder` sets the folder of such files, "
                "and an empty one leaves the prompt as it is written"
            )
        try:
            texts = [line.strip() for line in read_text(path, MAX_BYTES).splitlines()]
        except UnreadableError as error:
            raise UserError(
                f"__{name}__: {path} {error}; expected a text file with a prompt on each line"
            ) from error
        lines = tuple(text for text in texts if text and not text.startswith("#"))
        if not lines:
            raise UserError(f"__{name}__: {path} has no lines to choose from")
        return lines

    @cached_property
    def _names(self) -> list[str]:
        return file_names(self.folder, SUFFIX)


def fill_wildcards(text: str, files: WildcardFiles, seed: int, key: int) -> str:
    """Replaces every `__name__` in a prompt with a line of its file.

    Args:
        text: A prompt.
        files: The wildcard files.
        seed: The film's seed; the same seed chooses the same lines.
        key: Index of the prompt in the film, so that equal names in two prompts choose independently.

    Raises:
        UserError: A file is missing, or files refer to each other without end.
    """
    prompt = text
    for turn in range(MAX_REPLACEMENTS):
        match = _NAME.search(text)
        if match is None:
            return text
        lines = files.lines(match[1])
        chosen = lines[derive(seed, key, f"wildcard file {turn}") % len(lines)]
        text = text[: match.start()] + chosen + text[match.end() :]
        if len(text) > MAX_LENGTH:
            break
    raise UserError(
        f"{prompt[:60]!r}: the prompt grew beyond {MAX_LENGTH} characters or {MAX_REPLACEMENTS} wildcards; "
        f"do files in {files.folder} refer to each other in a circle?"
    )


def with_wildcards(animation: "Animation") -> "Animation":
    """Returns the film with its wildcards replaced; with `compat` it has none, as in Deforum.

    Raises:
        UserError: See `fill_wildcards`.
    """
    texts = [animation.prompts.source, *(getattr(animation, name) for name in _COMMON)]
    if (
        not rules_of(animation).fills_wildcards
        or not animation.wildcard_folder
        or not _NAME.search(json.dumps(texts, ensure_ascii=False, default=str, skipkeys=True))
    ):
        return animation
    seed = max(animation.diffusion.seed, 0)
    prompts, *common = _fill_all(texts, animation.wildcard_folder, seed)
    try:
        update = {"prompts": Prompts.parse(prompts), **dict(zip(_COMMON, common, strict=True))}
    except ScheduleError as error:  # a formula in a wildcard file
        raise UserError(f"prompts: {error}") from error
    return animation.model_copy(update=update)


def check(values: Mapping[str, Any]) -> None:
    """Checks that every wildcard file that a plain preset can refer to exists.

    Raises:
        UserError: A file is missing or empty.
    """
    folder = values.get("wildcard_folder", FOLDER)
    if not rules_in(values).fills_wildcards or not isinstance(folder, str) or not folder:
        return
    texts = [values.get(name, "") for name in ("prompts", *_COMMON)]
    files = WildcardFiles(expand_user(folder))
    wanted, seen = _names(texts), set[str]()
    while wanted - seen:
        name = min(wanted - seen)
        seen.add(name)
        wanted |= _names(files.lines(name))


def _names(texts: Any) -> set[str]:
    return set(_NAME.findall(json.dumps(texts, ensure_ascii=False, default=str, skipkeys=True)))


def _fill_all(texts: list[Any], folder: str, seed: int) -> list[Any]:
    """Replaces the wildcards in texts nested in lists and mappings, each text with its own key."""
    files = WildcardFiles(expand_user(folder))
    count = 0

    def fill(item: Any) -> Any:
        nonlocal count
        if isinstance(item, Mapping):
            return {key: fill(value) for key, value in item.items()}
        if isinstance(item, list | tuple):
            return [fill(value) for value in item]
        if not isinstance(item, str):
            return item
        parsed = _parse_json(item)
        if parsed is not None:
            return fill(parsed)
        count += 1
        return fill_wildcards(item, files, seed, count - 1)

    return [fill(text) for text in texts]


def _parse_json(text: str) -> Any:
    """Returns the prompts of a JSON text; None for any other text."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return parse_json(text)
    except ValueError:
        return None

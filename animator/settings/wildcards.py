"""Dynamic prompts of a film: `{a|b}`, `__color__` from `wildcards/color.txt`, `${x}`, chosen by the seed.

The language is that of `dynamic_prompts.parse`. A run records the chosen text, so that later changes of the
files do not affect it. Texts with only `{a|b}` and `__name__` make the choices that they made before the rest
of the language existed: their files are filled here, their brackets by `schedules`.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from animator.core.confinement import named_path
from animator.errors import UserError
from animator.settings.compat import rules_in, rules_of
from animator.settings.dynamic_prompts.errors import TemplateError
from animator.settings.dynamic_prompts.files import WildcardFiles
from animator.settings.dynamic_prompts.lexer import find_wildcard
from animator.settings.dynamic_prompts.nodes import Literal
from animator.settings.dynamic_prompts.parse import parse
from animator.settings.dynamic_prompts.reach import Reach
from animator.settings.dynamic_prompts.sample import Sampler, Variables
from schedules import Prompts, ScheduleError
from schedules.keyed_text import decode
from schedules.seeds import derive

if TYPE_CHECKING:
    from animator.settings import Animation

FOLDER = "wildcards"
MAX_REPLACEMENTS = 500
MAX_LENGTH = 100_000
"""Limits of one prompt in replacements and characters: files can refer to each other in circles."""
MAX_SHOWN = 20
"""Most mistakes that one message lists."""

TEXTS = ("prompts", "prompt_prefix", "prompt_suffix", "negative_prompt")
"""The settings that may be dynamic, in the order in which their texts are numbered."""
_SIGNS = ("{", "}", "$", "__", "\\", "#")


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
    prompt, start = text, 0
    for turn in range(MAX_REPLACEMENTS):
        start, token = find_wildcard(text, start)
        if token is None:
            return text
        lines = files.lines(text[slice(*token.path)])
        chosen = lines[derive(seed, key, f"wildcard file {turn}") % len(lines)].text
        text = text[:start] + chosen + text[token.stop :]
        if len(text) > MAX_LENGTH:
            break
    raise UserError(
        f"{prompt[:60]!r}: the prompt grew beyond {MAX_LENGTH} characters or {MAX_REPLACEMENTS} wildcards; "
        f"do files in {files.folder} refer to each other in a circle?"
    )


def with_wildcards(animation: "Animation") -> "Animation":
    """Returns the film with its dynamic prompts chosen; with `compat` they are text, as in Deforum.

    Raises:
        UserError: A prompt does not follow the syntax, a wildcard is missing, or the work has no end.
    """
    if not rules_of(animation).fills_wildcards:
        return animation
    texts = {"prompts": animation.prompts.source, **{name: getattr(animation, name) for name in TEXTS[1:]}}
    filler = _Filler(animation.wildcard_folder, max(animation.diffusion.seed, 0))
    filled = filler.fill_all(texts)
    if filler.problems:
        raise UserError("\n".join(message for _, message in filler.problems))
    if filled == texts:
        return animation
    update = {**filled, "prompts": _parsed(animation, filled["prompts"])}
    return animation.model_copy(update=update)


def _parsed(animation: "Animation", prompts: Any) -> Prompts:
    scope = animation.scope
    return Prompts.parse(prompts, signals=scope.signals, markers=scope.markers)


def check(values: Mapping[str, Any], setting: str) -> None:
    """Checks one dynamic setting of a plain preset, with every wildcard file that it can reach.

    Args:
        values: The preset's values.
        setting: One of `TEXTS`.

    Raises:
        UserError: With every mistake in the setting's texts.
    """
    folder = values.get("wildcard_folder", FOLDER)
    if not rules_in(values).fills_wildcards or not isinstance(folder, str):
        return
    group = values.get("diffusion")
    seed = group.get("seed") if isinstance(group, Mapping) else 0
    filler = _Filler(folder, max(seed, 0) if isinstance(seed, int) else 0)
    filler.fill_all({name: values.get(name, "") for name in TEXTS})
    messages = [message for name, message in filler.problems if name == setting]
    if messages:
        more = f"; and {len(messages) - MAX_SHOWN} more" if len(messages) > MAX_SHOWN else ""
        raise UserError("; ".join(messages[:MAX_SHOWN]) + more)


def first_syntax(text: str) -> str:
    """Returns the first dynamic syntax in a text that is not meant to have any, such as `{red|blue}`."""
    try:
        nodes = parse(text).root.parts
    except TemplateError as error:
        return text[error.column : error.column + 40]
    columns = [node.column for node in nodes if not isinstance(node, Literal) and hasattr(node, "column")]
    return text[columns[0] : columns[0] + 40] if columns else ""


class _Filler:
    """Fills the texts of one film, each with its own number, and collects the mistakes."""

    def __init__(self, folder: str, seed: int) -> None:
        self.problems: list[tuple[str, str]] = []
        self._files = WildcardFiles(named_path(folder)) if folder else None
        self._reach = Reach(self._files) if self._files else None
        self._seed = seed
        self._variables: Variables = {}
        self._number = 0

    def fill_all(self, texts: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the settings with their texts filled; the prefix's variables hold in all of them."""
        first = sum(1 for _ in _strings(texts["prompts"]))
        prefix = texts["prompt_prefix"]
        if isinstance(prefix, str):
            prefix, self._variables = self._fill_text(prefix, first, "prompt_prefix", "")
        filled = {"prompts": self._fill(texts["prompts"], "prompts", ""), "prompt_prefix": prefix}
        self._number = first + 1
        return {**filled, **{name: self._fill(texts[name], name, "") for name in TEXTS[2:]}}

    def _fill(self, item: Any, setting: str, place: str) -> Any:
        """Fills the texts in nested lists and mappings, and in text that holds one."""
        if isinstance(item, Mapping):
            return {key: self._fill(value, setting, place or _key_place(key)) for key, value in item.items()}
        if isinstance(item, list | tuple):
            numbered = enumerate(item, 1)
            return [self._fill(value, setting, place or f"prompt {number}") for number, value in numbered]
        if not isinstance(item, str):
            return item
        decoded = _decode(item)
        if decoded is not None:
            return self._fill(decoded, setting, place)
        self._number += 1
        return self._fill_text(item, self._number - 1, setting, place)[0]

    def _fill_text(self, text: str, number: int, setting: str, place: str) -> tuple[str, Variables]:
        if not any(sign in text for sign in _SIGNS):
            return text, self._variables
        try:
            template = parse(text)
            if self._reach is not None and self._files is not None and self._reach.visit(template):
                return fill_wildcards(text, self._files, self._seed, number), self._variables
            if self._reach is None and template.is_basic:
                return text, self._variables
            sampler = Sampler(self._files, self._seed, number)
            filled, variables = sampler.fill(template, self._variables)
            self._check_plain(filled)
        except TemplateError as error:
            label = error.place or place
            where = f"{label}, column {error.column + 1}" if label else f"column {error.column + 1}"
            self.problems.append((setting, f"{where}: {error.message}"))
        except UserError as error:
            self.problems.append((setting, f"{place}: {error}" if place else str(error)))
        else:
            return filled, variables
        return text, self._variables

    def _check_plain(self, text: str) -> None:
        """Checks that nothing of the syntax is left in a filled text."""
        rest = first_syntax(text)
        if rest and (self._files is not None or not rest.startswith("__")):
            raise UserError(f"the chosen text contains {rest!r}, which looks like the syntax of choices")


def _strings(item: Any) -> Iterator[str]:
    """Yields the texts of nested lists and mappings, and of text that holds one."""
    if isinstance(item, Mapping):
        for value in item.values():
            yield from _strings(value)
    elif isinstance(item, list | tuple):
        for value in item:
            yield from _strings(value)
    elif isinstance(item, str):
        decoded = _decode(item)
        if decoded is None:
            yield item
        else:
            yield from _strings(decoded)


def _decode(text: str) -> Any:
    """Returns the prompts by frame of a text; None for any other text."""
    try:
        decoded = decode(text)
    except ScheduleError:  # reported where prompts are parsed
        return None
    return None if isinstance(decoded, str) else decoded


def _key_place(key: object) -> str:
    return f"frame {key}" if str(key).isdigit() else f"key `{key}`"

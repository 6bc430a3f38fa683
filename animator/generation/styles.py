"""Styles: named texts that are added to prompts, in tables as A1111's styles.csv."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from animator.core.confinement import named_path
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError
from schedules.suggest import suggestion

MAX_BYTES = 4_000_000
PLACEHOLDER = "{prompt}"
_COLUMNS = ("name", "prompt", "negative_prompt")


@dataclass(frozen=True)
class Style:
    """A style.

    Attributes:
        name: Its name.
        prompt: Added to the prompt; where it has `{prompt}`, the prompt is put there.
        negative_prompt: Added to the negative prompt in the same way.
    """

    name: str
    prompt: str
    negative_prompt: str


def read_styles(file: str | Path) -> dict[str, Style]:
    """Returns the styles of a table by name; lines without a name or a text are dividers, and left out.

    Args:
        file: A CSV file with the columns name, prompt, negative_prompt.

    Raises:
        UserError: It cannot be read, or is not such a table.
    """
    path = named_path(file)
    try:
        text = read_text(path, MAX_BYTES)
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except (UnreadableError, csv.Error) as error:
        raise UserError(f"{path}: {error}; expected a table of styles, as A1111's styles.csv") from error
    columns = [column.strip().lower() for column in rows[0]] if rows else []
    if not {"name", "prompt"}.issubset(columns):
        raise UserError(
            f"{path}: has no columns name and prompt; expected {','.join(_COLUMNS)} in its first line"
        )
    styles: dict[str, Style] = {}
    for row in rows[1:]:
        cells = dict(zip(columns, (cell.strip() for cell in row), strict=False))
        style = Style(*(cells.get(column, "") for column in _COLUMNS))
        if style.name and (style.prompt or style.negative_prompt):
            styles[style.name] = style
    return styles


def styles_named(names: Iterable[str], known: dict[str, Style]) -> list[Style]:
    """Returns the styles of some names.

    Raises:
        UserError: There is no style of a name.
    """
    found: list[Style] = []
    for name in names:
        if name not in known:
            listed = ", ".join(list(known)[:20]) or "none"
            hint = suggestion(name, known) or f"known: {listed}"
            raise UserError(f"there is no style {name!r}; {hint}")
        found.append(known[name])
    return found


def with_texts(prompt: str, texts: Iterable[str]) -> str:
    """Returns a prompt with the texts of styles, in their order.

    Args:
        prompt: The prompt; may be empty.
        texts: One with `{prompt}` takes the prompt in its place; any other is added behind a comma.
    """
    for text in texts:
        if PLACEHOLDER in text:
            prompt = text.replace(PLACEHOLDER, prompt)
        elif text:
            prompt = f"{prompt.rstrip(', ')}, {text}" if prompt.strip() else text
    return prompt

"""Changes to the prompts in the text of a preset."""

from collections.abc import Callable
from typing import Any

from animator.errors import UserError
from animator.presets import raw
from animator.presets.edit import set_value
from animator.presets.plain import TEXT
from animator.studio.written import ABSENT, value_at
from schedules import Scope
from schedules.edit import editable_prompts

Source = Any
"""The source of prompts, as in a preset."""
Change = Callable[[Source, Scope], Source]
"""Returns changed prompts; raises a ScheduleError where they cannot be changed so."""
_PATH = ("prompts",)


def with_prompts(text: str, change: Change, scope: Scope, count: int, inherited: Source) -> str:
    """Returns the text of a preset with changed prompts.

    Args:
        text: The text.
        change: The change.
        scope: The film.
        count: Number of prompts that the person saw; where there are others now, their places are not theirs.
        inherited: The prompts where the text has none.

    Raises:
        UserError: The text cannot be changed there.
        ScheduleError: The prompts cannot be changed so.
    """
    own = value_at(raw.parse(text, TEXT).values, _PATH)
    source = inherited if own is ABSENT else own
    if len(editable_prompts(source, scope)) != count:
        raise UserError("another page has just changed the prompts; look at them, and try again")
    return set_value(text, _PATH, change(source, scope))

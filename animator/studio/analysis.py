"""`Analysis`: everything that is known of a draft's film before it renders; `Analyses` makes them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from animator.errors import PresetError, Problem
from animator.presets.load import examine
from animator.presets.plain import TEXT
from animator.presets.request import draft_of_request
from animator.runs.preflight.report import CheckReport, check_report
from animator.settings import Animation
from animator.studio.drafts import FilmDraft
from animator.studio.written import WrittenSettings, written_settings

MAX_AT_ONCE = 2
"""Texts that are looked at together; a huge one takes seconds."""


@dataclass(frozen=True)
class Analysis:
    """Everything that is known of a film before it renders.

    Attributes:
        text: The preset.
        version: That of the draft with this text; -1 for a text that nobody has looked at yet.
        report: Its problems, each with its line and column, its warnings, and what it takes.
        film: The film; where settings are wrong, with their defaults; None where the text is no preset.
        written: What the text says, setting by setting.
    """

    text: str
    version: int
    report: CheckReport
    film: Animation | None
    written: WrittenSettings = field(default_factory=WrittenSettings)


Analyze = Callable[[str, int], Awaitable[Analysis]]
"""As `analyze`, in a thread."""


def analyze(text: str, version: int) -> Analysis:
    """Returns what is known of the film of a preset; opens no model, and fetches nothing."""
    preset = text if "\n" in text else f"{text}\n"  # a preset in one line is no path
    draft, problems = draft_of_request(preset)
    film = examine(draft, problems).animation
    report = check_report(draft, tuple(problems))
    return Analysis(text, version, report, film, written_settings(preset, draft, film))

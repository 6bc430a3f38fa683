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
        version: That of the draft with this text; -1 for a text that nobody has looked at yet.
        report: Its problems, each with its line and column, its warnings, and what it takes.
        film: The film; where settings are wrong, with their defaults; None where the text is not
            YAML, as it is now and then while a person types.
        written: What the text says, setting by setting.
    """

    version: int
    report: CheckReport
    film: Animation | None
    written: WrittenSettings = field(default_factory=WrittenSettings)


NOT_YET = Analysis(-1, CheckReport(PresetError(TEXT, (Problem(TEXT, "", "is being checked"),))), None)
"""What is known of a film at which nobody has looked yet: that it cannot be rendered yet."""
Analyze = Callable[[str, int], Awaitable[Analysis]]
"""As `analyze`, in a thread."""
Keep = Callable[[FilmDraft], Awaitable[None]]
"""Writes a draft to its file, if that lacks something."""


def analyze(text: str, version: int) -> Analysis:
    """Returns what is known of the film of a preset; opens no model, and fetches nothing."""
    text = preset_text(text)
    draft, problems = draft_of_request(text)
    film = None if problems else examine(draft).animation
    report = check_report(draft, tuple(problems))
    return Analysis(version, report, film, written_settings(text, draft, film))


def preset_text(text: str) -> str:
    """Returns a text that is read as a preset: one without a line break could be the name of a file."""
    return text if "\n" in text else f"{text}\n"


class Analyses:
    """The analyses of drafts: each text is kept and looked at once, for all pages that show it.

    Args:
        keep: Keeps the text, before it is looked at.
        analyze: Looks at a text.
    """

    def __init__(self, keep: Keep, analyze: Analyze) -> None:
        self._keep = keep
        self._analyze = analyze
        self._room = asyncio.Semaphore(MAX_AT_ONCE)
        self._last: WeakKeyDictionary[FilmDraft, tuple[int, asyncio.Task[Analysis]]] = WeakKeyDictionary()

    async def of(self, draft: FilmDraft) -> Analysis:
        """Returns the analysis of a draft's text, which may have changed again when it is there."""
        version, task = self._last.get(draft, (-1, None))
        if task is None or version != draft.version:
            task = asyncio.create_task(self._look_at(draft))
            self._last[draft] = (draft.version, task)
        return await asyncio.shield(task)  # a page that closes does not end it for the others

    async def _look_at(self, draft: FilmDraft) -> Analysis:
        text, version = draft.text, draft.version
        await self._keep(draft)
        async with self._room:
            return await self._analyze(text, version)

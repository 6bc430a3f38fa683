"""`DraftSession`: the draft that a page shows, and the panels that are told when it has changed."""

from collections.abc import Callable
from urllib.parse import unquote

from nicegui import ui

from animator.presets.examples import DEFAULT, examples
from animator.studio.analysis import Analysis, analyze
from animator.studio.drafts import FilmDraft
from animator.studio.shell import Page, remember

FILM_COOKIE = "animator_film"
"""Has the id of the draft that a browser showed last."""
LOOK_S = 0.15
"""Time between two looks at whether the draft has changed, here or on another page."""
Panel = Callable[[Analysis], None]
"""Shows something of a film; called whenever its text has changed."""


class DraftSession:
    """The draft that a page shows, and the panels that show parts of it.

    The text of the draft is the only truth: a panel edits it by `edit`, and hears of every change, its own
    too, as all others do.

    Attributes:
        page: The page.
        draft: The draft.
        analysis: What is known of its text; of the last one for a moment, while a new one is looked at.
    """

    def __init__(self, page: Page, draft: FilmDraft, analysis: Analysis) -> None:
        self.page = page
        self.draft = draft
        self.analysis = analysis
        self._panels: list[Panel] = []

    def watch(self, panel: Panel) -> None:
        """Has a panel show the film, now and whenever it has changed."""
        self._panels.append(panel)
        panel(self.analysis)

    def edit(self, text: str, *, typed: bool = False) -> None:
        """Changes the text of the draft; `typed` as in `FilmDraft.change`."""
        self.draft.change(text, typed=typed)

    async def look(self) -> None:
        """Tells the panels if the draft has changed since the last look."""
        if self.draft.version == self.analysis.version:
            return
        studio, draft = self.page.studio, self.draft
        self.analysis = await studio.run(analyze, draft.text, draft.version)
        for panel in self._panels:
            panel(self.analysis)
        await studio.run(studio.drafts.save, draft)


async def open_draft(page: Page) -> DraftSession:
    """Returns the draft that a page's URL names, else the one the browser showed last, else a new one."""
    studio = page.studio
    wanted = page.request.query_params.get("film") or unquote(page.request.cookies.get(FILM_COOKIE, ""))
    draft = await studio.run(studio.drafts.find, wanted) or studio.drafts.new(_first_text())
    remember(FILM_COOKIE, draft.id)
    session = DraftSession(page, draft, await studio.run(analyze, draft.text, draft.version))
    ui.timer(LOOK_S, session.look)
    return session


def _first_text() -> str:
    """Returns the preset with which a person begins who has none yet."""
    example = next(example for example in examples() if example.name == DEFAULT)
    return example.path.read_text(encoding="utf-8")

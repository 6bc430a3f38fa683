"""`DraftSession`: the draft that a page shows, and the panels that are told when it has changed."""

from collections.abc import Callable
from urllib.parse import quote, unquote

from nicegui import ui

from animator.errors import UserError
from animator.presets.examples import DEFAULT
from animator.presets.raw import MAX_BYTES
from animator.studio.analysis import NOT_YET, Analysis
from animator.studio.drafts import FilmDraft, Opened
from animator.studio.film.opening import Found, open_example, open_job
from animator.studio.shell import Page, remember
from animator.studio.studio import Studio
from animator.studio.telling import tell

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
        missing: Why the page does not show what its URL asks for; empty where it does.
    """

    def __init__(self, page: Page, draft: FilmDraft, missing: str = "") -> None:
        self.page = page
        self.draft = draft
        self.missing = missing
        self.analysis = NOT_YET
        self._panels: list[Panel] = []
        self._states: list[Callable[[], None]] = []
        self._looked_at = -1

    def watch(self, panel: Panel) -> None:
        """Has a panel show the film, now and whenever it has changed."""
        self._panels.append(panel)
        panel(self.analysis)

    def watch_state(self, show: Callable[[], None]) -> None:
        """Has a panel show whether the draft is kept, now and at every look."""
        self._states.append(show)
        show()

    def edit(self, text: str, *, typed: bool = False) -> None:
        """Changes the text of the draft; `typed` as in `FilmDraft.change`. One that is too long is told."""
        if len(text) > MAX_BYTES:
            self.refuse(len(text))
        else:
            self.draft.change(text, typed=typed)

    def refuse(self, length: int) -> None:
        """Tells the person that a text of so many characters is too long."""
        words = self.page.t("The text has {count} characters and is not kept; a film has at most {most}.")
        tell(words.format(count=length, most=MAX_BYTES), self.page.t)

    async def look(self) -> None:
        """Tells the panels if the draft has changed since the last look."""
        for show in self._states:
            show()
        if self.draft.version == self._looked_at:
            return
        self._looked_at = self.draft.version  # first, so that a text whose analysis fails does so once
        self.analysis = await self.page.studio.analyses.of(self.draft)
        for panel in self._panels:
            panel(self.analysis)


async def open_draft(page: Page) -> DraftSession:
    """Returns the draft that a page's URL asks for, else the one the browser showed last, else a new one."""
    asked = page.request.query_params
    draft, missing = None, ""
    try:
        draft = await _asked_for(page.studio, asked.get("film"), asked.get("preset"), asked.get("from"))
    except UserError as error:
        missing = str(error)
    if draft is None:
        last = unquote(page.request.cookies.get(FILM_COOKIE, ""))
        draft = await page.studio.run(page.studio.drafts.find, last)
    if draft is None:
        draft = await _begin(page.studio, await page.studio.run(open_example, DEFAULT))
    remember(FILM_COOKIE, draft.id)
    session = DraftSession(page, draft, missing)
    ui.timer(LOOK_S, session.look)
    return session


async def open_in_film_page(studio: Studio, text: str, opened: Opened | None = None) -> str:
    """Returns the URL that shows the film page with a new film.

    Args:
        studio: What all pages share.
        text: The YAML of a preset.
        opened: Where it is from, to be told to the person.

    Raises:
        UserError: The new film cannot be kept.
    """
    draft = await _begin(studio, Found(text, opened))
    await studio.run(studio.drafts.save, draft)
    return url_of(draft.id)


def url_of(draft_id: str) -> str:
    """Returns the URL that shows the film page with a draft."""
    return f"/?film={quote(draft_id)}"


async def _asked_for(
    studio: Studio, draft_id: str | None, preset: str | None, job_id: str | None
) -> FilmDraft | None:
    """Returns the draft that a URL asks for; None where it asks for none.

    Raises:
        UserError: It is not there.
    """
    if preset is not None:
        return await _begin(studio, await studio.run(open_example, preset))
    if job_id is not None:
        return await _begin(studio, await studio.run(open_job, studio.server.queue, job_id))
    if draft_id is None:
        return None
    draft = await studio.run(studio.drafts.find, draft_id)
    if draft is None:
        raise UserError(f"film {draft_id:.80}: is not here any more; choose one of the recent films")
    return draft


async def _begin(studio: Studio, found: Found) -> FilmDraft:
    draft = studio.drafts.new(found.text)
    draft.opened = found.opened
    return draft

"""`ImageSession`: the settings of images that a page shows, and the panels that are told when they change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from nicegui import ui
from nicegui.element import Element

from animator.presets.raw import MAX_BYTES
from animator.studio.draft_folder import Drafts
from animator.studio.drafts import FilmDraft
from animator.studio.generate.analysis import ImageAnalysis, analyze_images
from animator.studio.generate.image_values import Changes, changed, text_of, values_in
from animator.studio.shell import Page, remember
from animator.studio.telling import tell, telling

IMAGE_COOKIE = "animator_image"
"""Has the id of the draft that a browser showed last."""
LOOK_S = 0.15
"""Time between two looks at whether the draft has changed, here or on another page."""
Panel = Callable[[ImageAnalysis], object]
"""Shows something of the settings; called whenever they have changed."""
FILLED = ("steps", "cfg_scale")
"""Settings of images that get what suits the model where they are left open."""


@dataclass(frozen=True)
class FormKind:
    """What a form of settings is for.

    Attributes:
        name: Its name, with which the ids of its fields for tests begin.
        cookie: Has the id of the draft that a browser showed last.
        drafts: The drafts.
        analyze: Returns what is known of a text and its version.
        filled: Settings whose fields show what suits where they are left open.
    """

    name: str
    cookie: str
    drafts: Drafts
    analyze: Callable[[str, int], ImageAnalysis]
    filled: tuple[str, ...] = FILLED


class ImageSession:
    """The settings of images that a page shows, and the panels that show parts of them.

    The text of the draft is the only truth: panels change it, and hear of every change, their own too.

    Attributes:
        page: The page.
        draft: The draft.
        kind: What the form is for.
        analysis: What is known of its text; of an earlier one for a moment.
    """

    def __init__(self, page: Page, draft: FilmDraft, kind: FormKind, analysis: ImageAnalysis) -> None:
        self.page = page
        self.kind = kind
        self.draft = draft
        self.analysis = analysis
        self._panels: list[tuple[Element, Panel]] = []

    @property
    def values(self) -> dict[str, Any]:
        """The settings as they are written now; empty where the text is not YAML."""
        return values_in(self.draft.text) or {}

    def watch(self, element: Element, panel: Panel) -> None:
        """Has a panel show the settings, now and whenever they change, as long as its element is there."""
        self._panels.append((element, panel))
        panel(self.analysis)

    def change(self, changes: Changes, *, typed: bool = False) -> None:
        """Changes settings.

        Args:
            changes: Values by paths; None leaves a setting open.
            typed: They were typed: what is typed in one go is undone in one go.
        """
        values = values_in(self.draft.text)
        if values is None:
            tell(self.page.t("The text is no YAML at the moment; correct it first."), self.page.t)
            return
        self.replace(text_of(changed(values, changes)), typed=typed)

    def replace(self, text: str, *, typed: bool = False) -> None:
        """Replaces the text of all settings; `typed` as in `change`."""
        if len(text) > MAX_BYTES:
            tell(self.page.t("The text of the settings is too long."), self.page.t)
            return
        self.draft.change(text, typed=typed)

    def undo(self) -> None:
        """Takes back the last change, if there is one."""
        self.draft.undo()

    def redo(self) -> None:
        """Makes the last undone change again, if there is one."""
        self.draft.redo()

    async def look(self) -> None:
        """Tells the panels if the draft has changed since the last look, and is not being typed just now."""
        if self.draft.version != self.analysis.version:
            with telling(self.page.t):
                await self.check()

    async def check(self) -> ImageAnalysis:
        """Returns what is known of the settings as they are now, which the panels then show."""
        studio, draft = self.page.studio, self.draft
        found = await studio.run(self.kind.analyze, draft.text, draft.version)
        if found.version != draft.version:
            return found  # shown once the typing pauses, so that nothing typed is taken back
        self.analysis = found
        self._panels = [(element, panel) for element, panel in self._panels if not element.is_deleted]
        for _, panel in self._panels:
            panel(found)
        if draft.must_be_kept:
            await studio.run(self.kind.drafts.save, draft)
        return found


async def open_image_draft(page: Page, text: str | None) -> ImageSession:
    """Returns the draft that the browser showed last, else a new one.

    Args:
        page: The page.
        text: Settings to begin with, in a draft of their own; None for those of the browser's draft.
    """
    drafts = page.studio.image_drafts
    return await open_draft(page, text, FormKind("generate", IMAGE_COOKIE, drafts, analyze_images))


async def open_draft(page: Page, text: str | None, kind: FormKind) -> ImageSession:
    """Returns the draft of a kind that the browser showed last, else a new one; `text` as above."""
    studio = page.studio
    known = unquote(page.request.cookies.get(kind.cookie, ""))
    found = await studio.run(kind.drafts.find, known) if text is None else None
    draft = found or kind.drafts.new(text or "")
    remember(kind.cookie, draft.id)
    analysis = await studio.run(kind.analyze, draft.text, draft.version)
    session = ImageSession(page, draft, kind, analysis)
    ui.timer(LOOK_S, session.look)
    return session

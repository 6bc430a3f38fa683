"""`pick`: a dialog in which the file or model that a setting names is chosen, or a file sent."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from animator.core.walk import TooManyFilesError
from animator.errors import UserError
from animator.settings.catalog import Setting
from animator.studio.components.drop_zone import DropZone
from animator.studio.dialogs import answer_to, cancel_button, dialog_buttons, titled_dialog
from animator.studio.labels import Translate
from animator.studio.named_things import MAX_NAMES, SENT, Named, named_things
from animator.studio.search import has_words
from animator.studio.shell import Page
from animator.studio.telling import telling

Chosen = Callable[[str], Awaitable[None]]
"""Takes the name that was chosen."""


async def pick(page: Page, setting: Setting, chosen: Chosen) -> None:
    """Asks for the file or model that a setting should name.

    Args:
        page: The page.
        setting: The setting.
        chosen: Takes the name.
    """
    t = page.t
    with telling(t):
        things = await page.studio.run(_listed, page, setting)
        with titled_dialog(t(setting.title), "picker") as dialog:
            if setting.kind in SENT:
                _sender(page, setting, dialog)
            _list(things, dialog, t)
            with dialog_buttons():
                cancel_button(dialog, t)
        name = await answer_to(dialog)
        if name is not None:
            await chosen(name)


def _listed(page: Page, setting: Setting) -> list[Named]:
    try:
        return named_things(page.studio.server, setting)
    except TooManyFilesError as error:
        raise UserError(str(error)) from error


def _list(things: list[Named], dialog: ui.dialog, t: Translate) -> None:
    search = ui.input(t("Search")).props("dense outlined clearable autofocus data-testid=pick-search")
    rows: list[tuple[str, ui.element]] = []
    with ui.element("div").classes("picker-list"):
        for thing in things:
            with ui.element("button").props("type=button data-testid=pick").classes("picker-row") as row:
                if thing.sha256 and "image" in thing.about:
                    ui.element("img").props(f"src=/api/v1/files/{thing.sha256} alt='' loading=lazy")
                ui.label(thing.name).classes("studio-wrap")
                ui.label(thing.about).classes("studio-soft studio-wrap")
            row.on("click", partial(dialog.submit, thing.name), [])
            rows.append((f"{thing.name} {thing.about}", row))
    if not things:
        ui.label(t("There is none on this server yet.")).classes("studio-soft")
    if len(things) == MAX_NAMES:
        ui.label(t("There are more; write the name of one that is not here.")).classes("studio-soft")

    def find() -> None:
        for text, row in rows:
            row.set_visibility(has_words(text, search.value))

    search.on_value_change(find)


def _sender(page: Page, setting: Setting, dialog: ui.dialog) -> None:
    """Builds the place where a file is sent to the server; it is chosen when it is there."""
    studio = page.studio

    async def receive(sha256: str) -> None:
        with telling(page.t):
            dialog.submit((await studio.run(studio.server.uploads.find, sha256)).path.name)

    zone = DropZone(page.t, page.t("Drop a file here, or choose one"), receive, SENT[setting.kind])
    zone.props("data-testid=pick-send")

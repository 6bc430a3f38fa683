"""A dialog in which the file or model that a setting names is chosen, or a file sent."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from animator.core.walk import TooManyFilesError
from animator.errors import UserError
from animator.settings.catalog import Setting
from animator.studio.components.drop_zone import DropZone
from animator.studio.film.form.files import MAX_NAMES, SENT, Named, named_things
from animator.studio.film.session import DraftSession
from animator.studio.telling import telling

Chosen = Callable[[str], Awaitable[None]]
"""Takes the name that was chosen."""


async def pick(session: DraftSession, setting: Setting, chosen: Chosen) -> None:
    """Asks for the file or model that a setting should name.

    Args:
        session: The draft.
        setting: The setting.
        chosen: Takes the name.
    """
    studio, t = session.page.studio, session.page.t
    with telling(t):
        things = await studio.run(_listed, session, setting)
        with ui.dialog() as dialog, ui.card().classes("studio-dialog form-picker"):
            ui.label(t(setting.title)).classes("studio-dialog-title")
            if setting.kind in SENT:
                _sender(session, setting, dialog)
            _list(session, things, dialog)
            with ui.element("div").classes("studio-buttons"):
                ui.button(t("Cancel"), on_click=dialog.close).props("flat no-caps")
        name = await dialog
        dialog.delete()
        if name is not None:
            await chosen(name)


def _listed(session: DraftSession, setting: Setting) -> list[Named]:
    try:
        return named_things(session.page.studio.server, setting.kind)
    except TooManyFilesError as error:
        raise UserError(str(error)) from error


def _list(session: DraftSession, things: list[Named], dialog: ui.dialog) -> None:
    t = session.page.t
    search = ui.input(t("Search")).props("dense outlined clearable autofocus data-testid=pick-search")
    rows: list[tuple[str, ui.element]] = []
    with ui.element("div").classes("form-named-list"):
        for thing in things:
            with ui.element("button").props("type=button data-testid=pick").classes("form-named") as row:
                if thing.sha256 and "image" in thing.about:
                    ui.element("img").props(f"src=/api/v1/files/{thing.sha256} alt='' loading=lazy")
                ui.label(thing.name).classes("film-wrap")
                ui.label(thing.about).classes("studio-soft film-wrap")
            row.on("click", partial(dialog.submit, thing.name), [])
            rows.append((f"{thing.name} {thing.about}".casefold(), row))
    if not things:
        ui.label(t("There is none on this server yet.")).classes("studio-soft")
    if len(things) == MAX_NAMES:
        ui.label(t("There are more; write the name of one that is not here.")).classes("studio-soft")

    def find() -> None:
        words = str(search.value or "").casefold().split()
        for text, row in rows:
            row.set_visibility(all(word in text for word in words))

    search.on_value_change(find)


def _sender(session: DraftSession, setting: Setting, dialog: ui.dialog) -> None:
    """Builds the place where a file is sent to the server; it is chosen when it is there."""
    t, studio = session.page.t, session.page.studio

    async def receive(sha256: str) -> None:
        with telling(t):
            upload = await studio.run(studio.server.uploads.find, sha256)
            dialog.submit(upload.path.name)

    zone = DropZone(t("Send a file from here"), receive, SENT[setting.kind])
    zone.props("data-testid=pick-send").classes("form-send")

"""A dialog in which the file or model that a setting names is chosen, or a file sent."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import events, ui

from animator.core.walk import TooManyFilesError
from animator.errors import UserError
from animator.server.uploads import Upload, Uploads
from animator.settings.catalog import Setting
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

    async def receive(event: events.UploadEventArguments) -> None:
        with telling(t):
            dialog.submit((await _store(session, event)).path.name)

    upload = ui.upload(
        label=t("Send a file from here"),
        auto_upload=True,
        max_file_size=studio.server.options.max_uploads,
        on_upload=receive,
        on_rejected=lambda: ui.notify(t("This file is too large, or not of a kind that fits here.")),
    )
    upload.props(f'flat bordered accept="{SENT[setting.kind]}" data-testid=pick-send').classes("form-send")


async def _store(session: DraftSession, event: events.UploadEventArguments) -> Upload:
    studio = session.page.studio
    chunks = [chunk async for chunk in event.file.iterate()]
    return await studio.run(_keep, studio.server.uploads, chunks, event.file.name)


def _keep(uploads: Uploads, chunks: list[bytes], name: str) -> Upload:
    with uploads.receive() as arrival:
        for chunk in chunks:
            arrival.write(chunk)
        return arrival.finish(name)[0]

"""The films that are being written: a list to go on with one of them, or to delete it."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from animator.studio.dialogs import is_sure, titled_dialog
from animator.studio.draft_folder import DraftFile
from animator.studio.film.session import DraftSession, url_of
from animator.studio.icon_button import icon_button
from animator.studio.measures import moment_text
from animator.studio.search import has_words
from animator.studio.telling import telling


def recent_button(session: DraftSession) -> None:
    """Builds the button that lists the films that are being written."""
    t = session.page.t
    with titled_dialog(t("Recent films")) as dialog:
        search = ui.input(t("Search")).props("outlined dense clearable data-testid=recent-search")
        rows = ui.element("ul").classes("film-recent")
    files: list[DraftFile] = []

    def show() -> None:
        rows.clear()
        with rows:
            found = [file for file in files if has_words(_title(file), search.value)]
            for file in found:
                _row(session, file, partial(delete, file))
            if not found:
                ui.label(t("There are none yet; a film is kept as soon as you change something."))

    async def open_list() -> None:
        files[:] = await session.page.studio.run(session.page.studio.drafts.files)
        show()
        dialog.open()

    async def delete(file: DraftFile) -> None:
        if await delete_draft(session, file.id, _title(file)):
            files.remove(file)
            show()

    search.on_value_change(show)
    button = ui.button(t("Recent films"), icon="history", on_click=open_list)
    button.props("outline no-caps data-testid=recent")


async def delete_draft(session: DraftSession, draft_id: str, title: str) -> bool:
    """Deletes a film that is being written, if the person agrees; returns True if they do."""
    t, studio = session.page.t, session.page.studio
    question = t("Delete the film {name}? What was rendered of it stays.").format(name=title)
    if not await is_sure(question, t("Delete"), t):
        return False
    with telling(t):
        draft = await studio.run(studio.drafts.find, draft_id)
        if draft is not None:
            await studio.run(studio.drafts.delete, draft)
        return True
    return False


def _row(session: DraftSession, file: DraftFile, delete: Callable[[], Awaitable[None]]) -> None:
    with ui.element("li").classes("film-recent-row").props("data-testid=recent-film"):
        ui.link(_title(file), url_of(file.id)).classes("studio-wrap")
        ui.label(moment_text(file.changed)).classes("studio-soft")
        icon_button("delete", session.page.t("Delete"), delete)


def _title(file: DraftFile) -> str:
    return file.name or file.id

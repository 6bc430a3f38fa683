"""Opens files that are dropped or chosen, and says what became of their settings."""

from collections.abc import Callable
from functools import partial

from nicegui import ui

from animator.errors import UserError
from animator.server.uploads import Upload
from animator.studio.analysis import Analysis
from animator.studio.components.file_drop import FileDrop, SentFile
from animator.studio.dialogs import answer_to, cancel_button, dialog_buttons, titled_dialog
from animator.studio.drafts import Opened
from animator.studio.film.opening import open_upload
from animator.studio.film.replace import take
from animator.studio.film.session import DraftSession
from animator.studio.film.uses import Use, used_as, uses_of
from animator.studio.icon_button import icon_button
from animator.studio.telling import tell, telling

_ACCEPTED = ".yaml,.yml,.txt,.json,.png,.jpg,.jpeg,.webp,.mp4,.mov,.mkv,.webm,.wav,.mp3,.flac,.ogg,.m4a"


def open_button(session: DraftSession) -> None:
    """Builds the button that opens files; they may be dropped anywhere on the page, too."""
    t = session.page.t
    drop = FileDrop(
        label=t("Open ..."),
        invitation=t("Drop a settings file, an image, a film or a sound"),
        accept=_ACCEPTED,
        testid="open-file",
        failed=t("The server did not take the file; is it still running?"),
    )

    async def receive(sent: SentFile) -> None:
        with telling(t):
            await _receive(session, sent)

    drop.on_sent(receive)
    drop.on_unsent(lambda message: tell(message, t))


async def _receive(session: DraftSession, sent: SentFile) -> None:
    studio = session.page.studio
    upload = await studio.run(studio.server.uploads.find, sent.sha256)
    try:
        found = await studio.run(open_upload, upload, sent.name)
    except UserError as error:
        if not uses_of(upload):
            raise
        await _choose_use(session, upload, sent.name, str(error))
    else:
        await take(session, found)


async def _choose_use(session: DraftSession, upload: Upload, name: str, why: str) -> None:
    """Asks what a file without settings should be in the film."""
    t = session.page.t
    with titled_dialog(t("What should {name} be in this film?").format(name=name)) as dialog:
        with dialog_buttons():
            for use in uses_of(upload):
                ui.button(t(use.title), on_click=partial(dialog.submit, use)).props("outline no-caps")
            cancel_button(dialog, t)
        ui.label(why).classes("studio-soft studio-wrap")
    use = await answer_to(dialog)
    if use is not None:
        session.edit(used_as(session.draft.text, use, upload))


def opened_notes(session: DraftSession) -> None:
    """Builds the strip that says what became of the settings of an opened file."""
    strip = ui.element("div").classes("film-opened").props("role=status data-testid=opened")

    def show(_: Analysis) -> None:
        opened = session.draft.opened
        strip.clear()
        strip.set_visibility(opened is not None)
        if opened is not None:
            with strip:
                _tell_opened(session, opened, dismiss)

    def dismiss() -> None:
        session.draft.opened = None
        show(session.analysis)

    session.watch(show)


def _tell_opened(session: DraftSession, opened: Opened, dismiss: Callable[[], None]) -> None:
    t = session.page.t
    with ui.element("div").classes("film-opened-head"):
        ui.label(t("Opened: {name}").format(name=opened.name)).classes("studio-wrap")
        if opened.upload is not None and uses_of(opened.upload):
            _use_menu(session, opened.upload)
        icon_button("close", t("Close"), dismiss).props("data-testid=opened-close")
    if opened.notes:
        with ui.element("ul").classes("film-opened-notes"):
            for note in opened.notes:
                with ui.element("li"):
                    ui.label(note).classes("studio-wrap")


def _use_menu(session: DraftSession, upload: Upload) -> None:
    """Builds the menu of what the file itself can be in the film whose settings it gave."""
    t = session.page.t

    def put(use: Use) -> None:
        with telling(t):
            session.edit(used_as(session.draft.text, use, upload))

    with ui.dropdown_button(t("Use the file as ..."), auto_close=True).props("flat dense no-caps"):
        for use in uses_of(upload):
            ui.item(t(use.title), on_click=partial(put, use))

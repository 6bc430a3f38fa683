"""The images of a training: the folder, what is dropped into it, and a caption for each."""

from functools import partial
from urllib.parse import quote

from nicegui import ui

from animator.jobs.trainings.data_files import IMAGE_SUFFIXES, TEXT_SUFFIX
from animator.server.datasets import DataFile
from animator.server.v1.datasets import folder_of
from animator.studio.components.file_drop import FileDrop, SentFile
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.fields import set_prop, show_problem, suggest
from animator.studio.generate.session import ImageSession
from animator.studio.icon_button import icon_button
from animator.studio.telling import tell, telling
from animator.studio.train.analysis import FOLDER, TrainingAnalysis
from animator.studio.train.data_folder import (
    DataLook,
    add_upload,
    look_at_data,
    new_set_name,
    remove_image,
    set_name,
    write_caption,
)

LOOK_S = 0.3
"""Time between two looks at whether the folder is another one, or has changed."""
SHOWN = 60
"""Images that are shown at first, and more with each press of a button."""
THUMBNAIL = 192
_DEBOUNCE_MS = 500


class DataPanel:
    """The images of a training.

    Args:
        session: The settings.
    """

    def __init__(self, session: ImageSession) -> None:
        self._session = session
        self._server = session.page.studio.server
        self._shown: tuple[str, ...] | None = None
        self._folder = ""
        self._most = SHOWN
        self._is_stale = True
        t = self._t = session.page.t
        self._input = ui.input(t("Folder of images"), on_change=lambda event: self._name(event.value or ""))
        self._input.props("stack-label dense outlined autocomplete=off data-testid=train-folder")
        self._input.props["placeholder"] = folder_of("...")
        self._input.classes("generate-field")
        suggest(self._input, [folder_of(name) for name in self._server.datasets.names()])
        drop = FileDrop(
            label=t("Add images"),
            invitation=t("Drop images, and text files with their captions, here"),
            accept=",".join((*IMAGE_SUFFIXES, TEXT_SUFFIX)),
            testid="train-files",
            failed=t("The server did not take the file; is it still running?"),
        )
        drop.on_sent(self._take)
        drop.on_unsent(lambda text: tell(text, t))
        self._count = ui.label().props("role=status data-testid=train-data-count").classes("studio-soft")
        self._list = ui.element("ul").classes("train-images").props(f'aria-label="{t("Images")}"')
        self._more = ui.button(t("Show more"), on_click=self._show_more).props("flat dense no-caps")
        self._more.set_visibility(False)
        session.watch(self._input, self._show)
        ui.timer(LOOK_S, self._look)

    def _show(self, analysis: ImageAnalysis) -> None:
        folder = analysis.values.get(FOLDER)
        self._input.set_value("" if folder is None else str(folder))
        show_problem(self._input, analysis.problem_of(FOLDER))
        if isinstance(analysis, TrainingAnalysis) and analysis.plan and not self._shown:
            self._count.set_text(self._t("{count} images").format(count=analysis.plan.images))

    def _name(self, folder: str) -> None:
        if folder != (self._session.values.get(FOLDER) or ""):
            self._session.change({FOLDER: folder or None}, typed=True)

    async def _look(self) -> None:
        folder = str(self._session.values.get(FOLDER) or "")
        if not self._is_stale and folder == self._folder:
            return
        self._is_stale, self._folder = False, folder
        with telling(self._t):
            data = await self._session.page.studio.run(look_at_data, self._server, folder)
            self._show_data(data)
            await self._session.check()

    def _show_data(self, data: DataLook) -> None:
        t = self._t
        captions = sum(file.caption is not None for file in data.files)
        text = t("{count} images, {captions} with a caption").format(count=len(data.files), captions=captions)
        self._count.set_text(text if data.name else "")
        shown = (data.name, *(file.name for file in data.files[: self._most]))
        self._more.set_visibility(len(data.files) > self._most)
        if shown == self._shown:
            return
        self._shown = shown if data.files else ()
        self._list.clear()
        with self._list:
            for file in data.files[: self._most]:
                self._card(data.name, file, is_broken=file.name in data.broken)

    def _card(self, name: str, file: DataFile, *, is_broken: bool) -> None:
        t = self._t
        with ui.element("li").classes("train-image").props("data-testid=train-image"):
            if is_broken:
                ui.label(t("{name} cannot be read").format(name=file.name)).classes("train-broken")
            else:
                _thumbnail(name, file)
            caption = ui.textarea(
                value=file.caption or "",
                on_change=lambda event: self._write(name, file.name, event.value or ""),
            )
            caption.props(f"dense outlined autogrow debounce={_DEBOUNCE_MS} data-testid=train-caption")
            set_prop(caption, "aria-label", t("Caption of {name}").format(name=file.name))
            set_prop(caption, "placeholder", t("Caption"))
            remove = icon_button(
                "delete",
                t("Remove {name}").format(name=file.name),
                partial(self._remove, name, file.name),
                is_small=True,
            )
            remove.props("data-testid=train-remove")

    async def _take(self, file: SentFile) -> None:
        studio = self._session.page.studio
        name = set_name(str(self._session.values.get(FOLDER) or ""))
        if not name:
            training = str(self._session.values.get("name") or "")
            name = new_set_name(training, self._server.datasets.names())
            self._session.change({FOLDER: folder_of(name)})
        with telling(self._t):
            await studio.run(add_upload, self._server, name, file.sha256, file.name)
        if file.name.lower().endswith(TEXT_SUFFIX):
            self._shown = None  # the captions that are shown are older
        self._is_stale = True

    async def _write(self, name: str, image: str, text: str) -> None:
        with telling(self._t):
            await self._session.page.studio.run(write_caption, self._server, name, image, text)
            self._is_stale = True

    async def _remove(self, name: str, image: str) -> None:
        with telling(self._t):
            await self._session.page.studio.run(remove_image, self._server, name, image)
            self._is_stale = True

    def _show_more(self) -> None:
        self._most += SHOWN
        self._is_stale = True


def _thumbnail(name: str, file: DataFile) -> None:
    url = f"/api/v1/datasets/{quote(name, safe='')}/files/{quote(file.name, safe='')}"
    image = ui.element("img").props("loading=lazy")
    set_prop(image, "src", f"{url}?width={THUMBNAIL}&v={file.size}")
    set_prop(image, "alt", file.name)

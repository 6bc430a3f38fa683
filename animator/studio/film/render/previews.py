"""`PreviewPanel`: what a film will look like, before it is rendered: its motion, any frame alone."""

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from animator.errors import UserError
from animator.jobs.images.desk import ImageTask
from animator.jobs.images.work import FilmFrame
from animator.runs.progress import Progress
from animator.runs.stop_token import StopToken
from animator.server.files.frame_image import jpeg_of
from animator.studio.analysis import Analysis, preset_text
from animator.studio.film.render.routes import preview_url
from animator.studio.film.session import DraftSession
from animator.studio.telling import telling

LOOK_S = 0.1
"""Time between two looks at a preview that is made."""
QUALITY, WIDTH = 90, 1024
"""Of the JPEG image of a frame."""


class PreviewPanel:
    """Previews of a film; a page makes one at a time.

    Args:
        session: The film.
    """

    def __init__(self, session: DraftSession) -> None:
        self._session = session
        self._studio = session.page.studio
        self._t = t = session.page.t
        self._stop = StopToken()
        self._video = ""
        with ui.element("div").props(f'role=group aria-label="{t("Previews")}"').classes("previews"):
            self._buttons = [
                self._button(t("Motion preview"), "preview-motion", self._make_motion),
                self._button(t("First frame"), "preview-first", partial(self._make_frame, 0)),
            ]
            with ui.element("div").classes("previews-one"):
                self._buttons.append(self._button(t("One frame"), "preview-frame", self._make_chosen))
                self._number = ui.number(value=0, min=0, precision=0).props("dense outlined")
                self._number.props["aria-label"] = t("Frame")
                self._number.props("data-testid=preview-number").classes("previews-number")
            self._stopper = ui.button(t("Stop"), on_click=lambda: self._stop.stop()).props(
                "no-caps flat dense data-testid=preview-stop"
            )
        self._status = ui.label().props("role=status data-testid=preview-status").classes("studio-soft")
        self._result = ui.element("figure").classes("preview-result")
        self._set_busy(is_busy=False)
        self._client = ui.context.client
        self._client.on_delete(self._leave)

    def show(self, analysis: Analysis) -> None:
        """Allows the previews of a film that can be rendered."""
        work = analysis.report.work
        if work is not None:
            self._number.props["max"] = work.frames - 1
        for button in self._buttons:
            button.set_enabled(work is not None and not self._stopper.visible)

    def _button(self, text: str, name: str, make: Callable[[], Awaitable[None]]) -> ui.button:
        async def clicked() -> None:
            self._stop = StopToken()
            self._set_busy(is_busy=True)
            try:
                with telling(self._t):
                    await make()
            finally:
                if not self._client.is_deleted:
                    self._set_busy(is_busy=False)

        return ui.button(text, on_click=clicked).props(f"no-caps outline dense data-testid={name}")

    def _set_busy(self, *, is_busy: bool) -> None:
        self._stopper.set_visibility(is_busy)
        self._status.set_text("")
        self.show(self._session.analysis)

    def _leave(self) -> None:
        """Ends what is made for a page that is closed: nobody could see it."""
        self._stop.stop()
        self._studio.previews.remove(self._video)

    async def _make_motion(self) -> None:
        t, text = self._t, self._session.draft.text
        latest = [Progress(0, 0, 0.0, 0)]

        def report(progress: Progress) -> None:
            latest[0] = progress

        self._say(t("Waits for its turn"))
        making = asyncio.create_task(self._studio.previews.make(self._studio, text, report, self._stop))
        while not making.done():
            if latest[0].frames:
                caption = t("Frame {frame} of {frames}")
                self._say(caption.format(frame=latest[0].done, frames=latest[0].frames))
            await asyncio.wait([making], timeout=LOOK_S)
        name = making.result()
        if name is None:
            return
        self._studio.previews.remove(self._video)
        self._video = name
        if self._client.is_deleted:
            self._leave()
            return
        self._result.clear()
        with self._result:
            with ui.element("video").props("controls loop autoplay muted playsinline") as video:
                video.props.update({"src": preview_url(name), "aria-label": t("Motion preview")})
            video.props("data-testid=preview-video")
            shown = t("The motion of {done} of {frames} frames on a test card; nothing is generated.")
            self._caption(shown.format(done=latest[0].done, frames=latest[0].frames))

    async def _make_chosen(self) -> None:
        await self._make_frame(int(self._number.value or 0))

    async def _make_frame(self, frame: int) -> None:
        t, desk = self._t, self._studio.server.images
        order = desk.submit(FilmFrame(preset_text(self._session.draft.text), frame))
        try:
            while not (task := desk.get(order.id)).has_ended and not self._stop.is_set:
                self._say(self._frame_status(task))
                await asyncio.sleep(LOOK_S)
        finally:
            desk.remove(order.id)
        if task.error is not None:
            raise UserError(task.error.message)
        if not task.images or self._client.is_deleted:
            return
        jpeg = await self._studio.run(jpeg_of, io.BytesIO(task.images[0].png), "frame", QUALITY, WIDTH)
        self._result.clear()
        with self._result:
            image = ui.element("img").props("data-testid=preview-image")
            alone = t("Frame {frame} from its own prompt and seed, as if the film began there.")
            caption = t("Frame 0, with which the film begins.") if frame == 0 else alone.format(frame=frame)
            image.props.update(src=f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}", alt=caption)
            self._caption(caption)

    def _say(self, text: str) -> None:
        if not self._client.is_deleted:
            self._status.set_text(text)

    def _frame_status(self, task: ImageTask) -> str:
        if not task.has_begun:
            return self._t("Waits for a worker")
        progress = task.progress
        if not progress.steps:
            return self._t("Loads the model")
        return self._t("Step {step} of {steps}").format(step=progress.step + 1, steps=progress.steps)

    def _caption(self, text: str) -> None:
        with ui.element("figcaption").classes("studio-soft"):
            ui.label(text)

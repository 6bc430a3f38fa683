"""The finished film of a job, and its files to download: `JobFilm`, `JobFiles`."""

from nicegui import ui

from animator.core.size_text import size_text
from animator.server.v1.outputs import OutputKind, OutputView
from animator.studio.labels import Translate
from animator.studio.watching.look import JobLook

_KINDS = {
    OutputKind.FILM: "Film",
    OutputKind.EXTRA: "Extra video",
    OutputKind.SUBTITLES: "Subtitles",
    OutputKind.SETTINGS: "Settings",
    OutputKind.LOG: "Log",
}


class JobFilm:
    """The finished film of a job, to play.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        self._shown: tuple[object, ...] = ()
        self._place = ui.element("div")

    def show(self, look: JobLook) -> None:
        """Shows the film of a job; nothing before it is finished."""
        films = [output for output in look.outputs if output.kind is OutputKind.FILM]
        shown = (look.revision, *films)
        if shown == self._shown:
            return
        self._shown = shown
        self._place.clear()
        with self._place:
            for output in films:
                _film(output, look, self._t)


class JobFiles:
    """Links to the files of a job.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        self._shown: tuple[OutputView, ...] = ()
        self._list = ui.element("ul").props(f'aria-label="{t("Files")}"').classes("job-files")

    def show(self, look: JobLook) -> None:
        """Shows the files that a job has made so far."""
        self._list.set_visibility(bool(look.outputs))
        if look.outputs == self._shown:
            return
        self._shown = look.outputs
        self._list.clear()
        with self._list:
            for output in look.outputs:
                _file(output, self._t)


def _film(output: OutputView, look: JobLook, t: Translate) -> None:
    source = f"{output.url}?v={look.revision}"
    if output.content_type.startswith("image/"):
        with ui.element("img") as film:
            film.props.update(src=source, alt=t("The finished film"))
    elif output.content_type.startswith("video/"):
        with ui.element("video").props(
            "controls preload=metadata playsinline data-testid=film-video"
        ) as film:
            film.props.update({"src": source, "aria-label": t("The finished film")})
            film.props["poster"] = f"{look.url}/frames/0.jpg?width=1024&v={look.revision}"
    else:
        return
    film.classes("job-film")


def _file(output: OutputView, t: Translate) -> None:
    size = f", {size_text(output.size)}" if output.size is not None else ""
    with ui.element("li"):
        link = ui.link(output.name, output.url)
        link.props.update(download=output.name)
        ui.label(f"{t(_KINDS[output.kind])}{size}").classes("studio-soft")

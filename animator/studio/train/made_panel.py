"""What a training has made: sheets of previews as they come, and the result with the words to use it."""

from functools import partial

from nicegui import ui

from animator.studio.generate.fields import set_prop
from animator.studio.icon_button import icon_button
from animator.studio.labels import Translate
from animator.studio.telling import copy_text
from animator.studio.train.look import TrainingLook, training_url


class SheetPanel:
    """The sheets of a training: the newest, or the one that a person has chosen.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        self._job = ""
        self._sheets: tuple[int, ...] = ()
        self._chosen: int | None = None
        with ui.element("figure").classes("train-sheets") as self._figure:
            self._caption = ui.element("figcaption").classes("studio-soft")
            with self._caption:
                self._text = ui.label().props("data-testid=train-sheet-step")
            self._image = ui.element("img").props("data-testid=train-sheet")
            self._steps = ui.element("div").classes("train-steps").props("role=group")
            set_prop(self._steps, "aria-label", t("Sheets of previews"))
        self._figure.set_visibility(False)

    def show(self, look: TrainingLook) -> None:
        """Shows the sheets that there are now."""
        if look.job.id != self._job:
            self._job, self._chosen, self._sheets = look.job.id, None, ()
        self._figure.set_visibility(bool(look.sheets))
        if look.sheets == self._sheets:
            return
        self._sheets = look.sheets
        self._steps.clear()
        with self._steps:
            for step in look.sheets:
                button = ui.button(str(step), on_click=partial(self._choose, step))
                button.props("flat dense no-caps data-testid=train-step")
        self._show_chosen()

    def _choose(self, step: int) -> None:
        self._chosen = step
        self._show_chosen()

    def _show_chosen(self) -> None:
        if not self._sheets:
            return
        step = self._sheets[-1] if self._chosen is None else self._chosen
        text = self._t("Previews after {step} steps").format(step=step)
        self._text.set_text(text)
        set_prop(self._image, "src", f"{training_url(self._job)}/previews/{step}.png")
        set_prop(self._image, "alt", text)
        for button, own in zip(self._steps.default_slot.children, self._sheets, strict=True):
            set_prop(button, "aria-current", "true" if own == step else "false")


class ResultPanel:
    """What a training has made, and how prompts use it.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        self._shown: tuple[str, ...] = ()
        self._place = ui.element("div").classes("train-result").props("data-testid=train-result")
        self._place.set_visibility(False)

    def show(self, look: TrainingLook) -> None:
        """Shows the result; nothing before the end."""
        shown = (look.job.id, look.result)
        self._place.set_visibility(bool(look.result))
        if shown == self._shown:
            return
        self._shown = shown
        self._place.clear()
        if look.result:
            with self._place:
                self._build(look)

    def _build(self, look: TrainingLook) -> None:
        t, use = self._t, look.use
        rows = (
            (t("In prompts"), use.tag),
            (t("Trained words"), use.words),
            (t("Name of the model"), use.model),
            (t("Example"), use.prompt if use.words and use.tag else ""),
        )
        with ui.element("dl").classes("train-facts"):
            for title, text in rows:
                if text:
                    with ui.element("dt").classes("studio-soft"):
                        ui.label(title)
                    with ui.element("dd"):
                        ui.label(text).classes("studio-mono studio-wrap")
                        icon_button("content_copy", t("Copy"), partial(copy_text, text, t), is_small=True)
        link = ui.link(t("Download {name}").format(name=look.result), f"{training_url(look.job.id)}/result")
        link.props.update(download=look.result if look.is_file else f"{look.result}.zip")
        link.props("data-testid=train-download")

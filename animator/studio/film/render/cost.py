"""`CostList`: what a film takes, before it renders."""

from nicegui import ui

from animator.core.size_text import size_text
from animator.runs.preflight.estimate import Estimate
from animator.runs.preflight.render_time import RenderTime
from animator.runs.preflight.report import Work
from animator.studio.labels import Translate
from animator.studio.watching.words import length_text, time_text


class CostList:
    """What a film takes, as a list of names and values.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        self._list = ui.element("dl").classes("render-cost").props("data-testid=cost")

    def show(self, work: Work | None) -> None:
        """Shows what a film takes; nothing where it has problems."""
        self._list.clear()
        self._list.set_visibility(work is not None)
        if work is None:
            return
        with self._list:
            for name, value in _facts(work, self._t):
                with ui.element("dt"):
                    ui.label(name)
                with ui.element("dd"):
                    ui.label(value)


def _facts(work: Work, t: Translate) -> list[tuple[str, str]]:
    needed = work.needed
    length = t("{frames} frames, {time} at {fps} fps")
    facts = [
        (
            t("Length"),
            length.format(frames=work.frames, time=length_text(work.seconds, t), fps=f"{work.fps:g}"),
        ),
        (t("Size"), f"{work.size[0]} × {work.size[1]}"),
        (
            t("Generated"),
            t("{count} of them, {steps} steps").format(count=needed.generated, steps=needed.steps),
        ),
        *_tweened(needed, t),
        (t("On disk"), t("up to {size}").format(size=size_text(needed.frame_bytes))),
        (t("Time to render"), _render_time(work.render_time, t)),
        (t("Model"), work.model),
    ]
    return [*facts, (t("Left open"), work.open_values)] if work.open_values else facts


def _tweened(needed: Estimate, t: Translate) -> list[tuple[str, str]]:
    """Returns what a video model generates; empty for a film without one."""
    if not needed.tweened:
        return []
    text = t("{count} times by a video model, {steps} steps")
    return [(t("In-betweens"), text.format(count=needed.tweened, steps=needed.tween_steps))]


def _render_time(time: RenderTime | None, t: Translate) -> str:
    """Returns the words of a time; in English, those of the time itself."""
    if time is None:
        return t("not known for this model")
    measured = t("about {time} on this machine ({device}; measured with animator bench on {date})")
    estimated = t("about {time} on this machine's CPU (rule of thumb; animator bench measures it)")
    text = estimated if time.measured is None else measured
    words = text.format(time=time_text(time.seconds, t), device=time.device, date=time.measured)
    return (
        t("{time}, besides the time of the video model, which is not known").format(time=words)
        if time.is_partial
        else words
    )

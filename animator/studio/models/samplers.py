"""What samplers and schedule types do, in a sentence, an image and a curve each."""

from collections.abc import Mapping

import numpy as np
from nicegui import ui

from animator.models.diffusion.samplers.registry import METHODS, SCHEDULE_TYPES
from animator.models.diffusion.samplers.sampler import SamplerTraits
from animator.models.diffusion.samplers.sigmas import NoiseSchedule, schedule_sigmas
from animator.studio.labels import Translate
from animator.studio.static import STATIC_URL

STEPS = (4, 8, 16, 32)
"""Numbers of steps that the images show."""
_CURVE_STEPS = 20
_GRID = "#8884"
"""Color of lines that is faint on light and on dark."""
_BETAS = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2  # of Stable Diffusion 1
_NOTES: Mapping[str, str] = {
    "none": "No fresh noise: more steps come closer to one image.",
    "ancestral_eta": "Fresh noise in each step: the image changes with the number of steps.",
    "ddim_eta": "Fresh noise only where ddim_eta is above 0.",
    "fixed": "Fresh noise in each step, whatever ancestral_eta is.",
}
_SCHEDULE_TYPES: Mapping[str, str] = {
    "Karras": "Small steps where little noise is left: fine detail at few steps.",
    "Exponential": "Even on a logarithmic scale: smooth, with soft detail.",
    "SGM Uniform": "Even in training time, and ends before the last of it.",
    "Simple": "Even in training time, by its whole numbers.",
    "Uniform": "Even in training time: what most models expect.",
    "DDIM": "As the DDIM paper spaces its steps.",
    "Beta": "Close steps at both ends: structure and detail.",
    "KL Optimal": "Spaced so that each step loses as little as another.",
    "Align Your Steps": "Found for the family of the model; for about ten steps.",
    "Trailing": "Begins at pure noise, as distilled models such as Turbo need it.",
    "LCM": "The steps that latent consistency models are distilled from.",
}


def image_of(sampler: str) -> str:
    """Returns the place of a sampler's image among the static files; `docs.build.sampler_images` makes it."""
    name = "".join(c if c.isalnum() else "_" for c in sampler.lower().replace("+", "p"))
    return f"samplers/{name}.jpg"


def samplers_panel(t: Translate) -> None:
    """Shows every sampler: how its image becomes finished, and what it costs."""
    steps = ", ".join(map(str, STEPS))
    ui.label(t("The same seed with the built-in model, in {steps} steps.").format(steps=steps)).classes(
        "studio-soft"
    )
    with ui.element("div").classes("models-grid"):
        for method in METHODS.values():
            with ui.element("article").classes("studio-panel models-card"):
                alt = t("Four images by {name}, in {steps} steps").format(name=method.name, steps=steps)
                image = ui.element("img").props(f"src={STATIC_URL}{image_of(method.name)} loading=lazy")
                image.props["alt"] = alt
                ui.label(method.name).classes("models-name").props("role=heading aria-level=2")
                for sentence in sampler_notes(method, t):
                    ui.label(sentence)


def sampler_notes(method: SamplerTraits, t: Translate) -> list[str]:
    """Returns sentences about a sampler."""
    notes = [t(_NOTES[method.noise])]
    if method.calls_per_step is None:
        notes.append(t("Chooses its number of steps itself."))
    elif method.calls_per_step > 1:
        notes.append(t("Calls the model twice in each step: twice the time."))
    if method.few_steps:
        notes.append(t("For distilled models: a few steps are enough."))
    if method.schedule_type:
        notes.append(t("Its schedule type is {name}.").format(name=method.schedule_type))
    return notes


def schedule_types_panel(t: Translate) -> None:
    """Shows how the schedule types space the noise of the steps."""
    ui.label(
        t("The noise that is left after each of 20 steps; a name may follow that of a sampler.")
    ).classes("studio-soft")
    ui.echart(schedule_chart(t), renderer="svg").classes("models-chart").props(
        f'role=img aria-label="{t("Curves of the schedule types")}"'
    )
    with ui.element("dl").classes("models-notes"):
        for name, sentence in _SCHEDULE_TYPES.items():
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(t(sentence))


def schedule_chart(t: Translate) -> dict[str, object]:
    """Returns the chart of all schedule types: the noise by step, on a logarithmic scale."""
    schedule = NoiseSchedule.of(np.cumprod(1 - _BETAS))
    lines = [
        {
            "name": name,
            "type": "line",
            "showSymbol": False,
            "data": [round(sigma, 4) for sigma in schedule_sigmas(schedule, name, _CURVE_STEPS)[:-1]],
        }
        for name in SCHEDULE_TYPES
        if name not in ("Normal", "Polyexponential")  # other names of Uniform and Exponential
    ]
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"type": "scroll", "top": 0},
        "grid": {"left": 56, "right": 56, "top": 72, "bottom": 32},
        "xAxis": {"type": "category", "name": t("step"), "data": list(range(1, _CURVE_STEPS + 1))},
        "yAxis": {"type": "log", "name": t("noise"), "splitLine": {"lineStyle": {"color": _GRID}}},
        "series": lines,
    }

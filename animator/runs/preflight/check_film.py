"""`check_film`: all problems of a film at once, before anything renders and without opening a model.

It reads headers, configs, images and the lengths of clips, but no weights. It fetches nothing: what a URL or
a hub id leads to is not checked.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from animator.errors import Problem
from animator.presets.load import examine
from animator.presets.sources import PresetSource, load
from animator.runs.preflight.clips import check_clips
from animator.runs.preflight.diffusion_models import (
    check_abilities,
    check_architecture,
    check_controlnets,
    check_ip_adapters,
    check_vae,
    models_in_use,
)
from animator.runs.preflight.film import CheckOptions, FilmToCheck, check_timeline
from animator.runs.preflight.images import check_images, check_luts
from animator.runs.preflight.networks import (
    check_depth,
    check_faces,
    check_flow,
    check_interpolator,
    check_tracker,
    check_upscaler,
    check_words,
)
from animator.runs.preflight.outputs import check_outputs
from animator.runs.preflight.prompts import check_prompts
from animator.runs.preflight.settings import check_camera, check_sound_source
from animator.runs.preflight.tuning import check_tuning, refiners_in_use
from animator.runs.preflight.tweens import check_tweens
from animator.runs.preflight.units import check_preprocessors, check_unit_masks, check_unit_sources
from animator.runs.preflight.without_effect import tell_without_effect
from animator.runs.run_settings import recorded_draft
from animator.settings import Animation
from animator.settings.problems import Problems
from animator.settings.raw import RawPreset, raw_of
from animator.timeline.lint import effect_warnings

_DEFAULTS = CheckOptions()
_HEARD = ("signals", "markers", "bpm", "frames")
"""Settings that are wrong where a file is; without it, formulas lack what they name."""
_CHECKS = (
    check_timeline,
    check_images,
    check_luts,
    check_clips,
    check_unit_sources,
    check_unit_masks,
    check_preprocessors,
    check_camera,
    check_flow,
    check_depth,
    check_words,
    check_tracker,
    check_faces,
    check_upscaler,
    check_interpolator,
    check_tweens,
    check_architecture,
    check_sound_source,
    check_outputs,
)


def check_film(
    draft: RawPreset, problems: Iterable[Problem] = (), options: CheckOptions = _DEFAULTS
) -> Animation:
    """Returns the film of a draft, with its files resolved, if it can be rendered.

    Args:
        draft: The settings, overrides applied.
        problems: Those known already, to be reported with the others.
        options: Options of the check.

    Raises:
        PresetError: With every problem, each with its place, in the order of the preset's lines.
    """
    examined = examine(draft, problems)
    if examined.animation is not None:
        known = {problem.path for problem in examined.problems}
        paths = (tuple(path.split(".")) for path in known)
        broken = (*examined.broken, *(path for path in paths if path[0] in _HEARD))
        film = FilmToCheck(examined.animation, options, Problems(examined.draft), broken)
        _run_checks(film)
        new = (problem for problem in film.problems if problem.path not in known)
        examined = replace(examined, problems=(*examined.problems, *new), hint=film.problems.hint)
    return examined.film()


def check_animation(animation: Animation, options: CheckOptions = _DEFAULTS) -> Animation:
    """Returns a film with its files resolved, if it can be rendered; errors as `check_film`."""
    return check_film(raw_of(animation), (), options)


def check_run(folder: Path, options: CheckOptions = _DEFAULTS) -> None:
    """Checks that the film of a run folder can be rendered on; errors as `check_film`."""
    check_film(recorded_draft(folder), (), options)


def load_checked(
    source: PresetSource,
    overrides: list[str],
    report: Callable[[str], None],
    label: str = "override",
    options: CheckOptions = _DEFAULTS,
) -> Animation:
    """Loads the film of a source as `animator.presets.sources.load` does, if it can be rendered.

    Args:
        source: Preset, manifest and image.
        overrides: Texts such as `diffusion.steps=12`.
        report: Gets each note and warning, also about settings without effect.
        label: Name of an override in messages.
        options: Options of the check.

    Raises:
        UserError: No source is given, or a file cannot be read.
        PresetError: With every problem of the film.
    """
    animation = load(source, overrides, report, label, partial(check_film, options=options))
    for line in effect_warnings(animation, lists_all=source.lists_all_settings):
        report(line)
    return animation


def _run_checks(film: FilmToCheck) -> None:
    for check in _CHECKS:
        check(film)
    models = models_in_use(film)
    check_vae(film, models)
    check_controlnets(film, models)
    check_ip_adapters(film, models)
    refiners = refiners_in_use(film, models)
    check_abilities(film, models)
    tell_without_effect(film, models)
    check_tuning(film, {**models, **refiners})
    # SDXL's refiner takes neither LoRA files nor hypernetworks, and the second half of a textual inversion.
    alike = {name: found for name, found in refiners.items() if found[2].family != "sdxl-refiner"}
    check_prompts(film, {**models, **alike})

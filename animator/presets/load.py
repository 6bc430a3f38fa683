"""Loads and dumps presets: YAML, `extends`, dotted overrides, schema versions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from animator.errors import AnimatorError, Problem, UserError
from animator.presets import yaml_text
from animator.presets.checks import library_of, problems_of
from animator.presets.clip import check_clip, drop_clip_placeholders, resolve_clip_placeholders
from animator.presets.confine import outside_problems
from animator.presets.flow_stand_in import with_flow_that_is_there
from animator.presets.model_defaults import is_decided, with_model_defaults
from animator.presets.plain import Overrides, override, read_source
from animator.presets.resolve_paths import resolve_files
from animator.presets.signal_files import with_signal_files
from animator.presets.sound_length import resolve_sound_length, without_sound_length
from animator.presets.step_files import with_step_files
from animator.presets.unit_files import with_unit_files
from animator.settings import Animation, validate
from animator.settings.raw import RawPreset, group_of
from animator.settings.renamed_keys import warn_renamed_keys
from animator.settings.signals.given import given_from
from animator.settings.validate import Examined, text_problems


def load(
    source: str | Path | Mapping[str, Any],
    overrides: Overrides = (),
    *,
    signals: Mapping[str, Any] | None = None,
) -> Animation:
    """Loads and validates a film, and resolves the files it names.

    Args:
        source: The path of a YAML preset or a Deforum settings file; a mapping of settings; or YAML text. A
            text with a line break is YAML, any other text is a path.
        overrides: Override the settings: texts such as `diffusion.steps=12`, whose value is YAML, or a
            mapping such as `{"diffusion.steps": 12}` or `{"diffusion": {"steps": 12}}`.
        signals: Variables of formulas by name, each a sequence or array with a number for every frame.

    Raises:
        PresetError: With every problem of the settings and the overrides, and the place of each.
    """
    draft, problems = override(read_source(source), overrides)
    warn_renamed_keys(draft.notes, stacklevel=2)
    return resolve(replace(draft, given=given_from(signals)) if signals else draft, problems)


def resolve(draft: RawPreset, problems: Iterable[Problem] = ()) -> Animation:
    """Returns the validated film of a draft, with the files, models and clip it names resolved.

    Args:
        draft: The settings, overrides applied.
        problems: Those known already, to be reported with the draft's own.

    Raises:
        PresetError: With every problem.
    """
    return examine(draft, problems).film()


def examine(draft: RawPreset, problems: Iterable[Problem] = ()) -> Examined:
    """Returns what `resolve` returns, with the problems instead of an error."""
    if broken := text_problems(draft):
        return Examined(draft, None, (*problems, *broken))
    if outside := outside_problems(draft):  # then no file at all is looked at
        draft = replace(draft, values=without_sound_length(drop_clip_placeholders(draft.values)))
        return replace(validate.examine(draft, (*problems, *outside)), animation=None)
    draft, missing = resolve_files(with_model_defaults(draft))
    draft, lacking = with_unit_files(draft, library_of(draft.values))
    draft, absent = with_step_files(draft)
    draft, unheard = with_signal_files(draft)
    problems = [*problems, *missing, *lacking, *absent, *unheard, *problems_of(draft)]
    clip = ("video", "path")
    try:
        check_clip(draft.values, draft.folders.get(clip))
        draft = replace(draft, values=resolve_clip_placeholders(draft.values))
    except UserError as error:
        problems.append(Problem.of(draft.where(clip), clip, str(error).removeprefix("video.path: ")))
        draft = replace(draft, values=drop_clip_placeholders(draft.values))
    try:
        draft = replace(draft, values=resolve_sound_length(draft.values))
    except AnimatorError as error:
        problems.append(Problem.of(draft.where(("frames",)), ("frames",), error.message))
        draft = replace(draft, values=without_sound_length(draft.values))
    examined = validate.examine(draft, problems)
    if examined.animation is None:
        return examined
    changed = with_flow_that_is_there(draft, examined.animation)
    return examined if changed is draft else validate.examine(changed, problems)


def dump(animation: Animation) -> str:
    """Returns the full YAML of a film, with every setting."""
    return yaml_text.dump(animation.plain())


def dump_differences(animation: Animation) -> str:
    """Returns the YAML of a film with only what differs from the defaults; `load` returns the same film.

    What the model decides is written out, so that the film does not change with its model.
    """
    return yaml_text.dump(_differences(animation.plain(), Animation().plain()))


def _differences(plain: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    differences: dict[str, Any] = {}
    for key, value in plain.items():
        if group_of(key) is not None:
            inner = {
                name: item
                for name, item in value.items()
                if item != defaults[key][name] or is_decided(key, name)
            }
            differences |= {key: inner} if inner else {}
        elif key == "schema" or is_decided(None, key) or value != defaults[key]:
            differences[key] = value
    return differences

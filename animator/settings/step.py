"""Image steps that a preset adds to each frame: built-in and of installed packages; see docs/steps.md.

A step is a frozen dataclass that changes an image. A field marked with a range may change by frame: the
preset has a schedule, the step gets its value. All other fields are fixed for the film. Two class variables
say more about it, where it has them: `place`, where it acts unless the preset says otherwise, and
`remembers`, see `animator.loop.output`.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, SerializeAsAny, ValidationInfo, create_model
from pydantic import Field as Setting
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from animator.core import plugins
from animator.errors import PluginError
from animator.settings.effect import Condition
from animator.settings.group import SettingsGroup
from animator.settings.needs import InMode, Is
from animator.settings.scheduled import hints_of, mark_of, schedule_setting

GROUP = "animator.steps"
"""Entry points of packages that offer steps."""
BUILT_IN: Mapping[str, str] = {
    "mirror": "animator.loop.steps.mirror:Mirror",
    "kaleidoscope": "animator.loop.steps.kaleidoscope:Kaleidoscope",
    "echo": "animator.loop.steps.echo:Echo",
    "grade": "animator.loop.steps.grade:Grade",
    "lift_gamma_gain": "animator.loop.steps.grade:LiftGammaGain",
    "lut": "animator.loop.steps.lut:Lut",
    "glow": "animator.loop.steps.glow:Glow",
    "chromatic_shift": "animator.loop.steps.chromatic_shift:ChromaticShift",
    "vignette": "animator.loop.steps.vignette:Vignette",
    "grain": "animator.loop.steps.grain:Grain",
}
"""Built-in steps: name in presets -> import path of the class."""
Place = Literal["before", "after", "output"]
"""Where a step acts: before the diffusion, after it, or on the images that leave the loop."""


class StepSettings(SettingsGroup):
    """Further steps on each frame's image, in the order of the list; see [steps.md](steps.md).

    Besides `use` and `at`, each has the settings of its own step.
    """

    step: ClassVar[type[Any]]
    """The class that `use` names."""

    effective_when: ClassVar[Condition] = Is("at", ("after", "output")) | InMode("source", ("last", "clip"))

    use: str
    """Name of the step: one of those below, or of an installed package."""
    at: Place = "before"
    """before acts on the input of the diffusion, after sharpening and before the noise; after acts on its
    result, after the colors are matched; output acts on the finished frame alone, and the next frame is made
    from the image without it."""

    @property
    def is_trail(self) -> bool:
        """True if the step makes an image of the film's output from its own last one."""
        return self.at == "output" and bool(getattr(self.step, "remembers", False))

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self.model_dump(mode="json"),)  # pickle cannot import a class made at run time


def names() -> tuple[str, ...]:
    """Returns the names of all steps, built-in and of installed packages, sorted."""
    return tuple(sorted({*BUILT_IN, *plugins.names(GROUP)}))


def settings_of(name: str) -> type[StepSettings]:
    """Imports a step and returns the class of its settings.

    Raises:
        PluginError: The step does not exist or cannot be imported.
    """
    if name in BUILT_IN:
        kind = plugins.import_object(BUILT_IN[name])
    elif name in plugins.names(GROUP):
        kind = plugins.load(GROUP, name)
    else:
        raise PluginError(plugins.unknown_name_message(name, names()))
    if not (isinstance(kind, type) and is_dataclass(kind) and hasattr(kind, "apply")):
        raise PluginError(f"{name}: {kind!r:.80} is not a step; expected a frozen dataclass with `apply`")
    return _settings(kind)


@cache
def _settings(kind: type[Any]) -> type[StepSettings]:
    """Returns the settings class of a step: its fields, with schedules for those that change by frame."""
    hints = hints_of(kind)
    own: dict[str, Any] = {field.name: _setting(hints[field.name], field) for field in fields(kind)}
    if clash := own.keys() & StepSettings.model_fields.keys():
        raise PluginError(
            f"{kind.__name__}: rename the field {min(clash)}; every step has a setting of that name"
        )
    if place := _place_of(kind):
        own["at"] = (Place, place)
    model = create_model(kind.__name__, __base__=StepSettings, __doc__=kind.__doc__, **own)
    model.step = kind
    return model


def _place_of(kind: type[Any]) -> str:
    """Returns where a step acts unless the preset says otherwise; empty for where most steps do."""
    place: object = getattr(kind, "place", "")
    if place not in ("", *get_args(Place)):
        raise PluginError(
            f"{kind.__name__}: its `place` is {place!r:.40}; expected {', '.join(get_args(Place))}"
        )
    return str(place)


def _setting(hint: Any, field: "Field[Any]") -> tuple[Any, Any]:
    """Returns the annotation and default of a step's field in its settings."""
    if field.default_factory is not MISSING:
        return hint, Setting(default_factory=field.default_factory)
    if mark_of(hint):
        return schedule_setting(hint, field)
    return hint, ... if field.default is MISSING else field.default


def _unpickle(plain: Mapping[str, Any]) -> StepSettings:
    return settings_of(plain["use"]).model_validate(plain)


def _validate_step(value: Any, info: ValidationInfo) -> Any:
    """Validates the settings of the step that `use` names, each problem at its own place."""
    if not isinstance(value, Mapping):
        return value
    name = value.get("use")
    if not isinstance(name, str):
        raise _use_error(f"is missing; expected the name of a step; known: {', '.join(names())}", name)
    try:
        kind = settings_of(name)
    except PluginError as error:
        raise _use_error(str(error), name) from error
    return kind.model_validate(value, context=info.context)


def _use_error(text: str, name: object) -> ValidationError:
    error = PydanticCustomError("step", "{text}", {"text": text})
    return ValidationError.from_exception_data(
        "step", [InitErrorDetails(type=error, loc=("use",), input=name)]
    )


AnyStep = Annotated[SerializeAsAny[StepSettings], BeforeValidator(_validate_step)]

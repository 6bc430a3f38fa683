"""The fields of the sampler: its method and its schedule type, which are one setting."""

from collections.abc import Sequence

from nicegui import ui

from animator.generation.settings import ImageSettings
from animator.models.diffusion.samplers.registry import split_sampler
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.fields import show_problem
from animator.studio.generate.image_values import value_at
from animator.studio.generate.inventory import Inventory
from animator.studio.generate.session import ImageSession

AUTOMATIC = ""
"""The method's own schedule type."""
_DEFAULT = ImageSettings().sampler
_LOOKS = "stack-label dense outlined options-dense"


def sampler_fields(session: ImageSession, inventory: Inventory) -> None:
    """Adds the fields."""
    t = session.page.t

    def chosen() -> None:
        name = f"{methods.value or ''} {schedules.value or ''}".strip()
        if name and name != _sampler(session.values):
            session.change({"sampler": None if name == _DEFAULT else name})

    methods = ui.select(list(inventory.samplers), label=t("Sampler"), on_change=chosen)
    methods.props(f"{_LOOKS} data-testid=generate-sampler").classes("generate-field")
    types = {AUTOMATIC: t("automatic"), **{name: name for name in inventory.schedules}}
    schedules = ui.select(types, label=t("Schedule type"), on_change=chosen, value=AUTOMATIC)
    schedules.props(f"{_LOOKS} data-testid=generate-schedule").classes("generate-field")

    def show(analysis: ImageAnalysis) -> None:
        method, schedule = split_sampler(_sampler(analysis.values))
        _put(schedules, [AUTOMATIC, *inventory.schedules], schedule)
        _put(methods, inventory.samplers, method)
        show_problem(methods, analysis.problem_of("sampler"))

    session.watch(methods, show)


def _put(select: ui.select, known: Sequence[str], value: str) -> None:
    """Shows a value, also one that is not known."""
    if select.value == value:
        return
    if value not in known and isinstance(select.options, list):
        select.set_options([*known, value], value=value)
    else:
        select.set_value(value)


def _sampler(values: object) -> str:
    return str(value_at(values, "sampler") or _DEFAULT)

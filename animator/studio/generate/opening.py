"""A group of fields that opens: built when it is opened first, and counts its problems in its title."""

from collections.abc import Callable, Sequence

from nicegui import ui

from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.session import ImageSession


def opening(session: ImageSession, title: str, paths: Sequence[str], build: Callable[[], object]) -> None:
    """Adds a group that opens.

    Args:
        session: The settings.
        title: The title of the group, in English.
        paths: Its settings.
        build: Adds its fields.
    """
    t, built = session.page.t, False

    def opened(*, is_open: bool) -> None:
        nonlocal built
        if is_open and not built:
            built = True
            with content:
                build()

    group = ui.expansion(t(title), on_value_change=lambda event: opened(is_open=event.value))
    group.classes("generate-group").props(f"dense data-testid={session.kind.name}-group-{_slug(title)}")
    with group:
        content = ui.element("div").classes("generate-group-content")

    def show(analysis: ImageAnalysis) -> None:
        wrong = sum(bool(analysis.problem_of(path)) for path in paths)
        group.set_text(f"{t(title)} · {t('{count} wrong').format(count=wrong)}" if wrong else t(title))

    session.watch(group, show)


def _slug(title: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in title.lower()).split())

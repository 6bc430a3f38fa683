"""What is called before each step of a diffusion, wherever in the program that is set: `before_steps`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

StepHook = Callable[[int, int], None]
"""Gets the step that begins, from 0, and the number of steps; more than once for a step with several model
calls. What it raises ends the generation."""


def _ignore(step: int, steps: int) -> None:
    """Does nothing."""


_HOOK: ContextVar[StepHook] = ContextVar("step_hook", default=_ignore)


@contextmanager
def before_steps(hook: StepHook) -> Iterator[None]:
    """Has a function called before each step within a `with` block, after those of blocks around it.

    Other threads are not concerned.

    Args:
        hook: Must not change a tensor. After an error that it raises the model is as it was before: it can
            generate the same request again with the same result.
    """
    outer = _HOOK.get()

    def both(step: int, steps: int) -> None:
        outer(step, steps)
        hook(step, steps)

    token = _HOOK.set(both)
    try:
        yield
    finally:
        _HOOK.reset(token)


def begin_step(step: int, steps: int) -> None:
    """Calls the function that is set; every model does so before each step.

    Args:
        step: The step that begins, from 0.
        steps: Number of steps.
    """
    _HOOK.get()(step, steps)

"""What diffusers and transformers raise for broken or hostile files, as errors in words."""

import importlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

from animator.errors import AnimatorError, ModelError
from animator.models.hub import hub_access
from animator.models.torchvision_ops import declare_missing_ops

LONGEST_REASON = 500
"""Characters of a library's message that are shown."""
Explain = Callable[[Exception], str]
"""Returns the message for what a library raised."""


@contextmanager
def quiet(*libraries: str, explain: Explain) -> Iterator[ModuleType]:
    """Yields the first of some libraries, all with logging and progress bars off, to load models with.

    Nothing is asked of the hub unless downloads are permitted.

    Args:
        libraries: `diffusers` or `transformers`.
        explain: As for `explained`.

    Raises:
        ModelError: The block raised something else than our own errors.
    """
    declare_missing_ops()
    imported = [importlib.import_module(name) for name in libraries]
    for library in imported:
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    with warnings.catch_warnings(), explained(explain), hub_access():
        warnings.simplefilter("ignore")  # deprecation warnings that a user cannot act on
        yield imported[0]


@contextmanager
def explained(explain: Explain) -> Iterator[None]:
    """Turns what a library raises in the block into `ModelError`; our own errors pass.

    Args:
        explain: Returns the message.

    Raises:
        ModelError: The block raised something else than our own errors.
    """
    try:
        yield
    except AnimatorError:
        raise
    except Exception as error:  # whatever a broken or hostile file makes a library raise
        raise ModelError(explain(error)) from error


def reason_of(error: Exception) -> str:
    """Returns what an error says, as one line that is not too long; its type where it says nothing."""
    return " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__

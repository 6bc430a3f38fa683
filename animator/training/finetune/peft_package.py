"""peft, which LoRA trainings need: an extra of animator."""

from importlib.util import find_spec

from animator.errors import UserError


def check_peft() -> None:
    """Checks that peft is installed.

    Raises:
        UserError: It is not.
    """
    if find_spec("peft") is None:
        raise UserError(
            "a LoRA is trained with the package peft, which is not installed: pip install 'animator[train]'"
        )

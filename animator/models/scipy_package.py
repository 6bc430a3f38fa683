"""Checks that scipy is installed, which transformers needs for some networks; imports neither of them."""

from importlib.util import find_spec

from animator.errors import ModelError


def check_scipy(name: str, model_type: str) -> None:
    """Checks that the package scipy is installed.

    Args:
        name: The network that needs it, for the message.
        model_type: Its type, for the message.

    Raises:
        ModelError: It is not.
    """
    if find_spec("scipy") is None:
        raise ModelError(
            f"{name}: networks of type {model_type} need the package scipy; install it with "
            "pip install 'animator[preprocessors]'"
        )

"""What suits each kind of training, for settings that are left open."""

from dataclasses import dataclass

from animator.training.finetune.settings import Kind


@dataclass(frozen=True)
class Suits:
    """What suits a kind of training.

    Attributes:
        steps: Updates of the weights.
        rate: Learning rate.
    """

    steps: int
    rate: str


_USUAL: dict[Kind, Suits] = {
    "lora": Suits(1000, "1e-4"),
    "dreambooth": Suits(800, "2e-6"),
    "embedding": Suits(2000, "5e-3"),
    "hypernetwork": Suits(2000, "1e-5"),
}
_BUILT_IN: dict[Kind, Suits] = {
    "lora": Suits(300, "2e-3"),
    "dreambooth": Suits(200, "3e-4"),
    "embedding": Suits(300, "5e-3"),
    "hypernetwork": Suits(300, "1e-3"),
}
"""The built-in model has a hundredth of the weights of others, and takes larger steps."""


def suits(kind: Kind, *, is_built_in: bool) -> Suits:
    """Returns what suits a kind of training on the built-in model, or on others."""
    return (_BUILT_IN if is_built_in else _USUAL)[kind]

"""Sources: where the picture that is redrawn comes from."""

from dataclasses import dataclass

from torch import Tensor

from animator.plan import Plan
from animator.state import State


@dataclass(frozen=True)
class LastPicture:
    """The last emitted picture; none before the first frame."""

    def picture(self, plan: Plan, state: State) -> Tensor | None:
        """The state's picture (3, H, W), or None."""
        return state.picture

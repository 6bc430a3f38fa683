"""Stretches of a film within which its images should stay alike, so that a change is drift."""

from bisect import bisect_right

from animator.settings import Animation
from animator.settings.modes import mode_of
from animator.timeline.plan import Plan


def feeds_back(animation: Animation) -> bool:
    """Returns True where each frame is made from the last one, so that a change may run away."""
    return mode_of(animation).source == "last"


class Stretches:
    """Knows where a film changes on purpose.

    A cut and a prompt's key begin a stretch. After a key the film has some frames to become what the prompt
    says, and while prompts morph, it changes all along.
    """

    def __init__(self, animation: Animation) -> None:
        keys = {
            *animation.keyed_prompts.key_frames(animation.scope),
            *(frame for frame, _ in animation.guides),
        }
        self._keys = sorted(key for key in keys if key > 0)
        self._settling = max(1, animation.color.transition)

    def changes_at(self, plan: Plan) -> bool:
        """Returns True for a frame that is meant to differ from those before."""
        index = bisect_right(self._keys, plan.frame) - 1
        settles = index >= 0 and plan.frame - self._keys[index] < self._settling
        return plan.cut or settles or bool(plan.prompt.blend) or len(plan.palettes) > 1

"""`plain_texts`: a frame's prompts as plain sentences, for models that know no prompt syntax."""

from animator.models.diffusion.prompts.by_step import prompts_by_step
from animator.models.diffusion.prompts.syntax import pieces, split_and
from schedules import PromptFrame


def plain_texts(prompt: PromptFrame, steps: int) -> tuple[str, str]:
    """Returns a frame's prompt and negative prompt without weights, tags, editing and `AND`.

    Of two prompts that morph it is the one with the greater weight; of edited ones, what the last step has.

    Args:
        prompt: The prompts of a frame.
        steps: Number of steps in which the frame's image is generated.
    """
    positive, negative, _ = max(prompts_by_step(prompt, steps)[-1], key=lambda pair: pair[2])
    return _plain(positive), _plain(negative)


def _plain(text: str) -> str:
    parts = " ".join(part for part, weight in split_and(text) if weight > 0)
    return " ".join(" ".join(piece.text or "" for piece in pieces(parts)).split())

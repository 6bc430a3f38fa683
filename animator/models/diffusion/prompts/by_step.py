"""`prompts_by_step`: the prompts of each sampler step, which prompt editing may change."""

from collections.abc import Sequence

from animator.models.diffusion.prompts.editing import texts_by_step
from animator.models.diffusion.prompts.syntax import prompt_parts, split_loras
from schedules import PromptFrame

StepPrompts = tuple[tuple[str, str, float], ...]
"""The prompts of a step: positive, negative, weight of the pair; weights sum to 1."""


def prompts_by_step(prompt: PromptFrame, steps: int) -> Sequence[StepPrompts]:
    """Returns the prompts of each step, without LoRA tags, or one entry where they are the same at all steps.

    Args:
        prompt: The prompt of a frame.
        steps: Number of steps that run.
    """
    edited = [
        (texts_by_step(split_loras(text)[0], steps), texts_by_step(split_loras(no)[0], steps), weight)
        for text, no, weight in prompt_parts(prompt)
    ]
    by_step = [
        tuple((positive[step], negative[step], weight) for positive, negative, weight in edited)
        for step in range(steps)
    ]
    return by_step[:1] if len(set(by_step)) == 1 else by_step

"""`Templates`: the prompt of an example in a step, from lines with `[name]` and `[filewords]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from numpy.random import Generator

from animator.core.read import UnreadableError, read_text
from animator.errors import UserError
from animator.training.finetune.data.examples import Example
from animator.training.finetune.groups import DataSettings
from animator.training.finetune.settings import TrainingSettings

_TEMPLATE_BYTES = 100_000
NAME, WORDS = "[name]", "[filewords]"
_PLAIN, _CAPTIONED, _NAMED = (NAME,), (WORDS,), (f"{NAME}, {WORDS}",)
_EMBEDDING = (NAME, f"an image of {NAME}", f"a picture of {NAME}", f"{NAME}, a picture")


@dataclass(frozen=True)
class Templates:
    """Makes prompts of examples.

    Attributes:
        lines: Templates that are drawn from; none for those that suit each example.
        names: What `[name]` stands for, of each concept.
        prompted: Concepts whose prompt is given, which their captions follow.
        calls_by_name: True where every prompt needs the name: that of an embedding.
        dropout: Share of prompts that are left out.
        shuffles: Shuffle the parts of captions between commas.
    """

    lines: tuple[str, ...]
    names: Mapping[int, str]
    prompted: frozenset[int] = frozenset()
    calls_by_name: bool = False
    dropout: float = 0.0
    shuffles: bool = False

    def prompt(self, example: Example, rng: Generator) -> str:
        """Returns the prompt of an example; the generator decides what is drawn."""
        chosen, dropped = rng.random(), rng.random() < self.dropout
        if dropped:
            return ""
        if example.is_class:
            return example.words
        lines = self.lines_of(example)
        line = lines[int(chosen * len(lines))]
        words = _shuffled(example.words, rng) if self.shuffles else example.words
        return line.replace(NAME, self.names[example.concept]).replace(WORDS, words).strip(" ,")

    def lines_of(self, example: Example) -> tuple[str, ...]:
        """Returns the templates of an example."""
        if self.lines:
            return self.lines
        if self.calls_by_name:
            return _NAMED if example.words else _EMBEDDING
        if not example.words:
            return _PLAIN
        return _NAMED if example.concept in self.prompted else _CAPTIONED


def template_lines(data: DataSettings) -> tuple[str, ...]:
    """Returns the templates of settings; none where they are left open.

    Raises:
        UserError: Their file cannot be read, or has none.
    """
    text = data.template
    if data.template_file:
        try:
            text = read_text(Path(data.template_file), _TEMPLATE_BYTES)
        except UnreadableError as error:
            raise UserError(f"{data.template_file}: {error}") from error
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if data.template_file and not lines:
        raise UserError(f"{data.template_file}: has no lines; expected prompts with {NAME} or {WORDS}")
    return lines


def templates_of(settings: TrainingSettings, lines: tuple[str, ...]) -> Templates:
    """Returns the templates of a training.

    Args:
        settings: The training.
        lines: Those that it names; none for those that suit each example.
    """
    is_embedding = settings.kind == "embedding"
    prompts = {index: concept.prompt for index, concept in enumerate(settings.concepts)}
    return Templates(
        lines,
        {
            index: settings.name if is_embedding else prompt or settings.name
            for index, prompt in prompts.items()
        },
        frozenset(index for index, prompt in prompts.items() if prompt),
        calls_by_name=is_embedding,
        dropout=settings.data.caption_dropout,
        shuffles=settings.data.shuffle_tags,
    )


def _shuffled(words: str, rng: Generator) -> str:
    parts = [part.strip() for part in words.split(",")]
    return ", ".join(parts[index] for index in rng.permutation(len(parts)))

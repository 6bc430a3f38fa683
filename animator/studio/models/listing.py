"""The models of a server as the page shows them: found in a thread, filtered by words and kinds."""

from dataclasses import dataclass
from pathlib import Path

from animator.models.diffusion.checkpoints.description import ModelDescription, describe_model
from animator.models.diffusion.checkpoints.inventory import ModelEntry, model_entries
from animator.models.diffusion.checkpoints.model_info import size_of
from animator.studio.search import has_words


@dataclass(frozen=True)
class ListedModel:
    """A model that was found.

    Attributes:
        entry: Its name, place and kind.
        description: What its metadata and the files beside it say.
        size: Bytes; None where it cannot be read.
    """

    entry: ModelEntry
    description: ModelDescription
    size: int | None

    @property
    def is_lora(self) -> bool:
        """True for a file that prompts name, as in `<lora:name:1>`."""
        return "lora" in self.entry.what.lower()

    @property
    def in_prompt(self) -> str:
        """What brings it into a prompt: its name there, and the words that trigger it."""
        stem = Path(self.entry.name).stem
        call = f"<lora:{stem}:1>" if self.is_lora else stem
        return ", ".join((call, *self.description.trigger_words[:3]))

    def has(self, text: str) -> bool:
        """Returns True if all words of a text occur in what is known of it, in any case."""
        about = self.description
        known = (self.entry.name, self.entry.label, about.title, about.text, about.base, *about.trigger_words)
        return has_words("\n".join(known), text)


def list_models(folders: tuple[Path, ...]) -> tuple[ListedModel, ...]:
    """Returns the built-in model, those in folders and those in the hub's cache.

    Raises:
        ModelError: A folder has too many files to be one of models.
    """
    return tuple(_listed(entry) for entry in model_entries(folders))


def _listed(entry: ModelEntry) -> ListedModel:
    try:
        size = size_of(entry.path)
    except OSError:  # removed meanwhile, or unreadable: the entry says what is wrong with it
        size = None
    return ListedModel(entry, describe_model(entry.path), size)

"""Settings of a film from an infotext: in an image, or in a text file."""

from animator.presets.infotext import Infotext
from animator.settings.import_notes import Effect, Note
from animator.settings.raw import RawPreset, grouped


def is_infotext(text: str) -> bool:
    """Returns True if a text has a line of generation parameters and is not JSON."""
    return not text.lstrip().startswith(("{", "[")) and bool(Infotext.parse(text).fields)


def infotext_preset(text: str, source: str) -> RawPreset:
    """Returns the settings of an infotext: prompts, sampler, steps, seed, size; notes say what it takes.

    Args:
        text: The infotext.
        source: Name of its file.
    """
    infotext = Infotext.parse(text)
    values = grouped(infotext.settings())
    place = f"{source} (infotext)"
    notes = [Note(Effect.CHANGES, (), f"{place}: {infotext.summary}")]
    if model := infotext.fields.get("Model"):
        message = f"the image was generated with the model {model}; set `model` to yours"
        notes.append(Note(Effect.CHANGES, (), message))
    return RawPreset(place, values, {(name,): place for name in values}, tuple(notes))

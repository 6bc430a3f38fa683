"""Edits the source of a schedule key by key, in the way it is written: text, mapping, number or list.

Every function takes a source as it is in a preset and returns the new one, ready for YAML. Keys are counted
in the order of the source, which stays: a key that is moved past another one keeps its index.
"""

from schedules.edit.curves import (
    EditableKey,
    add_key,
    delete_key,
    editable_keys,
    move_key,
    set_ease,
    set_formula,
    set_time,
)
from schedules.edit.prompts import (
    EditablePrompt,
    add_prompt,
    delete_prompt,
    editable_prompts,
    move_prompt,
    set_prompt,
    set_prompt_ease,
    set_prompt_negative,
    set_prompt_time,
)
from schedules.edit.texts import (
    EditableText,
    add_text,
    delete_text,
    editable_texts,
    move_text,
    set_text,
    set_text_time,
)

__all__ = [
    "EditableKey",
    "EditablePrompt",
    "EditableText",
    "add_key",
    "add_prompt",
    "add_text",
    "delete_key",
    "delete_prompt",
    "delete_text",
    "editable_keys",
    "editable_prompts",
    "editable_texts",
    "move_key",
    "move_prompt",
    "move_text",
    "set_ease",
    "set_formula",
    "set_prompt",
    "set_prompt_ease",
    "set_prompt_negative",
    "set_prompt_time",
    "set_text",
    "set_text_time",
    "set_time",
]

"""Words for the mistakes that pydantic finds in settings."""

from collections.abc import Mapping

from pydantic_core import ErrorDetails

COMPLETE = ("schedule", "range", "missing_input", "step")
"""Types of errors whose message needs no added value."""


def message_of(details: ErrorDetails) -> str:
    """Returns what is wrong with a setting, with the value that was there."""
    message = details["msg"].removeprefix("Value error, ")
    if not details["loc"] or details["type"] in COMPLETE or _concerns_group(details):
        return message
    return f"{message[0].lower()}{message[1:]}; got {shorten(details['input'])}"


def shorten(value: object) -> str:
    """Returns a value as Python writes it, cut to 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _concerns_group(details: ErrorDetails) -> bool:
    """Returns True for a problem of several settings of a group, whose message names them."""
    return details["type"] == "value_error" and isinstance(details["input"], Mapping)

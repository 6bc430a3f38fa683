"""`Analysis`: everything that is known of a draft's film before it renders."""

from dataclasses import dataclass

from animator.presets.load import examine
from animator.presets.request import draft_of_request
from animator.runs.preflight.report import CheckReport, check_report
from animator.settings import Animation


@dataclass(frozen=True)
class Analysis:
    """Everything that is known of a film before it renders.

    Attributes:
        text: The preset.
        version: That of the draft with this text.
        report: Its problems, each with its line and column, its warnings, and what it takes.
        film: The film; where settings are wrong, with their defaults; None where the text is no preset.
    """

    text: str
    version: int
    report: CheckReport
    film: Animation | None


def analyze(text: str, version: int) -> Analysis:
    """Returns what is known of the film of a preset; opens no model, and fetches nothing."""
    draft, problems = draft_of_request(as_text(text))
    return Analysis(text, version, check_report(draft, tuple(problems)), examine(draft, problems).animation)


def as_text(text: str) -> str:
    """Returns a preset with a line break, without which it would be taken for a path."""
    return text if "\n" in text else f"{text}\n"

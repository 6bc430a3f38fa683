"""`Analysis`: everything that is known of a draft's film before it renders."""

from dataclasses import dataclass, field

from animator.presets.load import examine
from animator.presets.request import draft_of_request
from animator.runs.preflight.report import CheckReport, check_report
from animator.settings import Animation
from animator.studio.written import WrittenSettings, written_settings


@dataclass(frozen=True)
class Analysis:
    """Everything that is known of a film before it renders.

    Attributes:
        text: The preset.
        version: That of the draft with this text.
        report: Its problems, each with its line and column, its warnings, and what it takes.
        film: The film; where settings are wrong, with their defaults; None where the text is no preset.
        written: What the text says, setting by setting.
    """

    text: str
    version: int
    report: CheckReport
    film: Animation | None
    written: WrittenSettings = field(default_factory=WrittenSettings)


def analyze(text: str, version: int) -> Analysis:
    """Returns what is known of the film of a preset; opens no model, and fetches nothing."""
    text = text if "\n" in text else f"{text}\n"  # a preset in one line is no path
    draft, problems = draft_of_request(text)
    film = examine(draft, problems).animation
    report = check_report(draft, tuple(problems))
    return Analysis(text, version, report, film, written_settings(text, draft, film))

"""`ImageAnalysis`: what is known of the settings of images before anything is generated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from animator.errors import AnimatorError, PresetError, Problem
from animator.generation.preflight import check_images
from animator.presets import yaml_text
from animator.settings.raw import RawPreset
from animator.studio.generate.image_values import SOURCE


@dataclass(frozen=True)
class ImageAnalysis:
    """What is known of the settings of images before anything is generated.

    Attributes:
        version: That of the draft that has them.
        values: The settings as written; empty where the text is not YAML.
        problems: Everything that is wrong.
        settings: The settings; None where anything is wrong.
    """

    version: int
    values: Mapping[str, Any]
    problems: tuple[Problem, ...]
    settings: BaseModel | None

    def problem_of(self, path: str) -> str:
        """Returns what is wrong with a setting; empty where nothing is."""
        within = f"{path}."
        found = (one.message for one in self.problems if one.path == path or one.path.startswith(within))
        return next(found, "")


def analyze_images(text: str, version: int) -> ImageAnalysis:
    """Returns what is known of the settings in a text; opens no model, and generates nothing."""
    document = yaml_text.read(text, SOURCE)
    if document.problems:
        return ImageAnalysis(version, {}, document.problems, None)
    draft = RawPreset(SOURCE, document.values, document.places)
    try:
        settings = check_images(draft)
    except PresetError as error:
        return ImageAnalysis(version, document.values, error.problems, None)
    except AnimatorError as error:
        return ImageAnalysis(version, document.values, (Problem(SOURCE, "", str(error)),), None)
    return ImageAnalysis(version, document.values, (), settings)

"""Results of several evaluations side by side: `python -m animator.training.evaluation.table FILE.json`.

The file maps the name of each column to the results that `animator.training.evaluate` wrote.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One metric of the table.

    Attributes:
        name: Name in the results.
        title: Title of the row.
        form: Format of the value.
    """

    name: str
    title: str
    form: str = "{:.3f}"


ROWS = (
    Row("manner", "generated with", "{}"),
    Row("prompts", "held-out prompts", "{:.0f}"),
    Row("kind_accuracy", "kind of scene recognized (of 14)", "{:.0%}"),
    Row("time_accuracy", "time of day recognized (of 5)", "{:.0%}"),
    Row("judge_kind_accuracy", "classifier on rendered images, kind", "{:.0%}"),
    Row("judge_time_accuracy", "classifier on rendered images, time", "{:.0%}"),
    Row("frechet_distance", "Fréchet distance in the classifier's features", "{:.2f}"),
    Row("held_out_v_mse", "held-out denoising error (v, 256 x 256)", "{:.4f}"),
    Row("psnr_db", "autoencoder on held-out images", "{:.2f} dB"),
    Row("film_contrast_ratio", "zoom of 60 frames: contrast at the end / at the start", "{:.2f}"),
    Row("film_detail_ratio", "zoom: detail at the end / at the start", "{:.2f}"),
    Row("film_color_drift", "zoom: drift of the mean color, of 1", "{:.3f}"),
    Row("film_flicker", "zoom: change from frame to frame, of 1", "{:.3f}"),
    Row("cpu_seconds_256", "CPU seconds per image, 256 x 256, one thread", "{:.2f}"),
    Row("cpu_seconds_512", "CPU seconds per image, 512 x 512, one thread", "{:.2f}"),
)


def table(results: Mapping[str, Mapping[str, float | str]]) -> str:
    """Returns a Markdown table with a row per metric and a column per result."""
    head = ["", *results]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in ROWS:
        cells = [row.form.format(one[row.name]) if row.name in one else "" for one in results.values()]
        lines.append("| " + " | ".join([row.title, *cells]) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table(json.loads(Path(sys.argv[1]).read_text())))

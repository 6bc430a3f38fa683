"""Writes what is made from the settings: `python -m docs.build [FOLDER]`.

docs/parameters.md with its images, the generated parts of other pages, and animator/timeline/plan.pyi,
from which type checkers know the plan.
"""

import sys
from pathlib import Path

from animator.core.atomic import atomic_write
from animator.timeline import plan
from docs.build.blocks import BLOCKS, filled
from docs.build.images import images
from docs.build.parameters import document
from docs.build.plan_stub import plan_stub


def main(folder: Path) -> None:
    """Writes the document and its images into a folder, and the types of the plan beside its module."""
    atomic_write(Path(plan.__file__).with_suffix(".pyi"), plan_stub().encode())
    atomic_write(folder / "parameters.md", document().encode())
    for page in (folder / name for name in BLOCKS if (folder / name).is_file()):
        atomic_write(page, filled(page.name, page.read_text(encoding="utf-8")).encode())
    (folder / "pictures").mkdir(exist_ok=True)
    for name, image in images():
        image.quantize(64).save(folder / "pictures" / name, "PNG", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))

"""Writes the files that are generated from the settings: `python -m docs.build [FOLDER]`.

These are docs/parameters.md with its images, and the generated parts of other pages.
"""

import sys
from pathlib import Path

from animator.core.atomic import atomic_write
from docs.build.blocks import BLOCKS, fill_blocks
from docs.build.images import images
from docs.build.parameters import document


def main(folder: Path) -> None:
    """Writes the pages and images into a folder."""
    atomic_write(folder / "parameters.md", document().encode())
    for page in (folder / name for name in BLOCKS if (folder / name).is_file()):
        atomic_write(page, fill_blocks(page.name, page.read_text(encoding="utf-8")).encode())
    (folder / "pictures").mkdir(exist_ok=True)
    for name, image in images():
        image.quantize(64).save(folder / "pictures" / name, "PNG", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))

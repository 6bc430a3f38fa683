"""Writes docs/parameters.md and its pictures: `python -m animator.docs [FOLDER]`."""

import sys
from pathlib import Path

from animator.core.atomic import write_atomically
from animator.docs.parameters import document
from animator.docs.pictures import pictures


def main(folder: Path) -> None:
    """Writes the document and its pictures into a folder."""
    write_atomically(folder / "parameters.md", document().encode())
    (folder / "pictures").mkdir(exist_ok=True)
    for name, picture in pictures():
        picture.quantize(64).save(folder / "pictures" / name, "PNG", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))

"""Writes what the documentation takes from the code: `python -m animator.docs [FOLDER]`."""

import sys
from pathlib import Path

from animator.docs.blocks import BLOCKS, filled
from animator.docs.parameters import document
from animator.docs.pictures import pictures
from animator.files import write_atomically


def main(folder: Path) -> None:
    """Writes parameters.md and its pictures into a folder, and the made parts of the pages that lie there."""
    write_atomically(folder / "parameters.md", document().encode())
    for page in (folder / name for name in BLOCKS if (folder / name).is_file()):
        write_atomically(page, filled(page.name, page.read_text(encoding="utf-8")).encode())
    (folder / "pictures").mkdir(exist_ok=True)
    for name, picture in pictures():
        picture.quantize(64).save(folder / "pictures" / name, "PNG", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))

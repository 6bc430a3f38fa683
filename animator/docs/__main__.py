"""Writes docs/parameters.md and its pictures: `python -m animator.docs [FOLDER]`."""

import sys
from pathlib import Path

from animator.docs.parameters import document, undocumented
from animator.docs.pictures import pictures
from animator.files import write_atomically


def main(folder: Path) -> None:
    """Writes the document and its pictures into a folder.

    Raises:
        SystemExit: Parameters without an explanation, or explanations without a parameter.
    """
    if wrong := undocumented():
        raise SystemExit(f"docs/words.py: explain each parameter once; see {', '.join(wrong)}")
    write_atomically(folder / "parameters.md", document().encode())
    (folder / "pictures").mkdir(exist_ok=True)
    for name, picture in pictures():
        picture.quantize(64).save(folder / "pictures" / name, "PNG", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))

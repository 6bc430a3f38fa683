"""Marks in the files that animator writes, so that it later knows them from other people's."""

import hashlib
import re
import zlib

OUTPUT = "animator-output"
"""Key of the PNG text that says which output of ours an image belongs to."""
VIDEO, DEPTH, PLOT = "video", "depth", "plot"
PART_COMMENT = "animator.part.1"
"""Metadata comment of a video file that is not complete yet."""
_PNG_HEAD = 33  # the signature and the chunk IHDR
RECORD_MARK = "# animator run, sha256 as written: "
_YAML = re.compile(r"# animator (\w+), sha256 as written: ([0-9a-f]{64})\n")


def mark_png(png: bytes, kind: str) -> bytes:
    """Returns a PNG file with a text chunk that marks it as ours.

    Args:
        png: The file.
        kind: The output it belongs to: VIDEO, DEPTH or PLOT.
    """
    body = b"tEXt" + f"{OUTPUT}\0{kind}".encode()
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return png[:_PNG_HEAD] + chunk + png[_PNG_HEAD:]


def mark_yaml(text: str, kind: str) -> str:
    """Returns YAML text below a comment with its digest, which no longer fits once it is edited.

    Args:
        text: The YAML text.
        kind: A word for what it is: `run` for the record of a run, `preset` for a preset.
    """
    return f"# animator {kind}, sha256 as written: {hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def yaml_mark(text: str) -> str | None:
    """Returns the kind of a marked YAML text that was not edited since; None for any other text."""
    match = _YAML.match(text)
    if match is None or hashlib.sha256(text[match.end() :].encode()).hexdigest() != match[2]:
        return None
    return match[1]

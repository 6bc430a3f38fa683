"""The comment of a film file: written with the film, read back through ffmpeg."""

import re
import subprocess
from pathlib import Path

from animator.errors import UserError
from animator.film.ffmpeg import executable

_SPECIAL = re.compile(r"[=;#\\\n]")
# Matroska and WebM have it in capitals.
_COMMENT = re.compile(r"^comment=((?:[^\\\n]|\\.)*)$", re.MULTILINE | re.DOTALL | re.IGNORECASE)


def metadata_text(comment: str) -> str:
    """The ffmetadata file that gives a film this comment; no command line is long enough for every one."""
    escaped = _SPECIAL.sub(lambda match: f"\\{match[0]}", comment)
    return f";FFMETADATA1\ncomment={escaped}\n"


def read_comment(path: Path) -> str:
    """The comment of a film; empty where there is none.

    Raises:
        UserError: ffmpeg cannot read the file.
    """
    command = [executable(), "-hide_banner", "-loglevel", "error", "-nostdin"]
    # file: so that a name with a colon is no protocol.
    command += ["-i", f"file:{path}", "-f", "ffmetadata", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip()[-300:]
        raise UserError(f"{path}: is no image or film that can be read: {words}")
    found = _COMMENT.search(done.stdout.decode("utf-8", errors="replace"))
    return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL) if found else ""

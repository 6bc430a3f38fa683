"""Wildcard files."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import animator
from animator.errors import UserError
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.values import TEXT

TEXTS_OF_FILES = (
    "red", "__a__", "__b__ __b__", "__sub/c__", "# note", "{x|y}", "__../a__", "__missing__", "__link__",
    "__pipe__", "", "__a__" * 30, "y" * 5_000, "[1, 2]", '{"0": "x"}', "{" * 2_000, "[" * 5_000,
    "9" * 5_000,
)  # fmt: skip
LINES = st.sampled_from(TEXTS_OF_FILES) | TEXT
FILES = st.lists(LINES, max_size=6).map(lambda lines: "\n".join(lines).encode(errors="surrogatepass"))
PROMPTS = st.lists(LINES, min_size=1, max_size=3).map(" ".join)


@given(
    files=st.lists(FILES | FILES.flatmap(damaged), min_size=3, max_size=3),
    prompt=PROMPTS,
    folder=st.sampled_from(("", "/", "\0", "~nobody-lives-here", "x" * 300)),
)
def test_wildcard_files_are_read_or_refused(
    files: list[bytes], prompt: str, folder: str, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir(exist_ok=True)
    for name, data in zip(("a.txt", "b.txt", "sub/c.txt"), files, strict=True):
        (tmp_path / name).write_bytes(data)
    if not (tmp_path / "link.txt").is_symlink():
        (tmp_path / "link.txt").symlink_to("/etc/passwd")
        os.mkfifo(tmp_path / "pipe.txt")
    settings = {"wildcard_folder": folder or str(tmp_path), "size": 64, "frames": 4}
    for texts in ({"prompts": prompt}, {"prompt_suffix": prompt}):
        with bounded(UserError):
            film = animator.load({**settings, **texts})
            assert len(film.keyed_prompts.at(film.scope)) == 4

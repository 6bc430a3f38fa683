"""What the sources say: options are named by the command line alone, docstrings have their form."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "schedules").rglob("*.py"), *(ROOT / "animator").rglob("*.py")])

OPTION = re.compile(r"--(?!neg\b)[a-z]")
"""An option of a command line; `--neg` is a part of prompts."""


def options_named_in(source: str) -> list[str]:
    """The text literals of a source, docstrings aside, that name an option of a command line."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    comments = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [str(text.value) for text in texts if id(text) not in comments and OPTION.search(str(text.value))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_only_the_command_line_names_its_options(path: Path) -> None:
    """Users of the library have other ways to do the same: errors carry hints, which the command line words.

    The programs of the training have command lines of their own.
    """
    wing = path.relative_to(ROOT).parts[:2]
    if wing not in {("animator", "cli"), ("animator", "training")}:
        assert options_named_in(path.read_text()) == []


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ('raise UserError("choose another --out")', 1),
        ('raise UserError(f"{path}: use --set {name}=3")', 1),
        ('prompt = "a lake --neg fog"', 0),
        ('"""As `--set key=value` takes it."""', 0),
        ('ffmpeg = ["-vf", "scale"]', 0),
    ],
)
def test_every_text_that_names_an_option_is_found(line: str, count: int) -> None:
    assert len(options_named_in(line)) == count


SECTIONS = {"Args:", "Attributes:", "Returns:", "Raises:", "Source:"}


def fallen_out(docstring: str) -> list[str]:
    """The lines below a docstring's first section that belong to none: ruff takes them for text."""
    lines = docstring.splitlines()
    first = next((at for at, line in enumerate(lines) if line in SECTIONS), len(lines))
    return [line for line in lines[first:] if line and not line[0].isspace() and line not in SECTIONS]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_lines_of_docstring_sections_are_indented(path: Path) -> None:
    documented = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, documented)]
    assert [line for node in nodes for line in fallen_out(ast.get_docstring(node) or "")] == []

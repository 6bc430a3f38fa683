"""The product holds no code of its own for tests: every module and every public name has a user in it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from animator.settings.step import BUILT_IN

ROOT = Path(__file__).parents[1]
TOPS = ("schedules", "animator", "docs/build")
SOURCES = sorted(path for top in TOPS for path in (ROOT / top).rglob("*.py"))
ENTRY_POINTS = {
    "animator",
    "schedules",
    "animator.cli.app",
    "animator.__main__",
    "animator.presets.request",
    "animator.cli.entry",
    *(place.partition(":")[0] for place in BUILT_IN.values()),
    "docs.build.__main__",
    "docs.build.camera_sheet",
    "docs.build.footage",
    "docs.build.gallery",
    "docs.build.hero",
    "docs.build.looks",
    "docs.build.music",
    "docs.build.sampler_images",
    "animator.training.train",
    "animator.training.evaluate",
    "animator.training.evaluation.table",
    "animator.training.depth.train",
    "animator.training.depth.rooms",
}
"""Packages, built-in steps, programs, and what people call from Python: the depth training, requests."""

Name = tuple[str, str]
"""A module and one of its names."""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in SOURCES}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text())


def imported(module: str) -> Iterator[tuple[str, Name]]:
    """Each local name that an import gives, with the module and the name it is there (empty: the module)."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                target = (whole, "") if whole in MODULES else (node.module, alias.name)
                yield alias.asname or alias.name, target
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, (alias.name, "")


def quoted(node: ast.AST) -> Iterator[str]:
    """The types that an annotation names in quotes."""
    for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
        for part in ast.walk(annotation) if isinstance(annotation, ast.AST) else ():
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield from re.findall(r"\w+", part.value)


def read_names(module: str) -> Iterator[tuple[str, str]]:
    """Each name that code reads, and the attribute taken from it; a definition does not use itself."""
    for top in tree(module).body:
        own = getattr(top, "name", None)
        for node in ast.walk(top):
            yield from ((name, "") for name in quoted(node))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                yield ast.unparse(node.value), node.attr
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id != own:
                yield node.id, ""


@cache
def used() -> frozenset[Name]:
    """Every name that the product reads, by the module that defines it."""
    found: set[Name] = set()
    for module in MODULES:
        targets = dict(imported(module))
        for name, attribute in read_names(module):
            home, original = targets.get(name, (module, name))
            found.add((home, original or attribute))
        if MODULES[module].stem == "__init__":  # what a package imports, it hands on
            found |= set(targets.values())
    return frozenset(found)


def declares(value: ast.expr | None) -> bool:
    """True for a result that is called, as `sampler("DDIM")(solve)`: the registry finds what it declares."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Call)


def defined(module: str) -> Iterator[str]:
    """The functions, classes and constants of a module; decorators such as a command's use what they hold."""
    for node in tree(module).body:
        if isinstance(node, ast.FunctionDef):
            yield from () if any(isinstance(d, ast.Call) for d in node.decorator_list) else (node.name,)
        elif isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and not declares(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_every_module_is_imported_or_is_an_entry_point() -> None:
    imports = {(other, home) for other in MODULES for _, (home, _) in imported(other)}
    packages = {name for name, path in MODULES.items() if path.stem == "__init__"}
    reached = {home for other, home in imports if other != home}
    assert MODULES.keys() - reached - packages - ENTRY_POINTS == set()


FOR_PLUGINS = {("animator.settings.paths", "InputFile")}
"""What docs/steps.md offers to other packages, and the product itself does not use."""


def test_every_public_function_class_and_constant_is_used_by_the_product() -> None:
    entries = {(module, name) for module in ENTRY_POINTS for name in defined(module)}
    unused = (
        {
            (module, name)
            for module in MODULES
            for name in defined(module)
            if name[0] != "_" and not module.startswith("docs.")
        }
        - used()
        - entries
        - FOR_PLUGINS
    )
    assert unused == set(), "only tests can use these: delete them, or let the product use them"

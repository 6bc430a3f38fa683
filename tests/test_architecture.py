"""The rules of the house: who may import whom, and where decisions are made."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "schedules").rglob("*.py"), *(ROOT / "animator").rglob("*.py")])
HEAVY = ("torch", "diffusers", "transformers", "timm", "torchvision", "cv2")


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.parametrize("path", sorted((ROOT / "schedules").rglob("*.py")), ids=lambda p: p.name)
def test_schedules_stands_alone(path: Path) -> None:
    assert not imports(path) & {"animator", "pydantic", "yaml", *HEAVY}


@pytest.mark.parametrize(
    "statement",
    [
        "import schedules",
        "import animator",
        "import animator.presets.load",
        "import animator.cli.app",
        "import animator.runs.preflight.check_film",
        "import animator.runs.run_reader",
    ],
)
def test_importing_is_light(statement: str) -> None:
    assert not loaded_after(statement) & set(HEAVY)


def files_with(sources: Iterable[Path], found: Callable[[ast.AST], bool]) -> set[str]:
    """The files in which a node is found."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in sources
        if any(found(node) for node in ast.walk(ast.parse(path.read_text())))
    }


def reads(node: ast.AST, name: str) -> bool:
    """True for `thing.name`, `thing["name"]`, `thing.get("name")` and `getattr(thing, "name")`."""
    if isinstance(node, ast.Attribute):
        return node.attr == name
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == name
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("get", "getattr"):
        return any(isinstance(given, ast.Constant) and given.value == name for given in node.args)
    return False


def test_names_in_settings_become_paths_in_one_place() -> None:
    """Whoever expands `~` reads a name that a person wrote; `named_path` also confines it."""
    users = {path.relative_to(ROOT).as_posix() for path in SOURCES if "expand_user(" in path.read_text()}
    assert users == {
        "animator/core/paths.py",
        "animator/core/confinement.py",
        "animator/models/folders.py",  # ANIMATOR_MODELS
        "animator/settings/paths.py",  # a message, without a confinement
    }


def test_the_root_holds_five_modules() -> None:
    """Everything else lives in a package that `.importlinter` gives a layer."""
    assert {path.name for path in (ROOT / "animator").glob("*.py")} == {
        "__init__.py",
        "__main__.py",
        "_version.py",
        "errors.py",
        "problem.py",
    }


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.name == "__init__.py"], ids=lambda p: p.parent.name
)
def test_packages_say_in_one_line_what_they_hold(path: Path) -> None:
    first = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
    assert re.fullmatch(r"\w.{20,}\.", first), f"{path}: the docstring begins {first!r}"


def test_mode_is_read_in_one_file() -> None:
    """In `animator.images`, which knows no settings, a mode is one of Pillow's."""
    films = [path for path in SOURCES if ROOT / "animator" / "images" not in path.parents]
    readers = files_with(films, lambda node: isinstance(node, ast.Attribute) and node.attr == "mode")
    assert readers == {"animator/settings/modes.py"}


def test_compat_is_read_in_one_file() -> None:
    """`Scope.compat` is a parameter of the library `schedules`; animator reads it in that file only."""
    ours = [path for path in SOURCES if ROOT / "animator" in path.parents]
    assert files_with(ours, lambda node: reads(node, "compat")) == {"animator/settings/compat.py"}


def decodes(node: ast.AST) -> bool:
    """True for a call that has an image file decoded by Pillow, OpenCV or imageio."""
    name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return name == "Image.open" or name.split(".")[-1] in (
        "imread",
        "imdecode",
        "imreadmulti",
        "imdecodemulti",
    )


def test_images_are_decoded_in_one_file() -> None:
    """It has the limits and the errors; see `animator.images.image_file`."""
    assert files_with(SOURCES, decodes) == {"animator/images/image_file.py"}


@pytest.mark.parametrize("line", ["Image.open(path)", "cv2.imread(path)", "imdecode(data, 1)"])
def test_every_way_to_decode_an_image_is_found(line: str) -> None:
    assert any(decodes(node) for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["film.compat", "values['compat']", "values.get('compat')", "getattr(film, 'compat', False)"]
)
def test_every_way_to_read_a_setting_is_found(line: str) -> None:
    assert any(reads(node, "compat") for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize("line", ["from animator.images.deforum import color", "Scope(1, compat=True)"])
def test_other_uses_of_the_word_are_not_found(line: str) -> None:
    assert not any(reads(node, "compat") for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_files_are_small_and_named_for_what_they_hold(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "manager", "misc", "common"}
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_dataclasses_are_frozen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                if "dataclass" in ast.dump(decorator):
                    assert "frozen" in ast.dump(decorator), f"{node.name} is not frozen"


CHANGEABLE = {
    *("dict", "list", "set", "bytearray", "defaultdict", "OrderedDict", "deque", "Counter"),
    *("MutableMapping", "MutableSequence", "MutableSet", "Cache", "cache", "lru_cache"),
}


def frozen_in_name_only(source: str) -> list[str]:
    """The fields of frozen dataclasses that can be written to, and the classes that write past the freeze."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef) or "frozen" not in ast.dump(ast.List(node.decorator_list)):
            continue
        if "__setattr__" in {getattr(call, "attr", "") for call in ast.walk(node)}:
            found.append(node.name)
        fields = [field for field in node.body if isinstance(field, ast.AnnAssign)]
        loose = [ast.unparse(field.target) for field in fields if names_held(field) & CHANGEABLE]
        found += [f"{node.name}.{name}" for name in loose]
    return found


def names_held(field: ast.AnnAssign) -> set[str]:
    """The types that a field may hold, and the calls that make its default; what a callable takes is neither.

    `Mapping`, `Sequence` and `tuple` are read only, whatever is behind them, and mypy holds us to that.
    """
    held: set[str] = set()
    todo: list[ast.AST] = [field.annotation]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Callable"):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            todo.append(ast.parse(node.value, mode="eval"))
        held |= {getattr(node, "id", ""), getattr(node, "attr", "")}
        todo += ast.iter_child_nodes(node)
    makes = ast.walk(field.value) if field.value else ()
    return held | {getattr(made, "id", "") for made in makes if isinstance(made, ast.Name)} - {"dict"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_frozen_dataclasses_hold_nothing_that_changes(path: Path) -> None:
    assert not frozen_in_name_only(path.read_text())


@pytest.mark.parametrize(
    "field",
    [
        "seen: dict[str, int] = field(default_factory=dict)",
        "seen: tuple[list[int], ...]",
        "seen: 'Cache[int, str] | None' = None",
        "seen: collections.OrderedDict[int, str]",
        "find: Callable[[int], int] = field(default_factory=lambda: lru_cache(maxsize=1)(slow))",
    ],
)
def test_a_field_that_changes_is_found(field: str) -> None:
    source = f"@dataclass(frozen=True)\nclass Thing:\n    {field}\n"
    assert frozen_in_name_only(source) == [f"Thing.{field.partition(':')[0]}"]


def test_a_class_that_writes_past_the_freeze_is_found() -> None:
    source = (
        "@dataclass(frozen=True)\nclass Thing:\n"
        "    places: Mapping[str, int] = field(default_factory=dict)\n"
        "    find: Callable[[list[int]], int]\n"
    )
    assert frozen_in_name_only(source) == []
    sneaking = source + "    def update(self):\n        object.__setattr__(self, 'find', len)\n"
    assert frozen_in_name_only(sneaking) == ["Thing"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_hidden_randomness_or_evaluation(path: Path) -> None:
    text = path.read_text()
    for word in ("torch.manual_seed(", "np.random.", "import random\n", "yaml.unsafe_load", "pickle.load"):
        assert word not in text
    calls = {
        n.func.id
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert not calls & {"eval", "exec"}


def test_console_command_and_run_py_are_the_same() -> None:
    shown = [
        subprocess.run(
            [sys.executable, *args, "--version"], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
        for args in (["run.py"], ["-c", "from animator.cli.app import main; main()"])
    ]
    assert shown[0] == shown[1] != ""

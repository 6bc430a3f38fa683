"""Plug-ins of installed packages, by entry points."""

import sys
from pathlib import Path
from typing import Any

import pytest

from animator.core import plugins
from animator.errors import PluginError, UserError

GROUP = "animator.things"


def install(folder: Path, package: str, offers: dict[str, str], source: str = "thing = 'a thing'\n") -> None:
    """Puts a package into a folder the way an installer does."""
    info = folder / f"{package}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
    lines = "".join(f"{name} = {value}\n" for name, value in offers.items())
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{lines}")
    (folder / f"{package}.py").write_text(source)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_an_installed_offer_is_listed_and_loaded(site: Path) -> None:
    install(site, "offers_a_thing", {"thing": "offers_a_thing:thing"})
    assert plugins.names(GROUP) == ("thing",)
    assert plugins.load(GROUP, "thing") == "a thing"


def test_listing_imports_nothing(site: Path) -> None:
    install(site, "never_imported", {"thing": "never_imported:thing"}, "raise SystemExit")
    assert plugins.names(GROUP) == ("thing",)
    assert "never_imported" not in sys.modules


def test_a_group_without_offers_is_empty() -> None:
    assert plugins.names("animator.nobody_offers_this") == ()


def test_a_wrong_name_suggests_the_right_one(site: Path) -> None:
    install(site, "offers_three", dict.fromkeys(("vignette", "grain", "bloom"), "offers_three:thing"))
    with pytest.raises(PluginError, match=r"'vignete' is unknown; did you mean `vignette`\?"):
        plugins.load(GROUP, "vignete")
    with pytest.raises(PluginError, match="'zzz' is unknown; known: bloom, grain, vignette"):
        plugins.load(GROUP, "zzz")


@pytest.mark.parametrize("source", ["import not_there_at_all\n", "1 / 0\n", "other = 1\n"])
def test_a_package_that_fails_to_import_is_named(site: Path, source: str) -> None:
    install(site, "broken_on_import", {"thing": "broken_on_import:thing"}, source)
    with pytest.raises(UserError, match=r"thing: the package broken_on_import 1\.2 cannot be imported \("):
        plugins.load(GROUP, "thing")
    sys.modules.pop("broken_on_import", None)


def test_two_packages_with_one_name_are_both_named(site: Path) -> None:
    install(site, "first_offer", {"thing": "first_offer:thing"})
    install(site, "second_offer", {"thing": "second_offer:thing"})
    with pytest.raises(PluginError, match=r"offered by first_offer 1\.2 and second_offer 1\.2"):
        plugins.load(GROUP, "thing")


def test_the_page_on_plugins_names_every_group_of_the_example() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "plugins.md").read_text()
    listed = (root / "tests/plugin_package/animator_extras-1.0.dist-info/entry_points.txt").read_text()
    groups = [line[1:-1] for line in listed.splitlines() if line.startswith("[")]
    assert len(groups) == 4
    assert all(f'entry-points."{group}"' in page and f"| `{group}` |" in page for group in groups)


def test_the_sampler_of_the_page_on_plugins_works() -> None:
    page = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text()
    names: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], names)
    assert names["euler_plain"].solve(lambda x, sigma: 1.0, 5.0, (4.0, 2.0, 1.0), None) == 2.0


def test_a_package_with_a_broken_list_of_entry_points_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "spoiled-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: spoiled\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for broken in (b"[animator.steps]\nx\xff = a:b\n", b"[animator.steps]\nx\n"):
        (folder / "entry_points.txt").write_bytes(broken)
        with pytest.raises(PluginError, match="install spoiled again"):
            plugins.names("animator.steps")

"""The run folders of a gallery."""

from tests.animator.gallery.shelf import Shelf


def test_run_folders_with_items_are_listed_the_newest_first(shelf: Shelf) -> None:
    shelf.add("stills/a.png")
    assert shelf.gallery.runs() == ()
    shelf.render("waves/one")
    shelf.render("waves/two")
    assert shelf.gallery.runs() == ("waves/two", "waves/one")
    shelf.gallery.delete(item.id for item in shelf.items(run="waves/two"))
    assert shelf.gallery.runs() == ("waves/one",)

"""Keys of curves are dragged by mouse and keyboard, added, deleted and undone; every page sees it."""

from playwright.sync_api import Locator, Page, expect

from tests.animator.studio.curves.conftest import Shown

ZOOM = "motion.zoom"


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def grab(page: Page, key: Locator) -> tuple[float, float]:
    key.scroll_into_view_if_needed()
    x, y = middle(key)
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def test_a_key_is_dragged_by_mouse_and_every_page_sees_it(breathing: Shown) -> None:
    page, key = breathing.page, breathing.key(ZOOM, 1)
    other = breathing.open()
    expect(key).to_have_attribute("aria-label", "motion.zoom: key 2 of 3, frame 24, value 1.1")
    before = breathing.drawn(ZOOM)
    x, y = grab(page, key)
    page.mouse.move(x + 100, y + 20, steps=4)
    expect(page.get_by_test_id(f"curve-{ZOOM}").locator(".curve-path")).not_to_have_attribute("d", before)
    assert "24:(1.1)" in breathing.text  # until it is released
    page.mouse.up()
    breathing.has("# breathing", "fps: 12\nbpm: 120")
    expect(key).not_to_have_attribute("aria-label", "motion.zoom: key 2 of 3, frame 24, value 1.1")
    label = key.get_attribute("aria-label") or ""
    expect(other.get_by_test_id(f"key-{ZOOM}-1")).to_have_attribute("aria-label", label)
    assert "24:(1.1)" not in breathing.text
    page.keyboard.press("Control+z")
    expect(other.get_by_test_id(f"key-{ZOOM}-1")).to_have_attribute(
        "aria-label", "motion.zoom: key 2 of 3, frame 24, value 1.1"
    )
    breathing.has('zoom: "0:(1.0), 24:(1.1), 48:(1.0)"   # breathing')


def test_a_key_is_moved_by_arrow_keys_in_one_step_of_undo(breathing: Shown) -> None:
    page, key = breathing.page, breathing.key(ZOOM, 1)
    key.focus()
    for press in ("ArrowRight", "Shift+ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(press)
    expect(key).to_have_attribute("aria-label", "motion.zoom: key 2 of 3, frame 35, value 1.098")
    breathing.has('zoom: "0:(1.0), 35:(1.098), 48:(1.0)"   # breathing')
    expect(key).to_be_focused()
    page.get_by_test_id("undo").click()
    breathing.has("24:(1.1)")
    page.get_by_role("button", name="Redo (Ctrl+Shift+Z)").click()
    breathing.has("35:(1.098)")


def test_keys_are_added_and_deleted(breathing: Shown) -> None:
    page = breathing.page
    plot = page.get_by_test_id(f"curve-{ZOOM}").locator(".curve-plot")
    plot.scroll_into_view_if_needed()
    plot.dblclick(position={"x": 200, "y": 60})
    added = breathing.key(ZOOM, 1)
    expect(added).to_be_focused()
    expect(added).to_have_attribute("aria-label", "motion.zoom: key 2 of 4, frame 8, value 1.017")
    breathing.has('zoom: "0:(1.0), 8:(1.017), 24:(1.1), 48:(1.0)"   # breathing')
    page.keyboard.press("Delete")
    breathing.has('zoom: "0:(1.0), 24:(1.1), 48:(1.0)"   # breathing')
    expect(breathing.key(ZOOM, 0)).to_be_focused()
    plot.focus()
    for press in ("Home", "Shift+ArrowRight", "ArrowRight", "ArrowRight", "Insert"):
        page.keyboard.press(press)
    expect(breathing.key(ZOOM, 1)).to_be_focused()
    breathing.has("12:(1.05)")


def test_prompts_and_samplers_are_moved(breathing: Shown) -> None:
    page = breathing.page
    x, y = grab(page, breathing.key("prompts", 1))
    page.mouse.move(x - 200, y, steps=4)
    page.mouse.up()
    expect(breathing.key("prompts", 1)).not_to_have_attribute(
        "aria-label", "prompts: key 2 of 2, frame 24, text a lake at night"
    )
    breathing.key("diffusion.sampler", 1).focus()
    page.keyboard.press("ArrowRight")
    breathing.has('13:("DDIM")')
    assert "24: a lake at night" not in breathing.text


def test_the_last_key_stays(breathing: Shown) -> None:
    breathing.key("motion.angle", 0).focus()
    breathing.page.keyboard.press("Delete")
    expect(breathing.page.get_by_text("the last key cannot be deleted")).to_be_visible()
    assert "0:(sin(t/5))" in breathing.text

"""Keys are typed: time, value, formula, easing and text; what is wrong is said at its field."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.animator.studio.curves.conftest import BREATHING, Shown

ZOOM = "motion.zoom"


def test_a_formula_is_typed_and_a_broken_one_is_refused_at_its_column(breathing: Shown) -> None:
    page, key = breathing.page, breathing.key(ZOOM, 1)
    key.focus()
    page.keyboard.press("Enter")
    value = page.get_by_test_id("key-value")
    expect(value).to_have_value("1.1")
    value.fill("1 + 0.1*sin(t/")
    page.get_by_test_id("key-save").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "this '(' is never closed\n    1 + 0.1*sin(t/\n               ^"
    )
    assert breathing.text == BREATHING
    value.fill("1 + 0.1*sin(t/4)")
    page.keyboard.press("Enter")
    expect(key).to_have_attribute(
        "aria-label", "motion.zoom: key 2 of 3, frame 24, formula 1 + 0.1*sin(t/4), value 0.972058"
    )
    expect(key).to_be_focused()
    breathing.has('zoom: "0:(1.0), 24:(1 + 0.1*sin(t/4)), 48:(1.0)"   # breathing')


def test_time_and_easing_are_typed(breathing: Shown) -> None:
    page, key = breathing.page, breathing.key(ZOOM, 1)
    key.click()
    page.get_by_test_id("key-time").fill("48")
    page.get_by_test_id("key-save").click()
    expect(page.get_by_role("alert")).to_contain_text("frame 48 has a key already")
    page.get_by_test_id("key-time").fill("3s")
    page.get_by_test_id("key-ease").click()
    page.get_by_role("option", name="bounce", exact=True).click()
    page.get_by_test_id("key-save").click()
    breathing.has("3s:(1.1", "bounce", "# breathing")
    expect(key).to_have_attribute("aria-label", "motion.zoom: key 2 of 3, frame 36, value 1.1")


def test_a_value_outside_its_range_is_refused(show: Callable[[str], Shown]) -> None:
    text = 'frames: 4\ndiffusion: {strength: "0:(0.6), 2:(0.5)"}\n'
    shown = show(text)
    shown.key("diffusion.strength", 1).click()
    shown.page.get_by_test_id("key-value").fill("1.5")
    shown.page.get_by_test_id("key-save").click()
    expect(shown.page.get_by_role("alert")).to_contain_text(
        "is 1.05 at frame 1; expected 0 to 1 at every frame"
    )
    assert shown.text == text


def test_a_prompt_is_typed(breathing: Shown) -> None:
    breathing.key("prompts", 1).click()
    breathing.page.get_by_test_id("key-text").fill("<b>a desert</b>, 사막")
    breathing.page.get_by_test_id("key-save").click()
    breathing.has("<b>a desert</b>, 사막")
    expect(breathing.page.locator(".curve-span-text").last).to_have_text("<b>a desert</b>, 사막")


def test_a_schedule_with_a_problem_is_not_drawn(show: Callable[[str], Shown]) -> None:
    shown = show('frames: 4\nmotion:\n  zoom: "0:(1.0), 2:(1+"\n  angle: 3\n')
    note = shown.page.get_by_test_id("curve-note-motion.zoom")
    expect(note).to_contain_text("not shown: see line 3: this '(' is never closed")
    expect(shown.page.get_by_test_id("curve-motion.zoom")).to_have_count(0)
    expect(shown.page.get_by_test_id("curve-motion.angle")).to_be_visible()


def test_curves_are_chosen_searched_and_laid_over_each_other(breathing: Shown) -> None:
    page = breathing.page
    page.get_by_role("button", name="Hide motion.angle").click()
    expect(page.get_by_test_id("curve-motion.angle")).to_have_count(0)
    page.get_by_test_id("curves-choose").click()
    page.get_by_test_id("curves-search").fill("fov")
    page.get_by_test_id("curves-choose-camera.fov").click()
    expect(page.get_by_test_id("curve-camera.fov")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_test_id("curves-overlay").click()
    expect(page.locator("svg.curve-plot g[data-testid='curve-camera.fov']")).to_be_visible()
    plot = page.locator("svg.curve-plot").first
    box = plot.bounding_box()
    assert box is not None
    plot.dblclick(
        position={"x": box["width"] * 0.45, "y": 14}
    )  # the zoom is nearest, shortly before its peak
    breathing.has('zoom: "0:(1.0), 22:(1.0917), 24:(1.1), 48:(1.0)"   # breathing')
    page.get_by_text("Values as a table").click()
    expect(page.get_by_role("columnheader", name="camera.fov")).to_be_visible()

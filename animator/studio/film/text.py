"""The panel with the film's text: a YAML editor, and the problems of what is written in it."""

from nicegui import ui

from animator.presets.raw import MAX_BYTES
from animator.studio.analysis import Analysis
from animator.studio.components.yaml_editor import Place, Typed, YamlEditor
from animator.studio.film.places import place_of, setting_names, words_of
from animator.studio.film.session import DraftSession

_HINT = "yaml-hint"
_SEVERITIES = ("warning: ", "note: ")


def text_panel(session: DraftSession) -> None:
    """Builds the editor of a film's text, and the list of its problems."""
    editor = _editor(session)
    problems = ui.element("div").classes("film-problems")
    problems.props("role=log aria-live=polite data-testid=problems tabindex=-1")
    problems.props["aria-label"] = session.page.t("Problems")

    def mark_old() -> None:
        is_old = session.draft.version != session.analysis.version
        problems.props(f"aria-busy={str(is_old).lower()}")

    def take(typed: Typed) -> None:
        is_current = typed.version == session.draft.version
        if is_current:
            session.edit(typed.text, typed=True)
        editor.settle(typed, taken=is_current)
        editor.show(session.draft.text, session.draft.version)
        mark_old()

    def show(analysis: Analysis) -> None:
        editor.show(session.draft.text, session.draft.version)
        editor.underline(analysis.version, list(filter(None, map(place_of, analysis.report.problems))))
        mark_old()
        problems.clear()
        with problems:
            _list_problems(session, analysis, editor)

    editor.on_typed(take)
    session.watch(show)


def _editor(session: DraftSession) -> YamlEditor:
    t, draft = session.page.t, session.draft
    editor = YamlEditor(
        draft.text,
        draft.version,
        label=t("The film's settings as YAML"),
        hint=_HINT,
        words=setting_names(),
        limit=MAX_BYTES,
    ).props("data-testid=yaml-editor")
    hint = t("Tab leaves the text. Ctrl+] and Ctrl+[ indent, Ctrl+Space lists settings, Ctrl+F searches.")
    ui.label(hint).props(f"id={_HINT}").classes("studio-soft film-hint")
    editor.on_too_long(session.refuse)
    return editor


def _list_problems(session: DraftSession, analysis: Analysis, editor: YamlEditor) -> None:
    t, report = session.page.t, analysis.report
    if analysis.version < 0:
        ui.label(t("Checking ...")).classes("studio-soft")
        return
    if report.ok:
        ui.label(t("No problems: this film can be rendered.")).classes("film-no-problems")
    for problem in report.problems:
        _problem(session, place_of(problem), words_of(problem), editor)
    remarks = [*report.warnings, *(str(note) for note in report.notes), *report.logged]
    if remarks:
        ui.label(t("Notes")).classes("film-remarks-title studio-soft")
    for remark in remarks:
        ui.label(_without_severity(remark)).classes("film-remark")


def _problem(session: DraftSession, place: Place | None, words: str, editor: YamlEditor) -> None:
    t = session.page.t
    if place is None:
        ui.label(words).classes("film-problem")
        return
    line, column = place.line, place.column
    with ui.element("button").props("type=button").classes("film-problem") as button:
        ui.label(t("Line {line}").format(line=line)).classes("film-problem-line")
        ui.label(words).classes("studio-mono" if "\n" in words else "")
    button.on("click", lambda: editor.lead(line, column), [])


def _without_severity(remark: str) -> str:
    for severity in _SEVERITIES:
        remark = remark.removeprefix(severity)
    return remark

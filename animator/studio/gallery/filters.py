"""The filters of the gallery: what is searched for, and in which order."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement
from nicegui.events import ValueChangeEventArguments

from animator.gallery.query import MAX_RANK, GalleryQuery, Kind, NegativeMode, Sort
from animator.gallery.text_query import MAX_TEXT
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.words import KINDS, ORDERS, rank_text

_TYPING_MS = 250
_MAX_SEED = 2**31 - 1
_EVERY = ""
"""The choice of a list that leaves out nothing; None is no choice of the library's lists."""
_DENSE = "dense options-dense"
ValueOf = Callable[[GalleryQuery], Any]
"""Returns the value that a control has for a query."""
QueryOf = Callable[[Any], Mapping[str, Any]]
"""Returns what a control's value changes in the query."""


class Filters:
    """The controls of a session's query; they follow it, whoever changes it.

    Args:
        session: The session.
    """

    def __init__(self, session: GallerySession) -> None:
        self._session = session
        self._t = session.page.t
        self._controls: list[tuple[ValueElement[Any], ValueOf]] = []
        self._is_following = False
        self._texts()
        self._ranks()
        self._choices()
        session.on_results(self._follow)

    def _texts(self) -> None:
        t = self._t
        search = self._input("text", t("Search"), "gallery-search")
        with search.add_slot("prepend"):
            ui.icon("search").props("aria-hidden=true")
        hint = t('Words in names, prompts and settings; "two words" in quotes; one field: sampler:euler')
        ui.label(hint).classes("gallery-hint")
        self._input("negative", t("Negative prompt"), "gallery-negative", self._negative)
        modes = {
            NegativeMode.ANY: t("any"),
            NegativeMode.WITHOUT: t("without it"),
            NegativeMode.ONLY: t("only with it"),
        }
        mode = ui.select(modes, value=NegativeMode.ANY, label=t("Negative prompts with this text"))
        mode.props(f"{_DENSE} data-testid=gallery-negative-mode")
        self._bind(mode, lambda query: query.negative_mode, lambda value: {"negative_mode": value})
        with ui.element("div").classes("gallery-checks"):
            self._check("regex", t("Regular expression"), "gallery-regex")
            self._check("case_sensitive", t("Match case"), "gallery-case")

    def _ranks(self) -> None:
        names = {rank: rank_text(rank, self._t) for rank in range(MAX_RANK + 1)}

        def ranks(_: object) -> Mapping[str, Any]:
            low, high = sorted((int(lowest.value), int(highest.value)))
            return {"ranks": None if (low, high) == (0, MAX_RANK) else (low, high)}

        with ui.element("div").classes("gallery-pair"):
            lowest = ui.select(names, value=0, label=self._t("Rank from"))
            highest = ui.select(names, value=MAX_RANK, label=self._t("Rank to"))
        lowest.props(f"{_DENSE} data-testid=gallery-rank-from")
        highest.props(f"{_DENSE} data-testid=gallery-rank-to")
        self._bind(lowest, lambda query: (query.ranks or (0, MAX_RANK))[0], ranks)
        self._bind(highest, lambda query: (query.ranks or (0, MAX_RANK))[1], ranks)

    def _choices(self) -> None:
        t = self._t
        kinds = {_EVERY: t("Images and films")} | {kind.value: t(name) for kind, name in KINDS.items()}
        kind = ui.select(kinds, value=_EVERY, label=t("Kind")).props(f"{_DENSE} data-testid=gallery-kind")
        self._bind(
            kind,
            lambda query: query.kind.value if query.kind else _EVERY,
            lambda value: {"kind": Kind(value) if value else None},
        )
        self._run()
        orders = {order: t(name) for order, name in ORDERS.items()}
        order = ui.select(orders, value=Sort.NEWEST, label=t("Order"))
        order.props(f"{_DENSE} data-testid=gallery-sort")
        self._bind(order, lambda query: query.sort, self._order)
        with ui.element("div").classes("gallery-checks"):
            self._check("favorites", t("Favorites only"), "gallery-favorites")
            self._check("trash", t("Trash"), "gallery-trash")
        reset = ui.button(t("Clear all filters"), on_click=self._reset, icon="filter_alt_off")
        reset.props("flat dense no-caps data-testid=gallery-reset")

    def _run(self) -> None:
        """Builds the list of run folders, which are looked up when it is first used."""
        every = self._t("All run folders")
        run = ui.select({_EVERY: every}, value=_EVERY, label=self._t("Run folder"), with_input=True)
        run.props(f"{_DENSE} data-testid=gallery-run")

        async def look_up() -> None:
            names = await self._session.page.studio.run(self._session.gallery.runs)
            offer(*names)

        def offer(*names: str) -> None:
            chosen = self._session.view.query.run
            known = (*names, *([chosen] if chosen else []))
            run.set_options({_EVERY: every} | {name: name for name in known}, value=run.value)

        def value(query: GalleryQuery) -> str:
            if query.run and query.run not in run.options:
                offer()
            return query.run or _EVERY

        run.on("focus", look_up, args=[])
        self._bind(run, value, lambda name: {"run": name or None})

    def _order(self, order: Sort) -> Mapping[str, Any]:
        """Returns the change to an order; each choice of the random one is another."""
        if order is Sort.RANDOM and self._session.view.query.sort is not Sort.RANDOM:
            return {"sort": order, "seed": 1 + secrets.randbelow(_MAX_SEED)}
        return {"sort": order} if order is Sort.RANDOM else {"sort": order, "seed": 0}

    async def _reset(self) -> None:
        default, query = GalleryQuery(), self._session.view.query
        names = [name for name in vars(default) if name not in ("sort", "seed")]
        await self._session.filter(**{name: getattr(default, name) for name in names}, sort=query.sort)

    def _negative(self, text: str) -> Mapping[str, Any]:
        """Returns the change to a text for negative prompts: the first letter of one makes it a filter."""
        mode = self._session.view.query.negative_mode
        if not text:
            mode = NegativeMode.ANY
        elif not self._session.view.query.negative and mode is NegativeMode.ANY:
            mode = NegativeMode.ONLY
        return {"negative": text, "negative_mode": mode}

    def _input(self, name: str, label: str, test_id: str, change: QueryOf | None = None) -> ui.input:
        element = ui.input(label)
        element.props(f"dense clearable debounce={_TYPING_MS} data-testid={test_id} maxlength={MAX_TEXT}")
        change = change or (lambda text: {name: text})
        self._bind(element, lambda query: getattr(query, name), lambda text: change(text or ""), typed=True)
        return element

    def _check(self, name: str, label: str, test_id: str) -> None:
        element = ui.checkbox(label).props(f"dense data-testid={test_id}")
        self._bind(element, lambda query: getattr(query, name), lambda on: {name: bool(on)})

    def _bind(
        self, element: ValueElement[Any], value: ValueOf, change: QueryOf, *, typed: bool = False
    ) -> None:
        """Has a control show its value of the query, and change the query."""

        def changed(event: ValueChangeEventArguments[Any]) -> Awaitable[None] | None:
            if self._is_following:
                return None
            return self._session.filter(typed=typed, **change(event.value))

        element.on_value_change(changed)
        self._controls.append((element, value))

    def _follow(self) -> None:
        query = self._session.view.query
        self._is_following = True
        for control, value in self._controls:
            control.set_value(value(query))
        self._is_following = False

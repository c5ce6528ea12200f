"""The base of lists: a subclass says what there is, how it is shown, and what can be done with each row.

One instance answers one request. What is asked stands in the address; which columns a user sees, and which
order and filters hold when the address does not say, is remembered for the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from journeyorch.access.preferences import preference_of, remember
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.lists.counting import BoundedPaginator, counted
from journeyorch.lists.filters import Chip, Filter

_LONGEST_SEARCH = 512
_SEARCH, _SORT, _PAGE, _COLUMNS, _FILTERS = "q", "sort", "page", "columns", "filters"
# Of an address: no filters are asked for, and none that are remembered.
_ALL = "all"


#: A cell that says how long ago a moment was.
AGO = "lists/cells/ago.html"


class Column(NamedTuple):
    """What is shown of each row.

    ``value`` is a path into ``row`` (the thing) and ``known`` (what ``details`` told of it); ``cell`` the
    template that shows it; ``order`` the fields to sort by, if it can be sorted by. The first column of a
    list names the row and is always shown.
    """

    name: str
    label: Any
    value: str = "row"
    cell: str = "lists/cells/text.html"
    order: tuple[str, ...] = ()
    shown: bool = True  # until a user chooses
    is_number: bool = False

    def next_sort(self, sort: str) -> str:
        """What a click on its head sorts by: first texts from A and moments from the latest, then turned."""
        first, then = self.name, f"-{self.name}"
        if self.order[0].endswith("_at"):
            first, then = then, first
        return then if sort == first else first


class RowAction(NamedTuple):
    """Something that can be done with a row: a page that asks or does. ``key`` does it by keyboard."""

    label: Any
    icon: str
    url: str
    key: str = ""
    is_dangerous: bool = False


class Row(NamedTuple):
    thing: Any
    known: Any
    url: str
    name: str
    actions: Sequence[RowAction]


class Empty(NamedTuple):
    """What a list without rows says: what the thing is, and who makes it."""

    icon: str
    title: Any
    text: Any


class ChipLink(NamedTuple):
    chip: Chip
    query: str  # of the address without it


class List:
    """Base of lists. ``name`` is what a user's choices are remembered under."""

    name = ""
    title: Any = ""
    search_label: Any = ""
    columns: Sequence[Column] = ()
    default_sort = ""
    page_size = 30
    help_topic = ""
    always_asks = False  # also when there is nothing to search
    nothing: Empty
    no_hits = Empty("search", _("Nothing is like that"), _("Nothing matches the search and the filters."))
    template = "lists/page.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.user, self.sandbox = request, request.user, sandbox_of(request)
        self.search = request.GET.get(_SEARCH, "").strip()[:_LONGEST_SEARCH].replace("\x00", "")

    # --- What a subclass says -------------------------------------------------------------------

    def everything(self) -> QuerySet[Any]:
        """All rows that the user may see."""
        raise NotImplementedError

    def matching(self, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
        """The rows that a search text finds."""
        raise NotImplementedError

    @cached_property
    def filters(self) -> Sequence[Filter]:
        return ()

    def details(self, things: Sequence[Any]) -> Mapping[Any, Any]:
        """What is known of the things of a page beside themselves, by primary key."""
        return {}

    def url_of(self, thing: Any) -> str:
        raise NotImplementedError

    def actions_of(self, thing: Any) -> Sequence[RowAction]:
        return ()

    # --- Answering ------------------------------------------------------------------------------

    def answer(self, **context: Any) -> HttpResponse:
        """The page; by POST columns, order and filters are remembered."""
        if self.request.method == "POST":
            self._remember(self.request.POST)
            return redirect(self.request.get_full_path())
        return render(self.request, self.template, {"list": self, **context})

    def _remember(self, given: QueryDict) -> None:
        chosen = [column.name for column in self.columns if column.name in given.getlist(_COLUMNS)]
        choice: dict[str, Any] = {} if "reset" in given else {"columns": chosen}
        if self._can_sort_by(given.get(_SORT, "")) and choice:
            choice["sort"] = given[_SORT]
        if _FILTERS in given and choice:
            choice["filters"] = [[link.chip.name, link.chip.value] for link in self.chips]
        remember(self.user, self._preference, choice)

    @property
    def _preference(self) -> str:
        return f"list:{self.name}"

    @cached_property
    def _choice(self) -> Mapping[str, Any]:
        return preference_of(self.user, self._preference)

    # --- What is asked --------------------------------------------------------------------------

    @cached_property
    def given(self) -> QueryDict:
        """What the address asks for; if it names no filter, with those that are remembered."""
        asked = self.request.GET
        named = {name for each in self.filters for name in each.parameters}
        if not self.remembers_filters or named & asked.keys() or _ALL in asked:
            return asked
        given = asked.copy()
        for name, value in self._choice["filters"]:
            given.appendlist(name, value)
        return given

    @property
    def remembers_filters(self) -> bool:
        return bool(self._choice.get("filters"))

    @property
    def unfiltered_url(self) -> str:
        return f"{self.request.path}?{_ALL}=1" if self.remembers_filters else self.request.path

    @cached_property
    def asked(self) -> list[tuple[Filter, Any]]:
        """Every filter with what is asked of it."""
        return [(each, each.asked(self.given)) for each in self.filters]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search) or any(asked for _each, asked in self.asked)

    @property
    def chips(self) -> list[ChipLink]:
        chips = (chip for each, asked in self.asked if asked for chip in each.chips(asked))
        return [ChipLink(chip, self._without(chip)) for chip in chips]

    def _without(self, chip: Chip) -> str:
        query = self.given.copy()
        query.setlist(chip.name, [value for value in query.getlist(chip.name) if value != chip.value])
        query.pop(_PAGE, None)
        if self.remembers_filters:
            query[_ALL] = "1"
        return f"?{query.urlencode()}"

    @cached_property
    def sort(self) -> str:
        """The name of the column that rows are sorted by, "-" in front if downwards."""
        wanted = (self.given.get(_SORT, ""), self._choice.get("sort", ""))
        return next(filter(self._can_sort_by, wanted), self.default_sort)

    def _can_sort_by(self, sort: str) -> bool:
        return sort.removeprefix("-") in self.orders

    @cached_property
    def orders(self) -> dict[str, tuple[str, ...]]:
        return {column.name: column.order for column in self.columns if column.order}

    # --- What is shown --------------------------------------------------------------------------

    @cached_property
    def chosen(self) -> Sequence[Column]:
        """The columns that the user sees."""
        first, *others = self.columns
        names = self._choice.get("columns")
        return [first, *(each for each in others if (each.shown if names is None else each.name in names))]

    @cached_property
    def found(self) -> QuerySet[Any]:
        """All rows that are asked for, in order."""
        rows = self.everything()
        if self.search:
            rows = self.matching(rows, self.search)
        for each, asked in self.asked:
            if asked:
                rows = each.narrowed(rows, asked)
        turned = "-" if self.sort.startswith("-") else ""
        fields = self.orders.get(self.sort.removeprefix("-"), ())
        return rows.order_by(*(f"{turned}{field}" for field in fields), "-pk")

    @cached_property
    def shown(self) -> Page:
        return BoundedPaginator(self.found, self.page_size).get_page(self.given.get(_PAGE))

    @cached_property
    def total(self) -> int:
        """How many there are, whatever is asked."""
        return counted(self.everything()) if self.is_narrowed else self.shown.paginator.count

    @cached_property
    def rows(self) -> list[Row]:
        things = list(self.shown.object_list)
        known = self.details(things)
        return [self._row(thing, known.get(thing.pk)) for thing in things]

    def _row(self, thing: Any, known: Any) -> Row:
        return Row(thing, known, self.url_of(thing), self.name_of(thing), self.actions_of(thing))

    def name_of(self, thing: Any) -> str:
        """What the row is called for those who hear it."""
        return str(thing)

    @property
    def has_menus(self) -> bool:
        return any(row.actions for row in self.rows)

    @property
    def keys(self) -> Iterable[RowAction]:
        """The actions that rows of this page have keys for, once each."""
        return {action.key: action for row in self.rows for action in row.actions if action.key}.values()

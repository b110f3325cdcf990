"""One page of a list: filter, search, sort, page, and the totals of the whole filter.

Rule: a page costs the same few queries whatever the table holds. Counts and totals stop at
COUNT_CAP, and what no index can sort is sorted for as many rows and no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.formatting import number
from core.paging import Order, Place, is_column
from core.punctuation import labelled

Text = str | Promise
PAGE_SIZE = 30
COUNT_CAP = 10_000
# What an address may hold beside the filters: the order, the place, the reader's choices.
ALL = "view=all"  # every row, whatever view the reader opens the list with
NOT_KEPT = ("after", "before", "page", "view", "open")
OF_THE_LIST = ("sort", *NOT_KEPT, "language", "unit")


@dataclass(frozen=True)
class Column:
    """A column of a list. `sort` names the fields it sorts by; empty for a column without order."""

    key: str
    label: Text
    sort: tuple[str, ...] = ()
    css: str = ""


@dataclass(frozen=True)
class Head:
    """A column head as the page shows it: its link and its direction."""

    key: str
    label: Text
    css: str
    url: str
    direction: str


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Page:
    """Rows `start` to `end` of a list, as far as its reader came page by page."""

    records: list[Any]
    number: int
    start: int
    end: int
    total: int
    total_is_capped: bool
    previous_url: str
    next_url: str


class List:
    """Filters, sorts and pages a queryset by the request's address.

    `rows` says what a row needs beside the record: select_related and annotations.
    """

    page_size = PAGE_SIZE

    def __init__(
        self,
        request: HttpRequest,
        filterset: type,
        queryset: QuerySet,
        *,
        columns: list[Column],
        default_sort: str,
        rows: Callable[[QuerySet], QuerySet] = lambda rows: rows,
    ):
        self.request = request
        self.visible = queryset
        self.filter = filterset(request.GET or None, queryset=queryset, request=request)
        self.columns = columns
        self.default_sort = default_sort
        self.with_rows = rows

    @property
    def rows(self) -> QuerySet:
        """Every row of the filter, unsorted."""
        return self.filter.qs

    @cached_property
    def total(self) -> int:
        """How many rows the filter finds; one more than COUNT_CAP for whatever is more."""
        return self.rows.order_by()[: COUNT_CAP + 1].values("pk").count()

    @property
    def is_capped(self) -> bool:
        return self.total > COUNT_CAP

    def query(self, data: QueryDict | None = None) -> str:
        """Filters and order of an address, the present one or `data`, and nothing else of it."""
        data = self.request.GET if data is None else data
        kept = [(name, value) for name in self.filter.form.fields for value in data.getlist(name)]
        sort = data.get("sort", self.default_sort)
        return urlencode([(n, v) for n, v in kept if v] + [("sort", sort)])

    def views(self, views: Sequence[tuple[Text, str]]) -> list[tuple[Text, str, bool]]:
        """The views that every reader has, with their address; whether it is the present one."""
        has_all = any(not query for _label, query in views)
        return [
            (label, query or ALL, self.query(QueryDict(query)) == self.query())
            for label, query in (views if has_all else [(_("All"), ""), *views])
        ]

    def address(self, **changes: Any) -> str:
        """The present address with parameters changed; None removes one."""
        query = self.request.GET.copy()
        for name, value in {**dict.fromkeys(NOT_KEPT), **changes}.items():
            if value is None:
                query.pop(name, None)
            else:
                query[name] = value
        return f"?{query.urlencode() or ALL}"

    # -- sort -------------------------------------------------------------------------------------

    @cached_property
    def sort(self) -> str:
        """Key of the sorting column, with `-` for descending."""
        asked = self.request.GET.get("sort", "")
        column = self._column(asked)
        return asked if column and self._can_sort(column) else self.default_sort

    def _column(self, sort: str) -> Column | None:
        key = sort.removeprefix("-")
        return next((c for c in self.columns if c.key == key and c.sort), None)

    def _can_sort(self, column: Column) -> bool:
        return not self.is_capped or all(is_column(self.visible.model, n) for n in column.sort)

    def order(self) -> Order:
        column = self._column(self.sort)
        names = column.sort if column else (self.sort.removeprefix("-"),)
        return Order(self.with_rows(self.rows), names, self.sort.startswith("-"))

    def heads(self) -> list[Head]:
        heads = []
        for column in self.columns:
            here = self.sort.removeprefix("-") == column.key
            descending = here and self.sort.startswith("-")
            direction = ("descending" if descending else "ascending") if here else ""
            other = column.key if not here or descending else f"-{column.key}"
            url = self.address(sort=other) if column.sort else ""
            heads.append(Head(column.key, column.label, column.css, url, direction))
        return heads

    # -- page -------------------------------------------------------------------------------------

    def page(self) -> Page:
        """The page of the address, or the first where the address names none that has rows."""
        order, size, asked = self.order(), self.page_size, self.request.GET
        has_previous = has_next = False
        found: list[Place] = []
        if place := order.read(asked.get("before", "")):
            found = order.before(place, size + 1)
            has_previous, has_next = len(found) > size, True
            found = found[-size:] if len(found) >= size else []
        elif place := order.read(asked.get("after", "")):
            found = order.behind(place, size + 1)
            has_previous, has_next = True, len(found) > size
        if not found:
            found = order.behind(None, size + 1)
            has_previous, has_next = False, len(found) > size
        return self._page(found[:size], has_previous, has_next)

    def _page(self, places: list[Place], has_previous: bool, has_next: bool) -> Page:
        asked = self.request.GET.get("page", "")
        known = int(asked) if asked.isdecimal() and 0 < len(asked) < 9 else 1
        number = max(known, 2) if has_previous else 1
        first = (number - 1) * self.page_size + 1
        if not self.is_capped:  # rows may have come and gone since the first page
            last = self.total - len(places) + 1
            first = min(first, last) if has_next else last
        start = max(first, 1) if places else 0
        return Page(
            records=self._records(places),
            number=number,
            start=start,
            end=start + len(places) - 1 if places else 0,
            total=min(self.total, COUNT_CAP),
            total_is_capped=self.is_capped,
            previous_url=self.address(before=places[0], page=number - 1) if has_previous else "",
            next_url=self.address(after=places[-1], page=number + 1) if has_next else "",
        )

    def _records(self, places: list[Place]) -> list[Any]:
        """The records of the places, fetched by key: what a row shows is read for no other row."""
        keys = [place.pk for place in places]
        found = self.with_rows(self.visible).in_bulk(keys)
        return [found[key] for key in keys if key in found]

    # -- chips ------------------------------------------------------------------------------------

    def chips(self) -> list[Chip]:
        """The filters that are set, each with the address that removes it."""
        chips = []
        for name, value in self._filters().items():
            if value in (None, "", []) or (hasattr(value, "exists") and not value.exists()):
                continue
            field = self.filter.form.fields[name]
            chips.append(
                Chip(
                    labelled(field.label, self._shown(field, value)),
                    self.address(**{name: None}),
                )
            )
        return chips

    def _filters(self) -> dict[str, Any]:
        """What is filtered by; a value that the filter does not know is left out."""
        self.filter.form.is_valid()
        return getattr(self.filter.form, "cleaned_data", {})

    def remarks(self) -> list[str]:
        """What of the address could not be followed, in words."""
        told = []
        form, asked = self.filter.form, self.request.GET
        unknown = [name for name in asked if name not in form.fields and name not in OF_THE_LIST]
        if unknown:
            told.append(
                _("This list has no filter “%(name)s”; it is left out.") % {"name": unknown[0]}
            )
        for name in form.errors:
            label = form.fields[name].label if name in form.fields else name
            told.append(
                _("The filter “%(name)s” has no such value; it is left out.") % {"name": label}
            )
        if (sort := asked.get("sort")) and sort != self.sort:
            told.append(self._not_sorted(sort))
        return told

    def _not_sorted(self, sort: str) -> str:
        if column := self._column(sort):
            return _(
                "More than %(count)s rows cannot be sorted by “%(name)s”; narrow the filter."
            ) % {
                "count": number(COUNT_CAP),
                "name": column.label,
            }
        return _("This list cannot be sorted by “%(name)s”.") % {"name": sort}

    @staticmethod
    def _shown(field, value) -> str:
        choices = dict(getattr(field, "choices", ()) if not hasattr(field, "queryset") else ())
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return str(choices.get(value, value))

    # -- context ----------------------------------------------------------------------------------

    def context(
        self, *, totals: Callable[[QuerySet], dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        page = self.page()
        return {
            "filter": self.filter,
            "chips": self.chips(),
            "remarks": self.remarks(),
            "heads": self.heads(),
            "page": page,
            "records": page.records,
            "totals": totals(self.rows) if totals and page.total and not self.is_capped else None,
            "totals_need_less": bool(totals) and self.is_capped,
            "clear_url": f"?{ALL}",
        }

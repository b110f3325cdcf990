"""One page of a list: filter, search, sort, page, and the totals of the whole filter.

Rule: a page costs the same few queries whatever the table holds; counts stop at COUNT_CAP, and
every order ends with the key, so that no row is shown twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.punctuation import labelled

PAGE_SIZE = 30
COUNT_CAP = 10_000


@dataclass(frozen=True)
class Column:
    """A column of a list. `sort` names the fields it sorts by; empty for a column without order."""

    key: str
    label: str | Promise
    sort: tuple[str, ...] = ()
    css: str = ""


@dataclass(frozen=True)
class Head:
    """A column head as the page shows it: its link and its direction."""

    key: str
    label: str | Promise
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
    number: int
    start: int
    end: int
    total: int
    total_is_capped: bool
    previous_url: str
    next_url: str


class List:
    """Filters, sorts and pages a queryset by the request's address."""

    def __init__(
        self,
        request: HttpRequest,
        filterset: type,
        queryset: QuerySet,
        *,
        columns: list[Column],
        default_sort: str,
        page_size: int = PAGE_SIZE,
    ):
        self.request = request
        self.filter = filterset(request.GET or None, queryset=queryset, request=request)
        self.columns = columns
        self.default_sort = default_sort
        self.page_size = page_size

    @property
    def rows(self) -> QuerySet:
        """Every row of the filter, unsorted."""
        return self.filter.qs

    def address(self, **changes: Any) -> str:
        """The present address with parameters changed; None removes one."""
        query = self.request.GET.copy()
        for name, value in {"page": None, **changes}.items():
            if value is None:
                query.pop(name, None)
            else:
                query[name] = value
        return f"?{query.urlencode()}"

    # -- sort -------------------------------------------------------------------------------------

    @property
    def sort(self) -> str:
        """Key of the sorting column, with `-` for descending."""
        asked = self.request.GET.get("sort", "")
        known = {column.key for column in self.columns if column.sort}
        return asked if asked.removeprefix("-") in known else self.default_sort

    def sorted_rows(self, rows: QuerySet) -> QuerySet:
        """The rows in the order asked for; `rows` carries what a column sorts by."""
        key, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        column = next((c for c in self.columns if c.key == key and c.sort), None)
        names = column.sort if column else (key,)
        order = [self._order(rows, name, descending) for name in names]
        return rows.order_by(*order, "-pk" if descending else "pk")

    @staticmethod
    def _order(rows: QuerySet, name: str, descending: bool) -> OrderBy:
        """Empty values last. A column that has none is ordered plainly, as its index is."""
        fields = {field.name: field for field in rows.model._meta.fields}
        last = None if name in fields and not fields[name].null else True
        return F(name).desc(nulls_last=last) if descending else F(name).asc(nulls_last=last)

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
        total = self.rows.order_by()[: COUNT_CAP + 1].values("pk").count()
        capped = total > COUNT_CAP
        total = min(total, COUNT_CAP)
        pages = max(1, -(-total // self.page_size))
        asked = self.request.GET.get("page", "1")
        number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 9 else 1
        start = (number - 1) * self.page_size
        return Page(
            number=number,
            start=min(start + 1, total),
            end=min(start + self.page_size, total),
            total=total,
            total_is_capped=capped,
            previous_url=self.address(page=number - 1) if number > 1 else "",
            next_url=self.address(page=number + 1) if number < pages else "",
        )

    # -- chips ------------------------------------------------------------------------------------

    def chips(self) -> list[Chip]:
        """The filters that are set, each with the address that removes it."""
        if not self.filter.form.is_valid():
            return []
        chips = []
        for name, value in self.filter.form.cleaned_data.items():
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

    @staticmethod
    def _shown(field, value) -> str:
        choices = dict(getattr(field, "choices", ()) if not hasattr(field, "queryset") else ())
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return str(choices.get(value, value))

    # -- context ----------------------------------------------------------------------------------

    def context(
        self,
        *,
        rows: Callable[[QuerySet], QuerySet],
        totals: Callable[[QuerySet], dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        page = self.page()
        first = max(page.start - 1, 0)
        return {
            "filter": self.filter,
            "chips": self.chips(),
            "heads": self.heads(),
            "page": page,
            "records": self.sorted_rows(rows(self.rows))[first : first + self.page_size],
            "totals": totals(self.rows) if totals and page.total else None,
            "clear_url": self.request.path,
        }

"""What a kind of project is: its names, sizes and what it sets out to build or do.

Rule: `{n}` is a project's size, and each quantity that it plans follows from that size.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """A planned quantity: `times` of it for each unit of size, or `times` in all where `whole`."""

    zh: str
    en: str
    unit: str
    times: float = 1
    whole: bool = False
    is_renewal: bool = False

    def planned(self, size: float) -> float:
        """How much of it a project of this size sets out to do; whole pieces but for lengths."""
        amount = self.times if self.whole else self.times * size
        return round(amount, 2) if self.unit in ("km", "m", "mu") else max(1, round(amount))


@dataclass(frozen=True)
class Content:
    """A kind of project: what it is called and does, with `{n}` for its size from `low` to `high`.

    `steps` names the table of payments and of the budget; `means`, `product` and `building` go to
    the details of water works, industry bases and schools.
    """

    types: tuple[str, ...]
    name_zh: str
    name_en: str
    content_zh: str
    content_en: str
    low: float
    high: float
    steps: str = "building"
    people: tuple[int, int] = (180, 1600)
    has_village: bool = False
    counts: tuple[Count, ...] = ()
    work: str = "new"
    means: str = "delivery"
    purpose: str = "drinking"
    product: str = ""
    unit: str = "mu"
    variety: tuple[str, str] = ("", "")
    building: str = "teaching"

"""Names found by one and two Chinese characters, by pinyin and by initials, at a million rows.

Rule: what is searched is kept by the database itself, as a generated column of 1- and 2-grams
under a GIN index; a search asks for the grams and then checks the text again.
"""

import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, QuerySet
from pypinyin import Style, lazy_pinyin

LONGEST_QUERY = 60


class Grams(Func):
    """`core_grams(text)`: the 1- and 2-grams of a text in normal form, made by the database."""

    function = "core_grams"
    output_field = ArrayField(models.TextField())


def normal(text: str) -> str:
    """Half width, lower case, single spaces: the form in which texts are compared."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def pinyin_of(name: str) -> str:
    """Pinyin of a name without tones, a space between syllables; the sort key of Chinese names."""
    return normal(" ".join(lazy_pinyin(name)))[:400]


def initials_of(name: str) -> str:
    """First letters of the pinyin, so that 册亨 is found by `ch`."""
    return normal("".join(lazy_pinyin(name, style=Style.FIRST_LETTER))).replace(" ", "")[:200]


def search_text(*parts: str) -> str:
    """One line to search: the parts, and the pinyin and the initials of those that are Chinese."""
    words = [normal(part) for part in parts if part]
    for part in parts:
        if any("一" <= character <= "鿿" for character in part or ""):
            words += [pinyin_of(part).replace(" ", ""), initials_of(part)]
    return " | ".join(dict.fromkeys(words))[:2000]


def grams_of(query: str) -> list[str]:
    """The grams that a text containing the query must have."""
    if len(query) < 2:
        return [query]
    return sorted({query[i : i + 2] for i in range(len(query) - 1)})


class Searched(models.Model):
    """A record that is found by its `found_by` text. Subclasses say what goes into it."""

    found_by = models.TextField(editable=False, default="")
    grams = models.GeneratedField(
        expression=Grams(F("found_by")),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )

    class Meta:
        abstract = True

    def searched(self) -> list[str]:
        """The texts by which this record is to be found."""
        raise NotImplementedError

    def save(self, *args, **kwargs):
        self.found_by = search_text(*self.searched())
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "found_by"}
        super().save(*args, **kwargs)


def found(queryset: QuerySet, text: str) -> QuerySet:
    """The rows whose searched text has every word of `text`; all rows for an empty text."""
    for word in normal(text)[:LONGEST_QUERY].split():
        queryset = queryset.filter(Q(grams__contains=grams_of(word)) & Q(found_by__contains=word))
    return queryset

"""The people who can read a record, and those whom a text names.

Rule: who reads a record is asked of the record's own scope, never worked out a second time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from core.notes import view_permission
from core.search import found

LONGEST_NAME = 60
# An @ that begins a name; one inside a mail address does not.
MENTION = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=[^\s@＠])")
WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Named:
    """Whom a text names: people who can read the record, others, and what is nobody's name."""

    readers: list[Any]
    others: list[Any]
    unknown: list[str]


def active_people() -> QuerySet:
    """Everybody with an account in use, with what `readers` asks of them."""
    people = get_user_model().objects.filter(is_active=True)
    return people.select_related("office").prefetch_related("groups")


def found_people(text: str) -> QuerySet:
    """Active people whose name in characters, pinyin or Latin letters, or whose account, fits."""
    return found(active_people(), text).order_by("name_zh", "username")


def may_read(record, person) -> bool:
    return person.can(view_permission(type(record)), record)


def readers(record, people: Iterable[Any]) -> list[Any]:
    """Those of `people` (from `active_people`) who can read the record.

    People of one office with the same roles read the same, so one of them is asked for all.
    """
    answers: dict[tuple, bool] = {}
    able = []
    for person in people:
        alike = (person.office_id, frozenset(group.pk for group in person.groups.all()))
        if alike not in answers:
            answers[alike] = may_read(record, person)
        if answers[alike]:
            able.append(person)
    return able


def named_in(text: str, record) -> Named:
    """Whom the text names by @account or @姓名, and which of them can read the record.

    Chinese sets no space after a name, so the longest name that fits is taken. Where several have
    the same name, those who can read the record are meant.
    """
    tails = [text[match.end() :][:LONGEST_NAME] for match in MENTION.finditer(text)]
    people = _with_names(tails)
    able = {person.pk for person in readers(record, people)}
    reading: dict[int, Any] = {}
    others: dict[int, Any] = {}
    unknown: dict[str, Any] = {}
    for tail in tails:
        meant = _meant(tail, people)
        if not meant:
            word = WORD.match(tail)
            unknown[word.group() if word else tail.split()[0]] = True
        elif any(person.pk in able for person in meant):
            reading |= {person.pk: person for person in meant if person.pk in able}
        else:
            others |= {person.pk: person for person in meant}
    return Named(list(reading.values()), list(others.values()), list(unknown))


def names_of(person) -> list[str]:
    """What a person can be named by, in small letters."""
    return [name.lower() for name in (person.username, person.name_zh, person.name_en) if name]


def _with_names(tails: list[str]) -> list[Any]:
    """People of whom a name stands at the beginning of one of the texts."""
    starts = {tail[:end].lower() for tail in tails for end in range(1, len(tail) + 1)}
    if not starts:
        return []
    people = active_people().annotate(
        account=Lower("username"), latin=Lower("name_en"), own=Lower("name_zh")
    )
    named = Q(account__in=starts) | Q(latin__in=starts) | Q(own__in=starts)
    return list(people.filter(named).order_by("pk"))


def _meant(tail: str, people: list[Any]) -> list[Any]:
    """Those of the people who have the longest name that the text begins with."""
    fits: dict[int, list[Any]] = {}
    for person in people:
        lengths = [len(name) for name in names_of(person) if _begins(tail, name)]
        if lengths:
            fits.setdefault(max(lengths), []).append(person)
    return fits[max(fits)] if fits else []


def _begins(tail: str, name: str) -> bool:
    """Whether the text begins with the name, and a Latin name ends there."""
    if not tail.lower().startswith(name):
        return False
    following = tail[len(name) : len(name) + 1]
    return not (name[-1].isascii() and following.isascii() and following.isalnum())

"""Commas, colons and spaces between words, as the language being read sets them.

Rule: a mark that the program puts between two texts comes from here, so that Chinese gets its own.
"""

from collections.abc import Iterable

from django.utils.translation import get_language, pgettext


def listed(parts: Iterable[object]) -> str:
    """“Ceheng, Qinglong, Leishan”, in Chinese “册亨、晴隆、雷山”."""
    return pgettext("between the parts of a list", ", ").join(str(part) for part in parts)


def labelled(label: object, text: object) -> str:
    """“Year: 2010”, in Chinese “年度：2010”."""
    return pgettext("a label and its text", "{label}: {text}").format(label=label, text=text)


def gap() -> str:
    """The space between two sentences; Chinese needs none."""
    return "" if (get_language() or "").startswith("zh") else " "


def told(sentences: Iterable[object]) -> str:
    """Sentences one after the other."""
    return gap().join(str(sentence) for sentence in sentences)

"""The look: what the template tags write, and what no template may hold."""

import re
from collections import namedtuple
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from core.lifecycle import WORKFLOWS
from core.templatetags import look

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
ICONS = set(re.findall(r'id="i-([a-z]+)"', (settings.BASE_DIR / "static/icons.svg").read_text()))
State = namedtuple("State", "value word tone icon")


def render(source: str, **context) -> str:
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("unit", "language", "text"),
    [
        ("yuan", "en", "¥697,500.00"),
        ("yuan", "zh-hans", "697,500.00元"),
        ("wan", "en", "69.75万元"),
        ("wan", "zh-hans", "69.75万元"),
    ],
)
def test_money_follows_the_unit_and_the_language_of_the_reader(unit, language, text):
    request = SimpleNamespace(unit=unit)
    with translation.override(language):
        written = render("{% money amount %}", amount=Decimal(697500), request=request)
    assert re.sub("<[^>]+>", "", written) == text


def test_a_negative_amount_has_its_sign_before_the_unit():
    assert ">−¥5.00<" in render("{% money amount %}", amount=Decimal(-5))


def test_no_amount_and_an_unknown_count_are_told_apart_from_zero():
    assert "–" in render("{% money None %}")
    assert "not published" in render("{% count None 'people' %}")
    assert ">0</span> people" in render("{% count 0 'people' %}")


@pytest.mark.parametrize(("qualifier", "word"), [(">", "more than"), ("~", "about")])
def test_a_qualifier_is_written_in_words(qualifier, word):
    written = render("{% qualified 200000 qualifier %}", qualifier=qualifier)
    assert f'<span class="q">{word}</span> 200,000' in written


def test_a_state_has_icon_word_and_tone():
    record = SimpleNamespace(state=State("approved", "Approved", "go", "seal"))
    written = render("{% state record %}", record=record)
    assert 'class="state go"' in written
    assert "#i-seal" in written
    assert "Approved</span>" in written


@pytest.mark.parametrize(
    ("days", "css", "text"),
    [(0, "age", "today"), (1, "age", "1 day"), (6, "age late", "6 days"), (12, "age over", "12")],
)
def test_an_age_tells_its_urgency(days, css, text):
    since = timezone.localdate() - timedelta(days=days)
    written = render("{% age since %}", since=since)
    assert f'class="{css}">{text}' in written


def test_a_bar_has_lengths_as_attributes_and_words_beside_its_colours():
    written = render("{% bar paid=50 held=25 total=100 %}")
    assert 'class="paid" x="0%" width="50%"' in written
    assert 'class="held" x="50%" width="25%"' in written
    assert 'aria-label="50% paid, 25% received and not yet paid"' in written
    assert "style" not in written


def test_a_bar_of_nothing_says_so():
    assert 'aria-label="0% paid"' in render("{% bar paid=0 held=0 total=0 %}")


def test_shares_that_do_not_fit_their_label_get_a_key():
    shown = look.share_bar([("Course", 174), ("Cixi", 4), ("Unnamed", 243, "free")], "Persons")
    assert [part["css"] for part in shown["segments"]] == ["s1", "s4", "free"]
    assert shown["needs_key"]
    assert shown["spoken"] == "Persons: Course 174; Cixi 4; Unnamed 243"


def test_an_empty_field_is_named_in_its_error():
    class County(forms.Form):
        county = forms.CharField(label="Receiving county")
        day = forms.DateField(label="Day", error_messages={"required": "Enter the day"})

    form = County({})
    assert look.error_texts(form["county"]) == ["“Receiving county” is needed"]
    assert look.error_count(form) == "2 things to correct"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_keeps_to_the_content_security_policy(path: Path):
    source = path.read_text()
    assert not re.search(r"\sstyle=", source), "lengths stand in SVG attributes or classes"
    assert not re.search(r"\son[a-z]+=", source), "scripts stand in static/js"
    assert not re.search(r"<script(?![^>]*\b(src|type=.application/json))", source)
    assert not re.search(r"(src|href)=.https?://", source), "nothing is fetched from elsewhere"


def test_every_icon_is_drawn():
    wanted = {state.icon for flow in WORKFLOWS.values() for state in flow.states}
    wanted |= {move.icon for flow in WORKFLOWS.values() for move in flow.moves}
    for path in TEMPLATES:
        wanted |= set(re.findall(r'{% icon "([a-z]+)"', path.read_text()))
    assert wanted <= ICONS


def test_the_row_of_a_list_is_cells_alone():
    """The table writes the row itself, with what every list has."""
    rows = [path for path in TEMPLATES if path.name.endswith("_row.html")]
    assert rows and not [path for path in rows if re.search(r"</?tr\b", path.read_text())]


def test_a_key_in_a_page_has_no_thousands_separator():
    """A number is written as people read it, 1,087; an address or a hidden field needs 1087."""
    bare = re.compile(r"\{\{\s*[\w.]*\.(?:pk|\w+_id)\s*(?:\|(?!stringformat)[^|}]*)*\}\}")
    ours = [path for path in TEMPLATES if not {"bootstrap5", "allauth"} & set(path.parts)]
    assert ours and not [path for path in ours if bare.search(path.read_text())]

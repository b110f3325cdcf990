"""Towns and villages as they are typed: picked where they are known, made where they are new.

Rule: a village is known by name and place; typing it again finds the same one.
"""

from django import forms
from django.forms import widgets

from core.models import Division
from projects.models import Village


class VillageInput(widgets.TextInput):
    """A name to type, with the known villages of the county to pick from."""

    template_name = "projects/widgets/village.html"
    villages = ()

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{name}-known"
        return context | {"villages": self.villages, "list_id": f"{name}-known"}


class PlaceField(forms.ModelChoiceField):
    """A division with its code, a town with its county."""

    def label_from_instance(self, place: Division) -> str:
        if place.level == Division.Level.TOWN:
            return f"{place} · {place.parent}"
        return f"{place} {place.code}"


def village_named(name: str, *, county: Division | None, town: Division | None) -> Village | None:
    """The village of this name: the known one, or a new one that `kept()` saves."""
    if not name or not county:
        return None
    known = Village.objects.filter(county=county, name_zh=name)
    exact = known.filter(town=town).first()
    if exact is None and town is None and len(several := list(known[:2])) == 1:
        exact = several[0]
    return exact or Village(county=county, town=town, name_zh=name)


def kept(village: Village | None) -> Village | None:
    """The village as it is kept: a new one is saved, unless somebody was first."""
    if village is None or village.pk:
        return village
    place = {"county": village.county, "town": village.town, "name_zh": village.name_zh}
    return Village.objects.get_or_create(**place)[0]

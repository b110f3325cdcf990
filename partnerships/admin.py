"""Twinnings and organisations in the admin, with the forms of the pages.

Rule: nothing is deleted; a pair that ended gets its last day.
"""

from django.contrib import admin

from core.admin import ScopedAdmin
from partnerships.forms import OrganisationForm, TwinningForm
from partnerships.models import Organisation, Twinning


@admin.register(Twinning)
class TwinningAdmin(ScopedAdmin):
    form = TwinningForm
    list_display = ("receiver", "supporter", "level", "valid_from", "valid_to", "known_by")
    list_filter = ("level", "precision")
    list_select_related = ("receiver", "supporter")
    search_fields = ("receiver__found_by", "supporter__found_by")


@admin.register(Organisation)
class OrganisationAdmin(ScopedAdmin):
    form = OrganisationForm
    list_display = ("name_zh", "name_en", "kind", "division")
    list_filter = ("kind",)
    list_select_related = ("division",)
    search_fields = ("found_by",)

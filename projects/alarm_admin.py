"""Alarms in the admin: their numbers, which an administrator sets, and the alarms to read.

Rule: the kinds come with the program; none is added or deleted, and one that is not wanted is put
out of force.
"""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from projects.models import Alarm, AlarmRule


@admin.register(AlarmRule)
class AlarmRuleAdmin(admin.ModelAdmin):
    fields = ("what", "unit", "is_active", "notice_from", "serious_from", "severe_from")
    of_splitting = ("window_days", "percent")
    readonly_fields = ("what", "unit")
    list_display = ("label", "unit", "notice_from", "serious_from", "severe_from", "is_active")

    @admin.display(description=_("kind of alarm"), ordering="key")
    def label(self, rule: AlarmRule) -> str:
        return str(rule)

    @admin.display(description=_("kind of alarm"))
    def what(self, rule: AlarmRule) -> str:
        return format_html("<b>{}</b><br>{}", rule.rule.label, rule.rule.means)

    @admin.display(description=_("counted in"))
    def unit(self, rule: AlarmRule) -> str:
        return str(rule.rule.unit)

    def get_fields(self, request, obj=None):
        return (*self.fields, *(self.of_splitting if obj and obj.key == "split" else ()))

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """Alarms are raised and cleared by the nightly job, and set aside on their pages."""

    fields = ("sentence", "project", "grade", "since", "amount", "raised_on", "cleared_on")
    readonly_fields = ("sentence",)
    list_display = (
        "kind_label",
        "project",
        "grade",
        "since",
        "raised_on",
        "cleared_on",
        "aside_until",
    )
    list_filter = ("rule", "grade")
    list_select_related = ("project",)
    search_fields = ("project__number", "project__found_by")

    @admin.display(description=_("kind of alarm"), ordering="rule")
    def kind_label(self, alarm: Alarm) -> str:
        return str(alarm.kind.label)

    @admin.display(description=_("alarm"))
    def sentence(self, alarm: Alarm) -> str:
        return alarm.sentence

"""Funds, closings and the ledger's rows in the admin.

Rule: funds and closings are entered as on their pages; movements and closed periods are only read,
by those who may read every office.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin, ScopedAdmin
from ledger.forms import FundForm, PeriodClosingForm
from ledger.models import Fund, Movement, Period, PeriodClosing


@admin.register(Fund)
class FundAdmin(ScopedAdmin):
    form = FundForm
    list_display = ("number", "name_zh", "kind", "custodian", "opened_on", "spend_by")
    list_filter = ("kind",)
    list_select_related = ("custodian",)
    search_fields = ("found_by",)


@admin.register(PeriodClosing)
class PeriodClosingAdmin(RecordAdmin):
    form = PeriodClosingForm
    list_display = ("number", "starts_on", "ends_on", "created_by", "status")
    list_filter = ("status",)
    list_select_related = ("created_by",)
    search_fields = ("number",)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that the database alone writes."""

    show_full_result_count = False

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_active and request.user.has_perm("accounts.see_all_offices")

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Movement)
class MovementAdmin(ReadOnlyAdmin):
    list_display = ("kind", "voucher", "posted_on", "in_yuan", "posted_by")
    list_select_related = ("posted_by",)
    search_fields = ("voucher__exact",)
    search_help_text = _("voucher")
    ordering = ("-id",)
    fields = ("kind", "voucher", "posted_on", "in_yuan", "cause", "posted_by", "posted_at")

    @admin.display(description=_("amount in yuan"))
    def in_yuan(self, movement: Movement):
        return movement.amount_in_yuan


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    list_display = ("starts_on", "ends_on", "closed_by", "closed_at")
    list_select_related = ("closed_by",)

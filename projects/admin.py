"""Projects and their money in the admin: the forms, moves and refusals of the pages.

Rule: nothing is deleted, a state moves by an action, and a funding line is read only.
"""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin, ScopedAdmin
from projects import alarm_admin as alarm_admin
from projects import entry_admin as entry_admin
from projects.amendments import difference
from projects.forms import ProjectForm
from projects.frame_forms import AgreementForm, DisasterForm, PlanPeriodForm, VillageForm
from projects.models import (
    Agreement,
    Allocation,
    Amendment,
    Appropriation,
    Disaster,
    FundingLine,
    Payment,
    PlanPeriod,
    Project,
    Surplus,
    Village,
)
from projects.money_forms import AllocationForm, AppropriationForm, SurplusForm
from projects.payment_form import PaymentForm


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    form = ProjectForm
    list_display = ("number", "name_zh", "kind", "county", "plan_year", "agreed_amount", "status")
    list_filter = ("status", "kind", "year", "is_integrated", "is_drought_relief")
    list_select_related = ("county",)
    search_fields = ("found_by",)

    @admin.display(description=_("plan year"), ordering="year")
    def plan_year(self, project: Project) -> str:
        """The year without a thousands separator."""
        return str(project.year)


@admin.register(Amendment)
class AmendmentAdmin(RecordAdmin):
    """Amendments are typed on their page, beside what they change; here they are reviewed."""

    fields = ("number", "status", "project", "reason", "what_changes", "amount", "created_by")
    readonly_fields = fields
    list_display = ("number", "project", "amount", "status", "status_at")
    list_filter = ("status",)
    list_select_related = ("project",)
    search_fields = ("number", "project__found_by")

    @admin.display(description=_("what changes"))
    def what_changes(self, amendment: Amendment) -> str:
        """Each change in a line: as approved → as it would be."""
        lines = ((f"{line.label}: {line.old} → {line.new}",) for line in difference(amendment))
        return format_html_join(mark_safe("<br>"), "{}", lines)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Allocation)
class AllocationAdmin(RecordAdmin):
    form = AllocationForm
    list_display = ("number", "project", "fund", "amount", "allocated_on", "status")
    list_filter = ("status", "fund__kind")
    list_select_related = ("project", "fund")
    search_fields = ("number", "project__found_by")


class LineAdmin(RecordAdmin):
    """What is about the money that a project has from a fund."""

    def get_fields(self, request, obj=None) -> list[str]:
        """The line comes first, as it does on the page."""
        fields = super().get_fields(request, obj)
        return sorted(fields, key=lambda name: name not in ("project", "fund"))

    @admin.display(description=_("project"), ordering="line__project__pinyin")
    def project(self, record) -> Project:
        return record.line.project

    @admin.display(description=_("fund"), ordering="line__fund__pinyin")
    def fund(self, record):
        return record.line.fund


@admin.register(Payment)
class PaymentAdmin(LineAdmin):
    form = PaymentForm
    list_display = ("number", "project", "fund", "amount", "voucher", "paid_on", "status")
    list_filter = ("status", "line__fund__kind")
    list_select_related = ("line__project", "line__fund")
    search_fields = ("number", "voucher", "line__project__found_by")


@admin.register(Appropriation)
class AppropriationAdmin(RecordAdmin):
    form = AppropriationForm
    list_display = ("number", "document", "fund", "source", "amount", "received_on", "status")
    list_filter = ("status",)
    list_select_related = ("fund", "source")
    search_fields = ("number", "document")


@admin.register(Agreement)
class AgreementAdmin(RecordAdmin):
    form = AgreementForm
    list_display = ("number", "name_zh", "year", "supporter", "receiver", "amount", "status")
    list_filter = ("status", "year")
    list_select_related = ("supporter", "receiver")
    search_fields = ("number", "document", "found_by")


@admin.register(PlanPeriod)
class PlanPeriodAdmin(ScopedAdmin):
    form = PlanPeriodForm
    list_display = ("name_zh", "name_en", "document")
    search_fields = ("name_zh", "name_en")


@admin.register(Disaster)
class DisasterAdmin(ScopedAdmin):
    form = DisasterForm
    list_display = ("name_zh", "name_en", "kind", "started_on", "ended_on")
    list_filter = ("kind",)
    search_fields = ("found_by",)


@admin.register(Village)
class VillageAdmin(ScopedAdmin):
    """Villages come with their projects; here their names and facts are put right."""

    form = VillageForm
    list_display = ("name_zh", "name_en", "county", "town", "is_old_base", "advanced_in")
    list_filter = ("is_old_base",)
    list_select_related = ("county", "town")
    search_fields = ("found_by",)

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(FundingLine)
class FundingLineAdmin(ScopedAdmin):
    """Opened by the first money; its sums are the ledger's."""

    list_display = ("project", "fund", "received_amount", "paid_amount", "free_amount")
    list_select_related = ("project", "fund", "pool")
    search_fields = ("project__found_by",)

    def get_queryset(self, request):
        visible = Project.objects.visible_to(request.user)
        return FundingLine.objects.filter(project__in=visible.values("pk"))

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("projects.view_project")

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Surplus)
class SurplusAdmin(LineAdmin):
    form = SurplusForm
    list_display = ("number", "project", "fund", "amount", "returned_on", "status")
    list_filter = ("status",)
    list_select_related = ("line__project", "line__fund")
    search_fields = ("number", "line__project__found_by")

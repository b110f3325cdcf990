"""People, offices, routes of approval and delegations in the admin, for the system administrator.

Rule: a role is given by its group; nobody hands out single permissions, and nobody is deleted.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from accounts.roles import BY_NAME, ROLES
from accounts.tasks import Task
from core.admin import ReadOnlyAdmin
from core.approvals import ApprovalStep, Delegation
from core.lifecycle import WORKFLOWS


def _role_word(group: Group) -> str:
    role = BY_NAME.get(group.name)
    return capfirst(role.word) if role else group.name


class PersonCreationForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name_zh", "office", "groups")


class PersonForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonForm
    add_form = PersonCreationForm
    list_display = ("username", "name_zh", "name_en", "office", "is_active")
    list_filter = ("groups", "is_active")
    list_select_related = ("office",)
    search_fields = ("username", "name_zh", "name_en")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name_zh", "name_en", "email", "office")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "groups")}),
        (_("Days"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "name_zh",
                    "office",
                    "groups",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_readonly_fields(self, request, obj=None):
        """Nobody gives a role to oneself."""
        own = ("groups", "is_staff", "is_active") if obj and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """A role is chosen by its word, not by the name of its group."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field and db_field.name == "groups":
            field.label = _("Roles")
            field.help_text = ""
            field.label_from_instance = _role_word
        return field

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Office)
class OfficeAdmin(admin.ModelAdmin):
    list_display = ("name_zh", "name_en", "kind", "side", "path")
    list_filter = ("kind", "side")
    search_fields = ("name_zh", "name_en", "key")
    raw_id_fields = ("parent", "division")

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ("due_on", "title", "workflow", "record_id", "person", "office", "done_at")
    list_filter = ("workflow",)
    list_select_related = ("person", "office")
    search_fields = ("title",)


def _routed() -> list[tuple[str, str]]:
    """The moves that take several approvals, as `workflow.move`, in words."""
    return [
        (f"{name}.{move.name}", f"{capfirst(workflow.model._meta.verbose_name)}: {move.label}")
        for name, workflow in WORKFLOWS.items()
        for move in workflow.moves
        if move.route
    ]


class ApprovalStepForm(forms.ModelForm):
    """A step is chosen by what is approved and by whom; roles are those of the roles table."""

    approves = forms.ChoiceField(label=_("What is approved"), choices=_routed)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.name, capfirst(role.word)) for role in ROLES]
    )

    class Meta:
        model = ApprovalStep
        fields = ("position", "word_zh", "word_en", "side", "from_amount", "kind", "is_active")
        help_texts = {
            "position": _("Steps of a lower position come first; those of one are open together."),
            "from_amount": _("In yuan; nothing for every amount."),
            "kind": _("Such as government or social; empty for every kind."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["approves"] = f"{self.instance.workflow}.{self.instance.move}"
            self.initial["role"] = self.instance.role
            for name in ("approves", "role", "side"):
                self.fields[name].disabled = True

    def clean(self):
        cleaned = super().clean()
        if {"approves", "role"} <= cleaned.keys():
            self.instance.workflow, self.instance.move = cleaned["approves"].split(".")
            self.instance.role = cleaned["role"]
        return cleaned


@admin.register(ApprovalStep)
class ApprovalStepAdmin(admin.ModelAdmin):
    """Who approves what from which amount on. The steps of a life cycle itself stay as they are."""

    form = ApprovalStepForm
    fields = (
        "approves",
        "position",
        "role",
        "side",
        "from_amount",
        "kind",
        "word_zh",
        "word_en",
        "is_active",
    )
    list_display = (
        "what",
        "position",
        "role_word",
        "side",
        "from_amount",
        "kind",
        "is_active",
        "is_fixed",
    )
    list_filter = ("workflow", "is_active")

    @admin.display(description=_("what is approved"), ordering="workflow")
    def what(self, step: ApprovalStep) -> str:
        return dict(_routed()).get(f"{step.workflow}.{step.move}", step.workflow)

    @admin.display(description=_("role"), ordering="role")
    def role_word(self, step: ApprovalStep) -> str:
        return capfirst(BY_NAME[step.role].word) if step.role in BY_NAME else step.role

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request) and not (obj and obj.is_fixed)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Delegation)
class DelegationAdmin(admin.ModelAdmin):
    """Who acts for somebody who is away and cannot say so; later only the last day moves nearer."""

    fields = ("absent", "deputy", "starts_on", "ends_on", "reason")
    list_display = ("absent", "deputy", "starts_on", "ends_on", "created_by")
    list_select_related = ("absent", "deputy", "created_by")
    autocomplete_fields = ("absent", "deputy")

    def get_readonly_fields(self, request, obj=None):
        return ("absent", "deputy", "starts_on", "reason") if obj else ()

    def save_model(self, request, obj, form, change) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

"""People and offices in the admin: for the system administrator, who changes no facts.

Rule: a role is given by its group; nobody hands out single permissions, and nobody is deleted.
"""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from accounts.roles import BY_NAME
from accounts.tasks import Task
from core.admin import ReadOnlyAdmin


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

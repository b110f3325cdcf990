"""The pages about likeness: what a project that is typed may repeat, and telling two apart.

Rule: typing is warned and never held up; telling apart takes a reason and somebody who entered
neither of the two.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.forms import RecordForm
from core.refusals import is_written
from core.requests import Request
from core.views import typed
from projects.forms import ProjectForm
from projects.likeness import likes_of, look_of_form
from projects.models import Project, ToldApart


@require_POST
def typed_likes(request: Request) -> HttpResponse:
    """What the project that is being typed may repeat."""
    if not request.user.has_perm("projects.add_project"):
        raise PermissionDenied
    form = ProjectForm(request.POST, user=request.user, instance=_edited(request))
    context = {"likes": likes_of(look_of_form(form), request.user)}
    return render(request, "projects/_likes.html", context)


def _edited(request: Request) -> Project | None:
    """The project of `?of=` where one is changed; raises Http404 for one out of reach."""
    key = request.GET.get("of", "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(Project.objects.editable_by(request.user), pk=key)


class ApartForm(RecordForm):
    """Why two projects are not the same work."""

    class Meta(RecordForm.Meta):
        model = ToldApart
        fields = ["reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "reason": gettext_lazy("Such as another group of houses, a renewal, another section.")
        }


def apart(request: Request, pk: int, other: int) -> HttpResponse:
    projects = Project.objects.visible_to(request.user).select_related("county", "town", "village")
    both = [get_object_or_404(projects, pk=key) for key in (pk, other)]
    if not request.user.has_perm("projects.add_toldapart"):
        raise PermissionDenied
    if pk == other:
        raise Http404
    form = ApartForm(typed(request), user=request.user)
    later, earlier = sorted(both, key=lambda project: -project.pk)
    form.instance.project, form.instance.other = later, earlier
    form.instance.told_by = request.user
    if request.method == "POST" and form.is_valid() and is_written(form):
        messages.success(request, _("The two are told apart and are not pointed out any more."))
        return redirect(f"{both[0].get_absolute_url()}#likes")
    context: dict[str, Any] = {
        "form": form,
        "project": both[0],
        "both": both,
        "title": _("Not the same project"),
    }
    status = 422 if form.errors else 200
    return render(request, "projects/apart.html", context, status=status)

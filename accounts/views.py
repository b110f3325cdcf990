"""A person's own page: settings, and who acts while the person is away.

Rule: everybody changes the own settings and nobody else's.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import AwayForm, MyForm
from core.approvals import Delegation
from core.requests import Request
from core.views import typed


def me(request: Request) -> HttpResponse:
    """My settings; `?off=` comes from a mail and names the kind that is to end."""
    form = MyForm(typed(request), instance=request.user, off=request.GET.get("off", ""))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:me")
    return _page(request, form, _away_form(request) if request.user.office_id else None)


@require_POST
def delegation_create(request: Request) -> HttpResponse:
    """Names who acts for me while I am away."""
    if not request.user.office_id:
        return redirect("accounts:me")
    away = _away_form(request, request.POST)
    if away.is_valid():
        away.save()
        words = _("%(deputy)s acts for you in these days.") % {"deputy": away.instance.deputy}
        messages.success(request, words)
        return redirect("accounts:me")
    return _page(request, MyForm(instance=request.user), away)


@require_POST
def delegation_end(request: Request, pk: int) -> HttpResponse:
    """Ends at once that somebody acts for me."""
    mine = request.user.delegations.not_over(timezone.localdate())
    delegation = get_object_or_404(mine.select_related("deputy"), pk=pk)
    delegation.ended_at = timezone.now()
    delegation.save(update_fields=["ended_at"])
    words = _("%(deputy)s does not act for you any more.") % {"deputy": delegation.deputy}
    messages.success(request, words)
    return redirect("accounts:me")


def _away_form(request: Request, data=None) -> AwayForm:
    return AwayForm(data, user=request.user, prefix="away")


def _page(request: Request, form: MyForm, away: AwayForm | None) -> HttpResponse:
    today = timezone.localdate()
    refused = [one for one in (form, away) if one and one.errors]
    context = {
        "my_form": form,
        "away_form": away,
        "form": refused[0] if refused else form,
        "deputies": request.user.delegations.not_over(today).select_related("deputy__office"),
        "held": Delegation.objects.held_by(request.user),
        "off": form.off,
        "title": _("My settings"),
    }
    return render(request, "accounts/me.html", context, status=422 if refused else 200)

"""A person's own page.

Rule: everybody changes the own settings and nobody else's.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms import MyForm
from core.requests import Request
from core.views import typed


def me(request: Request) -> HttpResponse:
    """My settings; `?off=` comes from a mail and names the kind that is to end."""
    off = request.GET.get("off", "")
    form = MyForm(typed(request), instance=request.user, off=off)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:me")
    context = {"form": form, "off": off, "title": _("My settings")}
    return render(request, "accounts/me.html", context, status=422 if form.errors else 200)

"""The pages that keep, change and remove one's own views of a list.

Rule: of the address only the filters and the order of that list are kept, and one goes back to that
list and nowhere else; somebody else's view is answered as if it did not exist.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.lists import ALL
from core.punctuation import labelled
from core.requests import Request
from core.saved_views import SavedView, SavedViewForm
from core.views import records_named, typed


@require_http_methods(["GET", "POST"])
def save(request: Request, app: str, name: str) -> HttpResponse:
    """Keeps the filter and the order of the address under a name."""
    records = records_named(request, app, name)
    listed = records.listed(request)
    view = SavedView(owner=request.user, list_key=records.key)
    known = SavedView.objects.filter(owner=view.owner, list_key=view.list_key)
    view = known.filter(name=request.POST.get("name", "").strip()).first() or view
    view.query = listed.query()
    form = SavedViewForm(typed(request), instance=view)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view})
        return redirect(f"{records.url('list')}?{view.query}")
    context = {
        "form": form,
        "title": _("Save this view"),
        "chips": listed.chips(),
        "list_title": records.title,
        "list_url": f"{records.url('list')}?{view.query}",
    }
    return render(request, "core/view_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    """Renames a view, shares it, makes it the one that the list opens with, or removes it."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    records = records_named(request, *view.list_key.split(":"))
    list_url = records.url("list")
    if "remove" in request.POST:
        view.delete()
        messages.success(request, _("The view “%(name)s” is removed.") % {"name": view})
        return redirect(f"{list_url}?{ALL}")
    name = view.name
    form = SavedViewForm(typed(request), instance=view)
    form.fields["name"].help_text = ""
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(f"{list_url}?{view.query}")
    context = {
        "form": form,
        "title": labelled(_("Change this view"), name),
        "view": view,
        "list_title": records.title,
        "list_url": f"{list_url}?{view.query}",
    }
    return render(request, "core/view_form.html", context, status=422 if form.errors else 200)

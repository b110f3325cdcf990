"""Addresses of the start page, of the search, of files, and of what is said on a record."""

from django.urls import path

from core import bulk_pages, entry, files, finder, talk_pages, view_pages, views

app_name = "core"
ON_RECORD = "records/<slug:workflow>/<int:pk>/"
urlpatterns = [
    path("", views.start, name="start"),
    path("search/", finder.search, name="search"),
    path("bulk/<slug:app>/<slug:name>/", bulk_pages.confirm, name="bulk"),
    path("bulk/<uuid:pk>/", bulk_pages.result, name="bulk-result"),
    path("views/<slug:app>/<slug:name>/", view_pages.save, name="view-save"),
    path("views/<int:pk>/", view_pages.edit, name="view-edit"),
    path("files/new/<slug:workflow>/<int:pk>/", files.add, name="file-add"),
    path("files/<int:pk>/", files.show, name="file"),
    path("files/<int:pk>/copy/<int:edge>/", files.show_copy, name="file-copy"),
    path("files/<int:pk>/edit/", files.edit, name="file-edit"),
    path("files/<int:pk>/withdraw/", files.withdraw, name="file-withdraw"),
    path("files/<int:pk>/publish/", files.publish, name="file-publish"),
    path("files/<int:pk>/hide/", files.hide, name="file-hide"),
    path(f"{ON_RECORD}notes/", talk_pages.note_create, name="note-create"),
    path(f"{ON_RECORD}reminders/", talk_pages.reminder_create, name="reminder-create"),
    path(f"{ON_RECORD}follow/", talk_pages.follow_change, name="follow"),
    path(f"{ON_RECORD}people/", talk_pages.people, name="people"),
    path("notes/<int:pk>/strike/", talk_pages.note_strike, name="note-strike"),
    path("drafts/", entry.keep_draft, name="draft-keep"),
    path("drafts/discard/", entry.discard_draft, name="draft-discard"),
]

"""Addresses of the start page, of the search over everything, and of files."""

from django.urls import path

from core import files, finder, views

app_name = "core"
urlpatterns = [
    path("", views.start, name="start"),
    path("search/", finder.search, name="search"),
    path("files/new/<slug:workflow>/<int:pk>/", files.add, name="file-add"),
    path("files/<int:pk>/", files.show, name="file"),
    path("files/<int:pk>/copy/<int:edge>/", files.show_copy, name="file-copy"),
    path("files/<int:pk>/edit/", files.edit, name="file-edit"),
    path("files/<int:pk>/withdraw/", files.withdraw, name="file-withdraw"),
    path("files/<int:pk>/publish/", files.publish, name="file-publish"),
    path("files/<int:pk>/hide/", files.hide, name="file-hide"),
]

"""Addresses of the start page and of the search over everything."""

from django.urls import path

from core import finder, views

app_name = "core"
urlpatterns = [
    path("", views.start, name="start"),
    path("search/", finder.search, name="search"),
]

"""Addresses of a person's own page, and of tasks."""

from django.urls import path

from accounts import task_pages, views

app_name = "accounts"
ON_RECORD = "records/<slug:workflow>/<int:pk>/tasks/"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/delegations/", views.delegation_create, name="delegation-create"),
    path("me/delegations/<int:pk>/end/", views.delegation_end, name="delegation-end"),
    path("tasks/", task_pages.task_list, name="task-list"),
    path("tasks/<int:pk>/", task_pages.task_detail, name="task-detail"),
    path(f"{ON_RECORD}new/", task_pages.task_create, name="task-create"),
    path(f"{ON_RECORD}for/", task_pages.task_targets, name="task-targets"),
]

from django.urls import path

from projects import entries, views

app_name = "projects"
urlpatterns = [
    path("projects/places/", views.places, name="project-places"),
    path("projects/<int:pk>/enter/<slug:kind>/", entries.create, name="entry-create"),
    path("entries/<slug:kind>/<int:pk>/edit/", entries.edit, name="entry-edit"),
    path("entries/<slug:kind>/<int:pk>/follow-up/", entries.follow_up, name="entry-follow-up"),
    path("entries/<slug:kind>/<int:pk>/strike/", entries.strike, name="entry-strike"),
    *views.PROJECTS.urls("projects/"),
    *views.AMENDMENTS.urls("amendments/"),
    *views.ALLOCATIONS.urls("allocations/"),
    *views.PAYMENTS.urls("payments/"),
    *views.APPROPRIATIONS.urls("appropriations/"),
]

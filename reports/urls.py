"""Addresses of the year's overview, of the records behind one figure, and of the progress panel."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("overview/", views.overview, name="overview"),
    path("overview/progress/", views.progress_panel, name="progress-panel"),
    path("overview/<int:year>/", views.overview, name="overview"),
    path("overview/<int:year>/<slug:key>/", views.figure, name="figure"),
]

from django.urls import path

from projects import (
    alarm_pages,
    archive_pages,
    cash_views,
    entry_pages,
    frame_views,
    likeness_pages,
    views,
)

app_name = "projects"
urlpatterns = [
    path("projects/<int:pk>/archive/", archive_pages.take, name="project-archive"),
    path("projects/places/", views.places, name="project-places"),
    path("projects/likes/", likeness_pages.typed_likes, name="project-likes"),
    path("projects/<int:pk>/apart/<int:other>/", likeness_pages.apart, name="project-apart"),
    path("projects/<int:pk>/enter/<slug:kind>/", entry_pages.create, name="entry-create"),
    path("entries/<slug:kind>/<int:pk>/edit/", entry_pages.edit, name="entry-edit"),
    path("entries/<slug:kind>/<int:pk>/follow-up/", entry_pages.follow_up, name="entry-follow-up"),
    path("entries/<slug:kind>/<int:pk>/strike/", entry_pages.strike, name="entry-strike"),
    *views.PROJECTS.urls("projects/"),
    *frame_views.AGREEMENTS.urls("agreements/"),
    *frame_views.PERIODS.urls("plan-periods/"),
    *frame_views.DISASTERS.urls("disasters/"),
    *frame_views.VILLAGES.urls("villages/"),
    *views.AMENDMENTS.urls("amendments/"),
    *views.ALLOCATIONS.urls("allocations/"),
    *views.PAYMENTS.urls("payments/"),
    *views.APPROPRIATIONS.urls("appropriations/"),
    *views.SURPLUSES.urls("surpluses/"),
    path("remittances/", cash_views.REMITTANCES.list, name="remittance-list"),
    path("funds/<int:pk>/commitments/", cash_views.fund_commitments, name="fund-commitments"),
    *alarm_pages.ALARMS.urls("alarms/"),
]

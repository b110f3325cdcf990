"""Addresses. Every page but the portal and the sign-in asks for a login."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("partnerships.urls")),
    path("", include("ledger.urls")),
    path("", include("projects.urls")),
    path("", include("training.urls")),
    path("", include("donations.urls")),
    path("", include("reports.urls")),
    path("portal/", include("portal.urls")),
]

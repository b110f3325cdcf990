"""Addresses of the public pages. No secret stands in any of them."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("find/", views.look_up, name="gift-lookup"),
    path("gift/", views.gift, name="gift"),
    path("gift/close/", views.close_gift, name="gift-close"),
    path("gifts/", views.gifts, name="gift-list"),
    path("projects/", views.projects, name="project-list"),
    path("projects/<slug:number>/", views.project, name="project-detail"),
    path("photographs/<int:pk>/<int:edge>/", views.photograph, name="photograph"),
    path("programmes/", views.programmes, name="programme-list"),
    path("programmes/<slug:key>/", views.programme, name="programme-detail"),
    path("overview/", views.overview, name="overview"),
    path("overview/<int:year>/", views.overview, name="overview"),
    path("how/", views.how, name="how"),
]

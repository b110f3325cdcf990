from django.urls import path

from projects import views

app_name = "projects"
urlpatterns = [
    path("projects/places/", views.places, name="project-places"),
    *views.PROJECTS.urls("projects/"),
    *views.ALLOCATIONS.urls("allocations/"),
    *views.PAYMENTS.urls("payments/"),
    *views.APPROPRIATIONS.urls("appropriations/"),
]

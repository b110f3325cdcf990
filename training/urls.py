"""Addresses of courses and secondments."""

from training import views

app_name = "training"

urlpatterns = [*views.COURSES.urls("courses/"), *views.SECONDMENTS.urls("secondments/")]

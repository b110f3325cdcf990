"""Addresses of donors, programmes, gifts and goods, and of the givers behind a payment."""

from django.urls import path

from donations import views

app_name = "donations"

urlpatterns = [
    *views.DONORS.urls("donors/"),
    *views.PROGRAMMES.urls("programmes/"),
    *views.GIFTS.urls("gifts/"),
    *views.GOODS.urls("goods/"),
    path("gifts/<int:pk>/receipt/", views.receipt, name="gift-receipt"),
    path("donors/options/", views.donor_options, name="donor-options"),
    path("gifts/project-options/", views.project_options, name="project-options"),
    path("payments/<int:pk>/givers/", views.payment_givers, name="payment-givers"),
]

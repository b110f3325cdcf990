"""Addresses of funds and of the closing of periods."""

from ledger.views import CLOSINGS, FUNDS

app_name = "ledger"
urlpatterns = [*FUNDS.urls("funds/"), *CLOSINGS.urls("closings/")]

"""Addresses of funds. A fund has no life cycle, so it has no moves."""

from ledger.views import FUNDS

app_name = "ledger"
urlpatterns = [address for address in FUNDS.urls("funds/") if address.name != "fund-move"]

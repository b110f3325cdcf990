"""The settings of the project, with the peers that it is measured beside."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "djmoney", "mptt", "hordak"]
HORDAK_INTERNAL_CURRENCY = DEFAULT_CURRENCY = "CNY"
HORDAK_CURRENCIES = CURRENCIES = ["CNY"]
HORDAK_MAX_DIGITS = 18

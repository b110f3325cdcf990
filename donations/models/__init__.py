"""The models of giving: donors, programmes and campaigns, gifts in cash and in kind."""

from donations.models.donor import CustodianScoped, Donor
from donations.models.gift import CODE_LENGTH, CODE_LETTERS, Gift, new_check_code
from donations.models.goods import GoodsGift
from donations.models.programme import Programme

__all__ = [
    "CODE_LENGTH",
    "CODE_LETTERS",
    "CustodianScoped",
    "Donor",
    "Gift",
    "GoodsGift",
    "Programme",
    "new_check_code",
]

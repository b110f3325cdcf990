"""Donors, programmes and gifts in the Django admin, by the rules of the pages (core/admin.py)."""

from django.contrib import admin

from core.admin import RecordAdmin, ScopedAdmin
from donations.forms import DonorForm, GiftForm, GoodsGiftForm, ProgrammeForm
from donations.models import Donor, Gift, GoodsGift, Programme


@admin.register(Donor)
class DonorAdmin(ScopedAdmin):
    form = DonorForm
    list_display = ("number", "name_zh", "kind", "custodian", "has_name_consent")
    list_filter = ("kind", "has_name_consent")
    search_fields = ("number", "name_zh", "name_en", "pinyin")
    list_select_related = ("custodian",)


@admin.register(Programme)
class ProgrammeAdmin(ScopedAdmin):
    form = ProgrammeForm
    list_display = ("name_zh", "kind", "fund", "starts_on", "ends_on", "is_public")
    list_filter = ("kind", "is_public")
    search_fields = ("name_zh", "name_en", "pinyin")
    list_select_related = ("fund",)


@admin.register(Gift)
class GiftAdmin(RecordAdmin):
    form = GiftForm
    list_display = ("number", "receipt_number", "donor", "programme", "amount", "status")
    list_filter = ("status", "method")
    search_fields = ("number", "receipt_number", "donor__name_zh", "donor__pinyin")
    list_select_related = ("donor", "programme")
    show_full_result_count = False


@admin.register(GoodsGift)
class GoodsGiftAdmin(RecordAdmin):
    form = GoodsGiftForm
    list_display = ("number", "donor", "goods_zh", "quantity", "unit", "value_amount", "status")
    list_filter = ("status", "basis")
    search_fields = ("number", "goods_zh", "donor__name_zh")
    list_select_related = ("donor",)

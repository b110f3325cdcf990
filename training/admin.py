"""Courses and secondments in the Django admin; rules are those of the pages (core/admin.py)."""

from django.contrib import admin

from core.admin import RecordAdmin
from training.forms import CourseForm, SecondmentForm
from training.models import Course, Secondment


@admin.register(Course)
class CourseAdmin(RecordAdmin):
    form = CourseForm
    list_display = ("number", "name_zh", "kind", "office", "division", "people_count", "status")
    list_filter = ("status", "kind")
    search_fields = ("number", "name_zh", "name_en", "pinyin")
    list_select_related = ("office", "division")


@admin.register(Secondment)
class SecondmentAdmin(RecordAdmin):
    form = SecondmentForm
    list_display = ("number", "name_zh", "rank", "direction", "office", "people_count", "status")
    list_filter = ("status", "rank", "direction")
    search_fields = ("number", "name_zh", "name_en", "pinyin")
    list_select_related = ("office",)

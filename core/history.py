"""History of case records: every change of content, written by trigger, whatever the route.

Rule: a record type is tracked by `@tracked`; who and from which page come with the request.
"""

import pghistory

UNTRACKED = (
    "grams",
    "found_by",
    "pinyin",
    "updated_at",
    "status_at",
    "editors",
    "shape",
    "pixels",
    "tones",
)


def tracked(model):
    """Class decorator: keeps every insert and update of the model's own fields as events."""
    names = {field.name for field in model._meta.local_fields}
    return pghistory.track(exclude=[name for name in UNTRACKED if name in names])(model)

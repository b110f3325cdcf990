"""The forms of files: several chosen at once, the words of one, a reason, a consent.

Rule: a form asks for words; what a file is, its content says (core/content.py).
"""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from core.attachments import Attachment, AttachmentKind
from core.content import ACCEPT
from core.forms import DayField, RecordForm
from core.lifecycle import WORKFLOWS
from core.uploads import AT_ONCE, prepare


class PlainForm(forms.Form):
    """A form whose `<form>` the page writes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for field in self.fields.values():
            RecordForm.prepare(field)


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """The chosen files as a list; an empty one comes through, to be judged like the others."""

    widget = ManyFilesInput

    def clean(self, data, initial=None):
        chosen = [file for file in data or [] if file]
        if not chosen:
            raise ValidationError(_("Choose at least one file."), code="required")
        if len(chosen) > AT_ONCE:
            raise ValidationError(
                _("At most %(limit)s files go at once; these are %(count)s."),
                code="many",
                params={"limit": AT_ONCE, "count": len(chosen)},
            )
        return chosen


class UploadForm(PlainForm):
    """Files to add, with what is true of all of them."""

    uploads = ManyFilesField(
        label=_("Files"),
        help_text=_("Drop them here or choose them: JPEG, PNG, WebP, PDF, Word, Excel, text."),
        widget=ManyFilesInput(attrs={"accept": ACCEPT}),
    )
    kind = forms.ModelChoiceField(AttachmentKind.objects.filter(is_offered=True), label=_("Kind"))
    document_number = forms.CharField(label=_("Document number"), required=False, max_length=60)
    dated_on = DayField(label=_("Day of the document"), required=False)
    caption = forms.CharField(label=_("What it shows"), required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="new_%s", **kwargs)


class FileForm(RecordForm):
    """The words of one file, its kind, and what was left empty so far."""

    class Meta(RecordForm.Meta):
        model = Attachment
        fields = ["kind", "title_zh", "title_en", "caption", "document_number", "dated_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        file = self.instance
        if not file.is_picture:
            kind: Any = self.fields["kind"]
            kind.queryset = kind.queryset.filter(is_photograph=False)
        for name in ("document_number", "dated_on"):
            if getattr(file, name):
                del self.fields[name]


class NewFileForm(RecordForm):
    """A file for the record of this number, in the admin: judged as on the pages."""

    number = forms.CharField(label=_("Number of the record"), max_length=30)
    upload = forms.FileField(label=_("File"), allow_empty_file=True)

    class Meta(RecordForm.Meta):
        model = Attachment
        fields = ["number", "upload", *FileForm.Meta.fields]

    def clean(self):
        values = {**self.cleaned_data}
        number, upload = values.pop("number", ""), values.pop("upload", None)
        if self.errors:
            return self.cleaned_data
        record = self._record(number)
        kind = values.pop("kind").pk
        if record is None:
            self.add_error("number", _("There is no record of this number that you may read."))
            return self.cleaned_data
        try:
            self.instance = prepare(record, upload, kind=kind, by=self.user, **values)
        except PermissionDenied as refusal:
            self.add_error("number", str(refusal))
        except ValidationError as refusal:
            self.add_error("upload", refusal.messages)
        return self.cleaned_data

    def _record(self, number: str):
        """The record of this number within the person's scope, of whatever type it is."""
        rows = (w.model.objects.visible_to(self.user) for w in WORKFLOWS.values())
        return next((row for kind in rows for row in kind.filter(number=number)), None)


class ReasonForm(PlainForm):
    """Why a file is withdrawn."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who reads the record will read it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ConsentForm(PlainForm):
    """What must be true before a photograph is shown to the public."""

    has_consent = forms.BooleanField(
        label=Attachment._meta.get_field("has_consent").verbose_name,
        help_text=_(
            "A smaller copy is shown, with its day and the place of the project. The words beside"
            " it and the place of the camera stay here."
        ),
    )

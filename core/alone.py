"""A page that stands alone: what a reader sees of a record, as one file without a server.

Rule: of the page's own HTML only what is read stays. Forms, buttons, scripts and ways to other
pages go; a way to a file leads to the file beside the page, where there is one.
"""

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
DROPPED = {"script", "form", "button", "nav", "template", "noscript", "input"}
FILE = re.compile(r"^/files/(\d+)/")
SHEETS = ("vendor/bootstrap-5.3.8/bootstrap.min.css", "css/app.css")


class _Reader(HTMLParser):
    """Goes through a page and keeps what stands in its main part, as it is read."""

    def __init__(self, files: dict[int, str]):
        super().__init__(convert_charrefs=False)
        self.files = files
        self.kept: list[str] = []
        self.is_main = False
        self.dropped: list[str] = []  # the open tags within what is left out

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "main":
            self.is_main = True
            return
        if not self.is_main:
            return
        if self.dropped or tag in DROPPED or self._is_icon(tag, values):
            if tag not in VOID:
                self.dropped.append(tag)
            return
        match tag:
            case "a":
                self._way(values)
            case "img":
                self._picture(values)
            case "details":
                self.kept.append("<details open>")
            case _:
                self.kept.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag, attributes):
        if self.is_main and not self.dropped and tag not in DROPPED:
            self.kept.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag):
        if tag == "main":
            self.is_main = False
        elif self.dropped:
            if tag in self.dropped:
                while self.dropped.pop() != tag:
                    pass
        elif self.is_main:
            self.kept.append(f"</{tag}>")

    @staticmethod
    def _is_icon(tag: str, values: dict) -> bool:
        return tag == "svg" and "i" in (values.get("class") or "").split()

    def _way(self, values: dict) -> None:
        """A way that leads nowhere from here keeps its words, and its class for the look of it."""
        address = values.get("href") or ""
        if found := FILE.match(address):
            address = self.files.get(int(found[1]), "")
        if address.startswith(("#", "files/", "https://", "mailto:")):
            self.kept.append(f'<a href="{escape(address)}">')
        else:
            self.kept.append(f'<a class="{escape(values.get("class") or "")}">')

    def _picture(self, values: dict) -> None:
        found = FILE.match(values.get("src") or "")
        if found and (path := self.files.get(int(found[1]))):
            words = escape(values.get("alt") or "")
            self.kept.append(f'<img src="{escape(path)}" alt="{words}" width="320">')

    def handle_data(self, data):
        self._keep(data)

    def handle_entityref(self, name):
        self._keep(f"&{name};")

    def handle_charref(self, name):
        self._keep(f"&#{name};")

    def _keep(self, text: str) -> None:
        if self.is_main and not self.dropped:
            self.kept.append(text)


def main_of(html: str, files: dict[int, str]) -> str:
    """The main part of a page; `files` are the paths of its files by their numbers."""
    reader = _Reader(files)
    reader.feed(html)
    reader.close()
    return "".join(reader.kept)


def alone(html: str, files: dict[int, str], **context) -> bytes:
    """A page as a file of its own, with its look in it."""
    context |= {"main": main_of(html, files), "css": sheets()}
    return render_to_string("core/alone.html", context).encode()


def sheets() -> str:
    """The look of the pages as they are printed, for every medium."""
    found = (Path(path).read_text() for sheet in SHEETS if (path := finders.find(sheet)))
    return "\n".join(found).replace("@media print", "@media all").replace("</", "<\\/")

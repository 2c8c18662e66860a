"""Transcripts of podcasts: the JSON of the Podcast namespace, and its HTML (`<cite>`, `<time>`, `<p>`).

Captions cut what one person says into lines of the same time; they are put together again. The HTML tells beginnings only.

References
----------
Podcastindex.org. Podcast namespace: transcripts.
"""

import html
import re
from collections.abc import Iterator

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import span, starts_only
from talkbalance.formats.cues import plain
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.services import first, has, named, seconds, spoken

_TITLE = "Podcast"
_CITE = re.compile(r"<cite>([^<]{1,200})</cite>\s*<time>([^<]{1,20})</time>")


def _claims(file: File) -> bool:
    value = file.json
    if isinstance(value, dict):
        return has(first(value.get("segments")), "startTime", "endTime", "body")
    return "<cite>" in file.text[:5000] and bool(_CITE.search(file.text[:5000]))


def _read(file: File) -> Found:
    if not isinstance(file.json, dict):
        return spoken(file, starts_only(list(_cited(file))), service=_TITLE, times="start")
    said = (
        span(float(entry["startTime"]), float(entry["endTime"]), named(entry.get("speaker")), entry["body"])
        for entry in file.json["segments"]
    )
    return spoken(file, said, service=_TITLE, times="utterance")


def _cited(file: File) -> Iterator[tuple[float, str, str]]:
    """Yield start, speaker and words: what stands between one name and the next."""
    pieces = _CITE.split(file.text)
    for name, time, words in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        try:
            start = seconds(time)
        except ValueError:
            raise UnreadableFile("formats.broken_time", file=file.name, time=time[:20]) from None
        yield start, named(html.unescape(name).strip().removesuffix(":")), plain(words)


FORMAT = Format(_TITLE, (".json", ".html"), _claims, _read, holds=("speakers", "text", "starts", "ends", "origin"))

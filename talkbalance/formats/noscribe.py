"""noScribe's HTML, whose anchors hold the times, and its WebVTT, whose times are those of each cue's last part and go unread.

What somebody throws in stands in the other's paragraph as `//S02: …//`, with a time of its own in the HTML.

References
----------
Dröge, K. noScribe: AI-based transcription for qualitative research.
"""

import html
import re
from collections.abc import Iterator

from talkbalance.formats.assemble import assemble, span
from talkbalance.formats.cues import plain
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.lines import page
from talkbalance.formats.webvtt import NOSCRIBE, NOTHING
from talkbalance.i18n import text
from talkbalance.meeting import UNKNOWN, Meeting, Source, Utterance, times_of

_TITLE = "noScribe"
_ANCHOR = re.compile(r'<a name="ts_(\d{1,12})_(\d{1,12})_([^"]{0,200})"')
_LABEL = re.compile(r"^(?://)?\s*(?://)?\s*")
_PAUSE = re.compile(r"^\(\d{1,4} [^()\d]{1,20}\)$|\(\.{1,3}\)")
_STAMP = re.compile(r"^\[\d{2}:\d{2}:\d{2}\]\s*")
_HEADING = re.compile(r'<p style="font-weight:\s?600"[^>]{0,200}>([^<]{1,300})</p>')
_CUE = re.compile(r"^[\d:.]+ --> [\d:.]+")


def _claims(file: File) -> bool:
    head = file.text[:20_000].lstrip("\ufeff \n")
    if head.startswith("WEBVTT"):
        return NOSCRIBE in head[:3000]
    return head.startswith("<") and bool(_ANCHOR.search(head))


def _read(file: File) -> Found:
    if file.text.lstrip("\ufeff \n").startswith("WEBVTT"):
        return _untimed(file)
    heading = _HEADING.search(file.text[:20_000])
    return assemble(
        _anchored(file.text),
        source=Source(file.name, _TITLE, "utterance", models=() if _BY_HAND in file.text[:20_000] else (_TITLE,)),
        title=html.unescape(heading[1]) if heading else "",
    )


def _anchored(content: str) -> Iterator[Utterance | None]:
    """Yield what each anchor holds: what stands between it and the next is its own."""
    pieces = _ANCHOR.split(content)
    for start, end, label, rest in zip(pieces[1::4], pieces[2::4], pieces[3::4], pieces[4::4], strict=True):
        speaker = html.unescape(label).removeprefix("//").strip()
        inner = rest.partition("</a>")[0].partition(">")[2]
        words = _words(plain(inner), speaker)
        if words:  # what is left of a note on a pause is nothing
            yield span(int(start) / 1000, int(end) / 1000, speaker or UNKNOWN, "" if words == NOTHING else words)


def _words(said: str, speaker: str) -> str:
    """Return what was said, without the slashes, the name, the time and the notes on pauses around it."""
    said = _LABEL.sub("", said).removeprefix(f"{speaker}:").strip() if speaker else said
    return " ".join(_PAUSE.sub("", _STAMP.sub("", said)).split()).removesuffix("//").strip()


def _untimed(file: File) -> Found:
    """Return names and words of the WebVTT in their order: its cues do not tell when they began.

    A cue is named after its last part; where that was thrown in (`<v //S02>`), nobody is named for the rest.
    """
    lines = []
    for line in file.lines:
        if line.startswith("<v "):
            name, _, words = line[3:].partition(">")
            lines.append(f"{UNKNOWN if name.startswith('//') else name}: {plain(words)}")
    found = page(lines, file.name)
    said = found.utterances() if found else ()
    source = Source(file.name, f"{_TITLE} (WebVTT)", "none", overlap_observable=False, models=(_TITLE,))
    return assemble(said, source=source, notes=(text("formats.noscribe_times"),))


_STYLE = (
    ":root { color-scheme: light dark } body { font: 1rem/1.5 sans-serif; max-width: 45em; margin: 2em auto; padding: 0 1em }"
    " .time { opacity: .75 }"
)
_BY_HAND = '<meta name="made" content="by hand" />'


def _write(meeting: Meeting) -> str:
    """One paragraph for each time somebody has the floor alone or first; who talks into it stands between slashes."""
    title = html.escape(meeting.title or _TITLE)
    made = "" if meeting.source.models else f"\n{_BY_HAND}"
    body = "".join(f"<p >{''.join(parts)}</p>\n" for parts in _paragraphs(meeting))
    heading = f'<p style="font-weight:600" >{title}</p>' if meeting.title else ""
    return (
        '<!DOCTYPE html>\n<html >\n<head >\n<meta charset="UTF-8" />'
        f"{made}\n<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body >\n{heading}\n{body}</body>\n</html>\n"
    )


def _paragraphs(meeting: Meeting) -> Iterator[list[str]]:
    parts: list[str] = []
    holder, reached = "", 0.0
    for utterance in meeting.utterances:
        _, end = times_of(utterance)
        first = not parts or (utterance.speaker != holder and end > reached)
        if first:
            if parts:
                yield parts
            parts, holder = [], utterance.speaker
        parts.append(_anchor(utterance, first=first, within=utterance.speaker != holder))
        reached = max(reached, end)
    if parts:
        yield parts


def _anchor(utterance: Utterance, *, first: bool, within: bool) -> str:
    """Return an utterance with its time: the first of a paragraph says whose it is, one thrown in stands between slashes."""
    start, end = times_of(utterance)
    name = html.escape(utterance.speaker)
    words = html.escape(" ".join(utterance.text.split())) or NOTHING
    said = f" {words}"
    if first:
        said = f'{name}: <span class="time" >[{_hours(start)}]</span> {words}'
    elif within:
        said = f" //{name}: {words}//"
    label = f"//{name}" if within else name
    return f'<a name="ts_{round(start * 1000)}_{round(end * 1000)}_{label}" >{said}</a>'


def _hours(moment: float) -> str:
    whole = int(moment)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


FORMAT = Format(_TITLE, (".html",), _claims, _read, _write, holds=("speakers", "text", "starts", "ends", "overlaps", "origin"))

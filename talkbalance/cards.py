"""Which card explains a measure: the question it answers, its rule, and what it cannot say.

The cards stand in `docs/measures/de` and `docs/measures/en`; an installed package carries them along.
"""

import re
from pathlib import Path

from talkbalance.errors import InvalidParameter
from talkbalance.i18n import Language
from talkbalance.i18n import language as of_the_user

CARDS: dict[str, tuple[str, ...]] = {
    "share": ("speaking_time", "share", "share_of_meeting", "solo_time", "overlap_time"),
    "balance": ("dominated_windows",),
    "dynamics": ("balanced_windows",),
    "participation": ("participation_entropy", "participation_gini"),
    "longest_stretch": ("longest_stretch", "long_stretch_time"),
    "first_ten": ("first_ten_share", "first_ten_longest"),
    "turn_length": ("turns", "turn_length", "turn_length_asymmetry"),
    "response_time": ("response_time", "response_immediate", "response_lapse"),
    "silences": ("silences", "silence_time", "longest_silence"),
    "switches": ("switch_rate",),
    "listener_signals": ("backchannels", "backchannel_rate", "backchannel_coverage"),
    "floor_taking": ("interruptions_floor_taking",),
    "likely_interruptions": ("interruptions",),
    "failed_attempts": ("interruptions_failed",),
    "interruption_rate": ("interruption_rate", "interruption_asymmetry"),
    "resumption": ("interruptions_resumed",),
    "questions": ("questions", "question_rate", "question_ratio"),
    "question_kinds": ("open_question_share", "why_questions"),
    "follow_up": ("follow_up_share",),
    "answered": ("answered_share",),
    "uptake": ("uptake", "uptake_similarity"),
    "callbacks": ("callback_rate",),
    "reflections": ("reflections", "reflection_question_ratio"),
    "dismissals": ("dismissals",),
    "pitch_runs": ("pitch_runs",),
    "reciprocity": ("reciprocity_questions", "reciprocity_backchannels", "reciprocity_uptake"),
}
"""By card the measures it explains, in the order in which the cards are read."""

CARD_OF = {measure: card for card, measures in CARDS.items() for measure in measures}
"""By measure its card."""

HERE = Path(__file__).resolve().parent
PLACES = (HERE / "cards_text", HERE.parent / "docs" / "measures")
"""Where the cards lie: beside an installed package, or in the documentation of a checkout."""

_MARKS = re.compile(r"<!--.*?-->", re.DOTALL)
"""Where `python -m benchmarks.cards` fills in figures."""


def link(measure: str) -> str:
    """Return where the card of a measure stands, in the language of the user.

    Raises
    ------
    InvalidParameter
        For a name that is no measure.

    >>> link("share_of_meeting").removeprefix("docs/measures/")[2:]
    '/share.md'
    """
    return f"docs/measures/{of_the_user()}/{_card(measure)}.md"


def card(measure: str, language: Language | None = None) -> str:
    """Return the card of a measure as Markdown.

    Parameters
    ----------
    language
        "de" or "en"; None for the language of the user.

    Raises
    ------
    InvalidParameter
        For a name that is no measure.

    >>> card("share", "en").splitlines()[0]
    '# Speaking share'
    """
    name = f"{language or of_the_user()}/{_card(measure)}.md"
    place = next(place for place in PLACES if (place / name).exists())
    return _MARKS.sub("", (place / name).read_text(encoding="utf-8"))


def _card(measure: str) -> str:
    if measure not in CARD_OF:
        raise InvalidParameter("parameter.choice", name="measure", value=measure, choices=", ".join(CARD_OF))
    return CARD_OF[measure]

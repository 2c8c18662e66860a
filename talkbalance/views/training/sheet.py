"""The sheet of a workshop: one HTML file for A4, with what was guessed, written and rated, and room to write."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from talkbalance.formats.files import write_atomically
from talkbalance.i18n import language, text
from talkbalance.meeting import AGENCY, clock
from talkbalance.views.report import environment
from talkbalance.views.training.guess import GUESSED, guess_table
from talkbalance.views.training.hear import HEARD
from talkbalance.views.training.part import AFTER, BEFORE
from talkbalance.views.training.rate import RATED, RATINGS
from talkbalance.views.training.side_by_side import changes_table
from talkbalance.views.training.telling import Clip, telling
from talkbalance.views.writing import side_name

if TYPE_CHECKING:
    from talkbalance.views.training.workshop import Workshop

PLAN = (("guess", 10), ("hear", 15), ("rate", 15), ("both", 10), ("next", 10))
"""What the hour is made of, in minutes."""


def sheet(lesson: "Workshop", path: Path) -> Path:
    """Write the sheet of a workshop and return its path; the file is whole or not there.

    As long as nobody has guessed it tells no figure and not what was counted: it can be handed out.

    Parameters
    ----------
    lesson
        The workshop, with its meetings and what was kept.
    path
        The HTML file. It needs no network and runs no script.
    """
    meeting = lesson.meeting()
    clips = telling(meeting, most=HEARD) if meeting.timed else ()
    rated = telling(meeting, most=RATED) if meeting.timed else ()
    guesses, ratings = (lesson.notes.of(meeting, topic) for topic in ("guesses", "ratings"))
    page = environment().get_template("sheet.html.j2")
    content = page.render(
        language=language(),
        meetings=[lesson.meeting(which).title or lesson.file(which).name for which in (BEFORE, AFTER)],
        plan=[(text(f"training.plan_{name}"), minutes) for name, minutes in PLAN],
        guessed=[text(f"training.guess_{name}", side=_side(lesson)) for name in GUESSED],
        guesses=_made(guess_table(meeting, lesson.measured(), guesses)) if guesses else "",
        clips=[(clip, str(lesson.notes.of(meeting, "asked").get(clip.key, ""))) for clip in clips],
        ratings=[(clip, _ratings(ratings, clip)) for clip in rated],
        raters=list(ratings),
        changes=_made(changes_table(meeting, lesson.meeting(AFTER), *(lesson.measured(which) for which in (BEFORE, AFTER)))),
        moments=lesson.saved.moments,
        clock=clock,
    )
    write_atomically(path, content)
    return path


def _side(lesson: "Workshop") -> str:
    meeting = lesson.meeting()
    return side_name(AGENCY if meeting.sided else meeting.sides[0])


def _ratings(ratings: dict[str, Any], clip: Clip) -> list[str]:
    """Return what everybody said of a moment, "" where they said nothing."""
    given = (rating.get(clip.key) if isinstance(rating, dict) else None for rating in ratings.values())
    return [text(f"training.rating_{value}") if value in RATINGS else "" for value in given]


def _made(html: str) -> Markup:
    """Return a table that escapes what it is given itself."""
    return Markup(html)  # noqa: S704

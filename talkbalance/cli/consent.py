"""Options that record who agreed to a meeting being measured, and until when it is kept."""

import argparse
from dataclasses import replace
from datetime import date

from talkbalance.i18n import text
from talkbalance.meeting import Meeting


def consent_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--consent", metavar="TEXT", help=text("consent.help"))
    parser.add_argument("--retain-until", metavar=text("consent.day"), type=_day, help=text("consent.help_retain"))


def with_consent(meeting: Meeting, options: argparse.Namespace) -> Meeting:
    """Return the meeting with what the options record; what it held already stays where they say nothing."""
    details = meeting.details
    said = (options.consent or "").strip() or details.consent
    return replace(meeting, details=replace(details, consent=said, retain_until=options.retain_until or details.retain_until))


def consent_notice(meeting: Meeting) -> str:
    """Return what has to be said about consent and retention, in one line."""
    details = meeting.details
    agreed = text("consent.given", consent=details.consent) if details.consent else text("consent.missing")
    kept = text("consent.retained", day=details.retain_until.isoformat()) if details.retain_until else text("consent.unlimited")
    return f"{agreed} {kept}"


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(text("consent.no_day", written=written)) from None

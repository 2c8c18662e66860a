"""What can go wrong, in the user's words: what it is, where, and what to do.

Every error of ours carries a key of `i18n` and the data of the case, so that a page can show it in another language than
the one it was raised in, and a test can look at the data instead of the sentence.
"""

from talkbalance.i18n import text


class TalkbalanceError(Exception):
    """The family: one clear sentence, never a traceback, for whoever catches it.

    Parameters
    ----------
    key
        Name of the sentence in `i18n`.
    data
        What the sentence speaks of: a file, a value, a place in the file.
    """

    def __init__(self, key: str, /, **data: object) -> None:
        super().__init__(key)
        self.key = key
        self.data = data

    def __str__(self) -> str:
        return text(self.key, **self.data)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.key, self.data)


def _rebuild(kind: type[TalkbalanceError], key: str, data: dict[str, object]) -> TalkbalanceError:
    return kind(key, **data)


class InvalidMeeting(TalkbalanceError):  # noqa: N818 -- said as the user would: an invalid meeting
    """A meeting was built from parts that do not fit together."""


class UnreadableFile(TalkbalanceError):  # noqa: N818
    """A transcript or table could not be read; the data name the file and the line."""


class UnusableSound(TalkbalanceError):  # noqa: N818
    """A recording could not be decoded or holds nothing to analyse."""


class MissingModel(TalkbalanceError):  # noqa: N818
    """Weights or a library that are needed are not there; the sentence says what to install."""


class UnknownSide(TalkbalanceError):  # noqa: N818
    """A side names somebody who does not speak in this meeting."""


class Unavailable(TalkbalanceError):  # noqa: N818
    """A measure cannot be taken on this meeting; the sentence gives the reason."""


class InvalidParameter(TalkbalanceError, ValueError):  # noqa: N818
    """A threshold or option has a value it cannot have."""


class ImpossibleCorrection(TalkbalanceError):  # noqa: N818
    """A correction speaks of somebody or something that is not in the meeting."""


class TalkbalanceWarning(UserWarning):
    """Something was left out or put right on the way; the figures stand all the same."""

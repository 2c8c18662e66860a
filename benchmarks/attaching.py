"""A transcript and its recording brought together, on the samples: `python -m benchmarks.attaching`.

The transcript has the words and names of the truth in their order, without times, as Google Meet writes it. Compared with the truth
are the recording as it is heard alone, and the transcript with its recording attached.
"""

from collections.abc import Iterator

from benchmarks.shared import ROOT, publish, table
from talkbalance.attaching import attached
from talkbalance.comparison import compare
from talkbalance.formats import read
from talkbalance.meeting import Meeting, Source, Utterance
from talkbalance.pipeline import transcribe

SAMPLES = {
    "erstgespraech_de": "erstgespraech_de.mp3",
    "zweitgespraech_de": "zweitgespraech_de.m4a",
    "first_meeting_en": "first_meeting_en.mp3",
}
MEASURES = ("der", "overlap_f1", "share_error", "wer_by_speaker")


def main() -> None:
    """Measure, and write `results/attaching.md`."""
    publish(
        "attaching",
        "# A transcript and its recording",
        str(__doc__).partition("\n\n")[2].strip(),
        "Command: `python -m benchmarks.attaching`. Overlaps of the transcript alone cannot be seen.",
        table(("sample", "from", *MEASURES), list(_rows())),
    )


def _rows() -> Iterator[tuple[object, ...]]:
    for name, sound in SAMPLES.items():
        truth = read(ROOT / "samples" / f"{name}.meeting.json")
        heard = transcribe(ROOT / "samples" / sound, language=truth.language, speakers=len(truth.speakers))
        for label, meeting in (("recording", heard), ("both", attached(_transcript(truth), heard))):
            rows = compare(truth, meeting)
            found = rows[rows["side"] == ""].set_index("measure")["hypothesis"]
            yield name, label, *(float(found[measure]) for measure in MEASURES)


def _transcript(truth: Meeting) -> Meeting:
    said = tuple(Utterance(None, None, utterance.speaker, utterance.text) for utterance in truth.utterances if utterance.text)
    source = Source("call.txt", "Text", "none", overlap_observable=False)
    return Meeting(truth.speakers, said, None, language=truth.language, source=source)


if __name__ == "__main__":
    main()

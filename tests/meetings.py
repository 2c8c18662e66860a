"""Strategies that make meetings of every shape, for property tests."""

from hypothesis import strategies as st

from talkbalance.meeting import Meeting, Source, Speaker, Utterance, tidy

TEXTS = (
    "",
    "mhm",
    "ja genau",
    "Guten Tag.",
    "Was meinen Sie damit?",
    "und dann kam die",
    "Größe zählt, oder?",
    "Ağustos Москва",
)


@st.composite
def meetings(draw: st.DrawFn, *, sided: bool | None = None) -> Meeting:
    """Up to four people, up to thirty utterances, some of them silent, overlapping, nested or simultaneous."""
    names = ["Eva", "Baum", "Łukasz", "Özil"][: draw(st.integers(1, 4))]
    with_sides = draw(st.booleans()) if sided is None else sided
    speakers = [Speaker(name, ("agency", "client")[i % 2] if with_sides else "") for i, name in enumerate(names)]
    spans = draw(
        st.lists(
            st.tuples(st.integers(0, 60_000), st.integers(1, 12_000), st.sampled_from(names), st.sampled_from(TEXTS)),
            max_size=30,
        )
    )
    utterances = [Utterance(start / 1000, (start + length) / 1000, name, text) for start, length, name, text in spans]
    rest = draw(st.integers(0, 20_000)) / 1000
    tidied = tidy(utterances).utterances
    duration = max((u.end or 0.0 for u in tidied), default=0.0) + rest
    return Meeting(tuple(speakers), tidied, duration, language="de", source=Source(times="utterance", overlap_observable=True))

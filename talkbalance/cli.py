"""The command line: `talkbalance analyze call.mp4` and what goes with it.

Progress and messages go to stderr, results to stdout. Exit codes: 0 done, 1 the input cannot be analysed (one sentence says
why and what to do), 2 wrong usage. No traceback ever reaches a user.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import tomllib
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from talkbalance import i18n
from talkbalance.errors import TalkbalanceError, TalkbalanceWarning, Unavailable, UnreadableFile
from talkbalance.i18n import text
from talkbalance.meeting import AGENCY, CLIENT, Meeting, Sides, clock, times_of

DONE, FAILED, WRONG_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _choose_language(given)
    options = _parser().parse_args(given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries' warnings speak to their developers
        warnings.simplefilter("always", category=TalkbalanceWarning)
        warnings.showwarning = _say_warning
        try:
            options.run(options)
        except BrokenPipeError:  # the reader of stdout has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (Exception, KeyboardInterrupt) as error:
            if os.environ.get("TALKBALANCE_DEBUG"):
                raise
            print(f"talkbalance: {_sentence(error)}", file=sys.stderr)
            if isinstance(error, KeyboardInterrupt):
                _leave()
            return FAILED
    return DONE


def _leave() -> None:
    """End at once: a thread that computes cannot be told to stop, and nobody wants to wait for what is thrown away."""
    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(FAILED)


def _sentence(error: BaseException) -> str:
    """Return what to tell the user: whatever happened, one sentence and no traceback."""
    match error:
        case TalkbalanceError():
            return str(error)
        case KeyboardInterrupt():
            return text("cli.stopped")
        case MemoryError():
            return text("cli.memory")
        case OSError():
            return text("cli.system", what=error.strerror or type(error).__name__, where=error.filename or "-")
        case _:
            return text("cli.unexpected", kind=type(error).__name__, what=" ".join(str(error).split())[:200])


def _say_warning(message: Warning | str, *_: object, **__: object) -> None:
    print(f"talkbalance: {message}", file=sys.stderr)


def _choose_language(arguments: Sequence[str]) -> None:
    """Read `--ui` before anything is said: the help is in that language too."""
    for i, argument in enumerate(arguments):
        code = argument.partition("=")[2] if argument.startswith("--ui=") else None
        code = arguments[i + 1] if argument == "--ui" and i + 1 < len(arguments) else code
        for known in i18n.LANGUAGES:
            if code == known:
                i18n.set_language(known)


# ---------------------------------------------------------------------------------------------------- the parser


class _Help(argparse.HelpFormatter):
    """Help with our word for "usage"."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ANN401
        super().add_usage(usage, actions, groups, text("cli.usage") + " " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """A parser that speaks the user's language where argparse has sentences of its own."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 -- passed on as they are
        super().__init__(formatter_class=_Help, add_help=False, allow_abbrev=False, **settings)
        self._positionals.title, self._optionals.title = text("cli.arguments"), text("cli.options")
        self.add_argument("-h", "--help", action="help", help=text("cli.help_help"))
        self.add_argument("--ui", choices=i18n.LANGUAGES, help=text("cli.help_ui"))

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"talkbalance: {text('cli.wrong', what=message)}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="talkbalance", description=text("cli.description"))
    parser.add_argument("--version", action="version", version=_version(), help=text("cli.help_version"))
    commands = parser.add_subparsers(title=text("cli.commands"), required=True, metavar=text("cli.command"))

    def command(name: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        said = text(f"cli.{name}")
        added = commands.add_parser(name, help=said, description=said)
        added.set_defaults(run=run)
        return added

    analyze = command("analyze", _analyze)
    _hearing_options(analyze)
    analyze.add_argument("-o", "--output", metavar="DIR", type=Path, help=text("cli.help_output_dir"))
    analyze.add_argument("--json", action="store_true", help=text("cli.help_json"))

    transcribe = command("transcribe", _transcribe)
    _hearing_options(transcribe)
    transcribe.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=text("cli.help_output"))

    measure = command("measure", _measure)
    measure.add_argument("file", metavar="FILE", type=Path, help=text("cli.help_transcript"))
    _side_options(measure)
    shape = measure.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help=text("cli.help_json"))
    shape.add_argument("--csv", action="store_true", help=text("cli.help_csv"))

    report = command("report", _report)
    report.add_argument("file", metavar="FILE", type=Path, help=text("cli.help_transcript"))
    _side_options(report)
    report.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help=text("cli.help_output_html"))

    convert = command("convert", _convert)
    convert.add_argument("source", metavar="IN", type=Path, help=text("cli.help_transcript"))
    convert.add_argument("target", metavar="OUT", type=Path, help=text("cli.help_convert_out"))

    command("formats", _formats)
    doctor = command("doctor", _doctor)
    doctor.add_argument("files", metavar="FILE", type=Path, nargs="*", help=text("cli.help_doctor_files"))
    _model_options(doctor)
    return parser


def _hearing_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help=text("cli.help_files"))
    _model_options(parser)
    parser.add_argument("--speakers", type=int, metavar="N", help=text("cli.help_speakers"))
    _side_options(parser)
    parser.add_argument("--vocabulary", metavar="FILE", type=Path, help=text("cli.help_vocabulary"))
    parser.add_argument("--fresh", action="store_true", help=text("cli.help_fresh"))
    parser.add_argument("--rttm", metavar="FILE", type=Path, help=text("cli.help_rttm"))


def _model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", default="auto", metavar="de|en|auto", help=text("cli.help_language"))
    parser.add_argument(
        "--engine",
        default="faster-whisper",
        choices=("faster-whisper", "openai-whisper", "transformers"),
        help=text("cli.help_engine"),
    )
    parser.add_argument("--model", default="base", help=text("cli.help_model"))


def _side_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sides", metavar="sides.toml", type=Path, help=text("cli.help_sides"))
    parser.add_argument("--agency", metavar="NAME", nargs="+", default=[], help=text("cli.help_agency"))
    parser.add_argument("--client", metavar="NAME", nargs="+", default=[], help=text("cli.help_client"))


def _version() -> str:
    from importlib.metadata import version

    return f"talkbalance {version('talkbalance')}"


# ---------------------------------------------------------------------------------------------------- the commands


def _analyze(options: argparse.Namespace) -> None:
    meeting = _heard(options)
    meeting = meeting if meeting.sided or options.json else _asked(meeting)
    written = None if options.json and options.output is None else _write_all(meeting, options.output or Path())
    if options.json:
        print(json.dumps(_document(meeting), ensure_ascii=False, allow_nan=False))
    else:
        _print_summary(meeting)
    for path in written or ():
        print(text("cli.written", path=path), file=sys.stderr)


def _transcribe(options: argparse.Namespace) -> None:
    from talkbalance.formats import write

    _must_be_writable(options.output)
    write(_heard(options), options.output)


def _measure(options: argparse.Namespace) -> None:
    meeting = _sided(_read(options.file), options)
    if options.json:
        print(json.dumps(_document(meeting), ensure_ascii=False, allow_nan=False))
    elif options.csv:
        from talkbalance.summary import summary

        summary(meeting).to_csv(sys.stdout, index=False)
    else:
        _print_summary(meeting)


def _report(options: argparse.Namespace) -> None:
    from talkbalance.views.report import report

    _must_be_writable(options.output)
    report(_sided(_read(options.file), options), options.output)
    print(text("cli.written", path=options.output), file=sys.stderr)


def _convert(options: argparse.Namespace) -> None:
    from talkbalance.formats import write

    _must_be_writable(options.target)
    write(_read(options.source), options.target)


def _formats(_: argparse.Namespace) -> None:
    from talkbalance.formats import formats

    for entry in formats():
        written = text("cli.reads_writes") if entry.write else text("cli.reads")
        print(f"{entry.title:12} {', '.join(entry.endings):16} {written}")
    print(text("cli.sound_formats"))


def _doctor(options: argparse.Namespace) -> None:
    from talkbalance.doctor import examine

    if options.files:
        _foretell(options)
        return
    findings = list(examine())
    for finding in findings:
        print(f"{'ok ' if finding.good else '-- '} {finding.what:28} {finding.found}")
    print(text("cli.doctor_good" if all(f.good or not f.needed for f in findings) else "cli.doctor_bad"))


def _foretell(options: argparse.Namespace) -> None:
    from talkbalance.doctor import about
    from talkbalance.pipeline import foretell

    with _progress() as watch:
        found = foretell(options.files, language=_spoken(options), engine=options.engine, model=options.model, progress=watch)
    files, model = ", ".join(path.name for path in options.files), f"{options.engine} {Path(options.model).name}"
    length, speech = clock(found.duration), clock(found.speech)
    print(text("cli.foretold", files=files, length=length, speech=speech, model=model, time=about(found.seconds)))


# ---------------------------------------------------------------------------------------------------- hearing and sides


def _spoken(options: argparse.Namespace) -> str | None:
    return None if options.language == "auto" else options.language


def _heard(options: argparse.Namespace) -> Meeting:
    from talkbalance.pipeline import transcribe

    vocabulary = "" if options.vocabulary is None else _vocabulary(options.vocabulary)
    sides = _sides(options)  # a mistake there is told before an hour is heard
    with _progress() as watch:
        return transcribe(
            options.files,
            language=_spoken(options),
            speakers=options.speakers,
            engine=options.engine,
            model=options.model,
            vocabulary=vocabulary,
            spans=options.rttm,
            sides=sides,
            progress=watch,
            expect=_say_time,
            fresh=options.fresh,
        )


def _say_time(seconds: float) -> None:
    from tqdm import tqdm

    from talkbalance.doctor import about

    tqdm.write(f"talkbalance: {text('cli.expected', time=about(seconds))}", file=sys.stderr)  # above the bars


def _vocabulary(path: Path) -> str:
    from talkbalance.formats.files import read_text

    return ", ".join(line.strip() for line in read_text(path).splitlines() if line.strip())


@contextmanager
def _progress() -> Iterator[Callable[[str, float, float], None]]:
    """Yield a watcher that draws one bar per stage, with the time left, at a terminal only; stages run beside one another."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}
    names = {stage: text(f"cli.stage_{stage}") for stage in ("decode", "voices", "words")}  # threads know no language

    def watch(stage: str, done: float, total: float) -> None:
        if stage not in bars:
            if (decoding := bars.get("decode")) is not None:
                decoding.close()
            shape = "{desc} {percentage:3.0f}% |{bar}| {elapsed}<{remaining}" if total else "{desc} {n:.0f} s {elapsed}"
            bars[stage] = tqdm(
                total=total or None,
                desc=names[stage],
                bar_format=shape,
                smoothing=0,  # words come in batches, two at a time: only their mean tells how fast they come
                disable=None,
                file=sys.stderr,
            )
        bars[stage].update(max(0.0, done - bars[stage].n))

    try:
        yield watch
    finally:
        for bar in bars.values():
            bar.close()


def _read(path: Path) -> Meeting:
    from talkbalance.formats import read

    return read(path)


def _sides(options: argparse.Namespace) -> Sides:
    """Return the sides the user gave, by file and by name."""
    sides: dict[str, list[str]] = {}
    if options.sides is not None:
        from talkbalance.formats.files import read_text

        try:
            given = tomllib.loads(read_text(options.sides))
        except tomllib.TOMLDecodeError as error:
            raise UnreadableFile("cli.broken_sides", file=options.sides, why=error) from None
        for side, entries in given.items():
            if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
                raise UnreadableFile("cli.broken_sides", file=options.sides, why=f"{side} = {entries!r}")
            sides[side] = list(entries)
    for side in (AGENCY, CLIENT):
        sides[side] = [*sides.get(side, []), *getattr(options, side)]
    return {side: entries for side, entries in sides.items() if entries}


def _sided(meeting: Meeting, options: argparse.Namespace) -> Meeting:
    """Return the meeting with the sides the user gave, or asked for at a terminal."""
    if sides := _sides(options):
        return meeting.with_sides(sides)
    return meeting if meeting.sided else _asked(meeting)


def _asked(meeting: Meeting) -> Meeting:
    """Ask who each voice is, with a short excerpt of what it says; only at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return meeting
    print(text("cli.ask_intro"), file=sys.stderr)
    sides: dict[str, list[str]] = {AGENCY: [], CLIENT: []}
    for speaker in meeting.speakers:
        moment = meeting.clear_moment(speaker.name)
        if moment is None:
            continue
        start, end = times_of(moment)
        print(f'\n{speaker.name}, {clock(start)}-{clock(end)}: "{moment.text[:160]}"', file=sys.stderr)
        print(text("cli.ask", name=speaker.name), end=" ", file=sys.stderr, flush=True)
        answer = sys.stdin.readline().strip()
        letter, _, name = answer.partition(" ")
        side = {"a": AGENCY, "k": CLIENT, "c": CLIENT}.get(letter.lower())
        if side:
            sides[side].append(f"{speaker.name}={name.strip()}" if name.strip() else speaker.name)
    return meeting.with_sides(sides)


# ---------------------------------------------------------------------------------------------------- results


def _must_be_writable(path: Path) -> None:
    """Say that a result cannot be written before the work, not after it."""
    if path.is_dir() or not path.parent.is_dir():
        raise UnreadableFile("cli.no_folder", path=path)


def _tables(meeting: Meeting) -> dict[str, Any]:
    """Return the tables of the contract; where one is unavailable, its reason."""
    from talkbalance.metrics.interruptions import interruptions
    from talkbalance.metrics.questions import questions
    from talkbalance.metrics.speaking import speaking_time

    found: dict[str, Any] = {}
    for name, measure in (("interruptions", interruptions), ("questions", questions), ("speaking_time", speaking_time)):
        try:
            found[name] = measure(meeting)
        except Unavailable as reason:
            found[name] = reason
    return found


def _document(meeting: Meeting) -> dict[str, Any]:
    """Return what `--json` prints: the meeting, the summary, and each table or null with its reason."""
    from talkbalance.formats.native import to_document
    from talkbalance.frames import records
    from talkbalance.summary import summary

    tables = _tables(meeting)
    missing = {name: str(found) for name, found in tables.items() if isinstance(found, Unavailable)}
    return {
        "meeting": to_document(meeting),
        "summary": records(summary(meeting)),
        **{name: None if name in missing else records(found) for name, found in tables.items()},
        "unavailable": missing,
    }


def _write_all(meeting: Meeting, folder: Path) -> list[Path]:
    """Write meeting, tables and report; all of them or none."""
    from talkbalance.formats import write
    from talkbalance.summary import summary
    from talkbalance.views.report import report

    folder.mkdir(parents=True, exist_ok=True)
    stem = meeting.title.replace("/", "_")
    with tempfile.TemporaryDirectory(prefix=".talkbalance-", dir=folder) as scratch:
        made = Path(scratch)
        write(meeting, made / f"{stem}.meeting.json")
        summary(meeting).to_csv(made / f"{stem}.summary.csv", index=False)
        for name, found in _tables(meeting).items():
            if not isinstance(found, Unavailable):
                found.to_csv(made / f"{stem}.{name}.csv", index=False)
        report(meeting, made / f"{stem}.report.html")
        ordered = sorted(made.iterdir(), key=lambda path: (path.suffix == ".html", path.name))  # the report is what to open
        return [path.replace(folder / path.name) for path in ordered]


def _print_summary(meeting: Meeting) -> None:
    from talkbalance.views.overview import overview

    print(overview(meeting))


if __name__ == "__main__":
    sys.exit(main())

"""`garance journal verify|head|export|import`: prove the journal, deposit its heads, carry its facts elsewhere."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from pathlib import Path

import msgspec

from garance.journal.head import Head, read_head
from garance.journal.sqlite import SqliteStore
from garance.journal.verify import Report, heads_of
from garance.kernel.refusal import Refused
from garance.server.console import UNSOUND, Console, Verbs
from garance.server.data_folder import DataFolder
from garance.server.verbs.integrity import verify_folder
from garance.server.verbs.options import add_settings, chosen_settings

SHOWN_FAULTS = 50
MAX_HEADS_BYTES = 4 << 20


def register(verbs: Verbs) -> None:
    """Add the verb and its own verbs."""
    journal = verbs.add("journal", ("prouver et transporter le journal", "prove and carry the journal"))
    inner = Verbs(journal, name="journal verb")
    words = ("vérifier toute la chaîne, même en marche", "verify the whole chain, even while it runs")
    verifying = inner.add("verify", words, run_verify)
    told = verbs.pick(("têtes déposées ailleurs, une par ligne", "heads deposited elsewhere, one per line"))
    verifying.add_argument("--heads", type=Path, action="append", default=[], help=told,
                           metavar=verbs.pick(("FICHIER", "FILE")))  # fmt: skip
    words = ("les têtes signées, à déposer ailleurs", "the signed heads, to deposit elsewhere")
    for each in (verifying, inner.add("head", words, run_head)):
        add_settings(each)


def _folder(args: Namespace, console: Console) -> DataFolder:
    return DataFolder(chosen_settings(args, console).data)


def run_verify(args: Namespace, console: Console) -> int:
    """Verify, and say everything that is wrong; exit code 3 if anything is."""
    heads = [head for file in args.heads for head in read_heads(file)]
    report = verify_folder(_folder(args, console), heads)
    _tell(report, console)
    return 0 if report.sound else UNSOUND


def read_heads(file: Path) -> list[Head]:
    """The heads of a file, one JSON object per line; refuses `head-malformed` and `head-not-genuine`."""
    try:
        with file.open("rb") as opened:
            lines = opened.read(MAX_HEADS_BYTES).splitlines()
    except OSError as problem:
        raise Refused("head-malformed", detail={"file": str(file)}) from problem
    return [read_head(line) for line in lines if line.strip()]


def _tell(report: Report, console: Console) -> None:
    chains = len(report.chains)
    console.say(
        f"Faits lus : {report.facts} ; écrivains : {chains} ; têtes signées : {report.heads} ; "
        f"corps absents (effacés, caviardés ou retenus) : {report.bodies_absent}.",
        f"Facts read: {report.facts}; writers: {chains}; signed heads: {report.heads}; "
        f"bodies absent (erased, redacted or kept back): {report.bodies_absent}.",
    )
    for fault in report.faults[:SHOWN_FAULTS]:
        console.write(f"  {fault.code}  {fault.writer}-{fault.seq}  {fault.text}\n")
    count = len(report.faults) + report.faults_unnamed
    if count > SHOWN_FAULTS:
        console.say(f"  … et {count - SHOWN_FAULTS} autres.", f"  … and {count - SHOWN_FAULTS} more.")
    if report.sound:
        console.say("Le journal est intact.", "The journal is sound.")
    else:
        console.say(f"Défauts : {count}. Le journal n'est pas intact.", f"Faults: {count}. The journal is not sound.")


def run_head(args: Namespace, console: Console) -> int:
    """Print the newest signed head of each writer, one JSON object per line."""
    folder = _folder(args, console)
    if not folder.journal.is_file():
        raise Refused("folder-unusable", detail={"folder": str(folder.path)})
    with closing(SqliteStore(folder.journal, read_only=True)) as store:
        for _, head in sorted(heads_of(store).items()):
            console.write(msgspec.json.encode(head).decode() + "\n")
    return 0

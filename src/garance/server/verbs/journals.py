"""`garance journal verify|head|export|import`: prove the journal, deposit its heads, carry its facts elsewhere."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

from garance.journal.envelope import Header
from garance.journal.files import export_file, heads_of_file, import_file, read_heads, write_heads
from garance.journal.head import Head
from garance.journal.verify import Report
from garance.kernel.clock import SystemClock
from garance.kernel.refusal import Refused
from garance.server.attached import Carried, beside, named_files, read_attached, write_attached
from garance.server.console import UNSOUND, Console, Verbs
from garance.server.data_folder import DataFolder
from garance.server.files import FolderFiles
from garance.server.trust import trust_writers
from garance.server.verbs.integrity import check_printed, read_printed, verify_folder
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
    told = verbs.pick(("empreinte lue au pied d'une feuille imprimée", "digest read at the foot of a printed sheet"))
    verifying.add_argument("--printed", action="append", default=[], help=told,
                           metavar=verbs.pick(("FAIT=EMPREINTE", "FACT=DIGEST")))  # fmt: skip
    words = ("les têtes signées, à déposer ailleurs", "the signed heads, to deposit elsewhere")
    heading = inner.add("head", words, run_head)
    words = ("les faits dans un fichier, même en marche", "the facts to a file, even while it runs")
    exporting = inner.add("export", words, run_export)
    exporting.add_argument("out", type=Path, metavar=verbs.pick(("SORTIE.garance", "OUT.garance")))
    told = verbs.pick(("seulement après ces têtes", "only after these heads"))
    exporting.add_argument("--after", type=Path, action="append", default=[], help=told,
                           metavar=verbs.pick(("TÊTES", "HEADS")))  # fmt: skip
    told = verbs.pick(("avec les données des personnes (scellées)", "with personal data (sealed)"))
    exporting.add_argument("--with-personal", action="store_true", help=told)
    words = ("les faits d'un fichier (serveur arrêté)", "the facts of a file (server stopped)")
    importing = inner.add("import", words, run_import)
    importing.add_argument("source", type=Path, metavar=verbs.pick(("FICHIER.garance", "FILE.garance")))
    words = ("détruire le contenu d'un fait (serveur arrêté)", "destroy the content of a fact (server stopped)")
    redacting = inner.add("redact", words, run_redact)
    redacting.add_argument("fact", metavar=verbs.pick(("FAIT", "FACT")))
    redacting.add_argument("--reason", required=True, help=verbs.pick(("motif, consigné", "reason, recorded")))
    words = ("croire un autre écrivain sur les droits (serveur arrêté)", "believe another writer on rights (stopped)")
    trusting = inner.add("trust", words, run_trust)
    trusting.add_argument("writer", metavar=verbs.pick(("ÉCRIVAIN", "WRITER")))
    for each in (verifying, heading, exporting, importing, redacting, trusting):
        add_settings(each)


def _folder(args: Namespace, console: Console) -> DataFolder:
    return DataFolder(chosen_settings(args, console).data)


def _journal(args: Namespace, console: Console) -> Path:
    folder = _folder(args, console)
    if not folder.journal.is_file():
        raise Refused("folder-unusable", detail={"folder": str(folder.path)})
    return folder.journal


def run_verify(args: Namespace, console: Console) -> int:
    """Verify, and say everything that is wrong; exit code 3 if anything is."""
    heads = [head for file in args.heads for head in _heads_in(file)]
    printed = [read_printed(text) for text in args.printed]
    folder = _folder(args, console)
    report = verify_folder(folder, heads)
    wrong = check_printed(folder, printed)
    _tell(report, console)
    for one in wrong:
        said = f"{one.writer}-{one.seq}"
        console.say(f"La feuille ne s'accorde pas : {said}.", f"The sheet does not agree: {said}.")
    return 0 if report.sound and not wrong else UNSOUND


def _heads_in(file: Path) -> list[Head]:
    try:
        with file.open("rb") as opened:
            return read_heads(opened.read(MAX_HEADS_BYTES))
    except OSError as problem:
        raise Refused("head-malformed", detail={"file": str(file)}) from problem


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
    heads = heads_of_file(_journal(args, console))
    console.write(write_heads(head for _, head in sorted(heads.items())).decode())
    return 0


def run_export(args: Namespace, console: Console) -> int:
    """Write the facts to a file, those that came after the heads already held by whoever will read it."""
    after = {head.writer: head.seq for file in args.after for head in _heads_in(file)}

    def withheld(header: Header) -> bool:
        return not args.with_personal and header.subject is not None

    written = export_file(
        _journal(args, console), args.out, clock=SystemClock(), after=after or None, withhold=withheld
    )
    console.say(
        f"Exporté : {written.records} faits, dont {written.withheld} sans leur contenu (données de personnes).",
        f"Exported: {written.records} facts, {written.withheld} of them without their body (personal data).",
    )
    named = named_files(_journal(args, console), after=after or None)
    _tell_files(write_attached(named, _folder(args, console).files, beside(args.out)), console)
    return 0


def _tell_files(carried: Carried, console: Console) -> None:
    if carried != Carried(0, 0):
        console.say(
            f"Pièces jointes : {carried.files} ; nommées mais absentes : {carried.missing}.",
            f"Attached files: {carried.files}; named but absent: {carried.missing}.",
        )


def run_import(args: Namespace, console: Console) -> int:
    """Verify a file whole, then add what is new to the journal of a stopped server."""
    settings = chosen_settings(args, console)
    folder = DataFolder(settings.data).prepare()
    found = import_file(args.source, folder.journal)
    console.say(
        f"Vérifié : {found.records} faits ; ajoutés : {found.fresh} ; déjà là : {found.records - found.fresh}.",
        f"Verified: {found.records} facts; added: {found.fresh}; here already: {found.records - found.fresh}.",
    )
    if beside(args.source).is_file():
        limits = settings.files
        files = FolderFiles(folder.files, kinds=limits.types, quota_bytes=limits.quota_bytes)
        _tell_files(read_attached(beside(args.source), named_files(folder.journal), files), console)
    return 0


def run_trust(args: Namespace, console: Console) -> int:
    """From the next start, that writer's facts give rights and erase here as our own do."""
    trust_writers(_folder(args, console).path, [args.writer])
    console.say(
        f"Cru au prochain démarrage : {args.writer} peut donner des rôles et effacer ici.",
        f"Believed from the next start: {args.writer} may give roles and erase here.",
    )
    return 0


def run_redact(args: Namespace, console: Console) -> int:
    """Destroy the content of one fact for ever; who, when and why stay in the chain, which still verifies."""
    from garance.server.redacting import redact  # the whole node: only for who changes it

    asyncio.run(redact(chosen_settings(args, console), args.fact, reason=args.reason))
    console.say("Contenu détruit ; la chaîne reste vérifiable.", "Content destroyed; the chain still verifies.")
    return 0

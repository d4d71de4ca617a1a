"""`garance connector list|show|test|replay`: what connectors there are, whether one opens, what a recording gives."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from garance.kernel.clock import SystemClock, as_utc
from garance.kernel.refusal import Refused
from garance.server.console import INTERRUPTED, REFUSED, UNSOUND, Console, Parser, Verbs
from garance.server.settings import Settings
from garance.server.verbs.options import add_settings, chosen_settings
from garance.server.words.glossary import refusal_sentence

if TYPE_CHECKING:
    from garance.ports.connector import Connector
    from garance.server.connections.plan import Planned
    from garance.server.connections.rehearsal import Rehearsal, Step

NAME = ("LIAISON|CONNECTEUR", "CONNECTION|CONNECTOR")
WHICH = (
    "une liaison du fichier de réglages, ou un connecteur",
    "a connection of the settings file, or a connector",
)


def register(verbs: Verbs) -> None:
    """Add the verb and its own verbs."""
    connector = verbs.add("connector", ("brancher une source extérieure", "plug in an outside source"))
    inner = Verbs(connector, name="connector verb")
    words = ("les connecteurs, avec leur niveau et leur licence", "the connectors, with their grade and licence")
    listed = inner.add("list", words, run_list)
    shown = inner.add("show", ("les réglages à recopier", "the settings to paste"), run_show)
    shown.add_argument("name", metavar=verbs.pick(("CONNECTEUR", "CONNECTOR")))
    words = ("vérifier un connecteur ou une liaison sans démarrer de nœud", "check one without starting a node")
    tested = inner.add("test", words, run_test)
    told = ("le faire marcher N secondes et montrer ce qui arrive", "run it for N seconds and show what arrives")
    tested.add_argument("--listen", type=float, metavar="N", help=verbs.pick(told))
    words = ("rejouer un enregistrement : décoder, trier, compter", "replay a recording: decode, sort, count")
    replayed = inner.add("replay", words, run_replay)
    told = (f"{WHICH[0]} ; sans nom : toutes les liaisons", f"{WHICH[1]}; without one: every connection")
    tested.add_argument("name", nargs="?", metavar=verbs.pick(NAME), help=verbs.pick(told))
    replayed.add_argument("name", metavar=verbs.pick(NAME), help=verbs.pick(WHICH))
    for each in (tested, replayed):
        _add_target(each, verbs)
    _add_replay(replayed, verbs)
    told = ("en JSON, pour un programme", "as JSON, for a program")
    for each in (listed, replayed):
        each.add_argument("--json", action="store_true", help=verbs.pick(told))


def _add_target(made: Parser, verbs: Verbs) -> None:
    told = ("un réglage, par-dessus ceux du fichier", "a setting, over those of the file")
    metavar = verbs.pick(("NOM=VALEUR", "NAME=VALUE"))
    made.add_argument("--set", dest="said", action="append", default=[], metavar=metavar, help=verbs.pick(told))
    add_settings(made)


def _add_replay(made: Parser, verbs: Verbs) -> None:
    made.add_argument("file", type=Path, metavar=verbs.pick(("FICHIER", "FILE")))
    told = ("commencer à cette heure (ISO 8601)", "begin at that time (ISO 8601)")
    made.add_argument("--from", dest="since", metavar=verbs.pick(("HEURE", "TIME")), help=verbs.pick(told))
    told = (
        "fois la vitesse de l'enregistrement (à blanc : d'un trait ; vers un nœud : 1 ; 0 : d'un trait)",
        "times the pace of the recording (dry: at once; to a node: 1; 0: at once)",
    )
    made.add_argument("--speed", type=float, metavar="N", help=verbs.pick(told))
    told = ("montrer chaque observation", "show each observation")
    made.add_argument("--each", action="store_true", help=verbs.pick(told))
    told = (
        "pousser vers un nœud qui tourne, à cette adresse (sans adresse : celle des réglages)",
        "push to a running node at that address (without one: that of the settings)",
    )
    made.add_argument("--to", nargs="?", const="", metavar=verbs.pick(("ADRESSE", "ADDRESS")), help=verbs.pick(told))


# -- list, show ----------------------------------------------------------------------------------------------------


def run_list(args: Namespace, console: Console) -> int:
    """Every connector, by name."""
    from garance.connectors.registry import manifests
    from garance.server.words.of_connectors import listed_lines

    known = sorted(manifests().values(), key=lambda each: each.name)
    if args.json:
        console.write(msgspec.json.encode(known).decode() + "\n")
        return 0
    console.write("".join(f"{line}\n" for line in listed_lines(known, console.language)))
    return 0


def run_show(args: Namespace, console: Console) -> int:
    """The settings of one, as a section to paste."""
    from garance.connectors.registry import manifest
    from garance.server.words.of_connectors import settings_example

    console.write(settings_example(manifest(args.name), console.language))
    return 0


# -- what both `test` and `replay` are about -----------------------------------------------------------------------


def planned(args: Namespace, settings: Settings) -> Planned:
    """The connection of that name, or one made of the connector of that name, with what was set on top.

    Refuses `connector-unknown` and as `plan` does.
    """
    from garance.server.connections.plan import plan

    said: Mapping[str, Any] = settings.connections.get(args.name, {"connector": args.name})
    return plan({args.name: {**said, **_said(args.said)}})[0]


def _said(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, equal, value = word.partition("=")
        if not equal or not name.strip():
            raise Refused("connector-setting-wrong", field="--set")
        found[name.strip()] = value
    return found


# -- test ----------------------------------------------------------------------------------------------------------


def run_test(args: Namespace, console: Console) -> int:
    """The manifest, the settings, the sample frames of the sources, and what arrives if asked to listen.

    Every connection of the settings in turn when none is named; the code is then the worst.
    """
    settings = chosen_settings(args, console)
    if args.name is not None:
        return _test(planned(args, settings), args, console)
    worst = 0
    for name in settings.connections:
        console.write(f"\n[connections.{name}]\n")
        try:
            chosen = planned(Namespace(**{**vars(args), "name": name}), settings)
        except Refused as refused:
            worst = max(worst, console.refuse(refused))
            continue
        worst = max(worst, _test(chosen, args, console))
    if not settings.connections:
        console.say("Aucune liaison dans les réglages.", "No connection in the settings.")
    return worst


def _test(chosen: Planned, args: Namespace, console: Console) -> int:
    from garance.connectors.registry import settled
    from garance.server.words.of_connectors import settings_lines, title_of

    manifest = chosen.manifest
    console.say(
        f"✓ fiche : {manifest.name}, {title_of(manifest, 'fr')}", f"✓ manifest: {manifest.name}, {manifest.title_en}"
    )
    try:
        given = settled(manifest, chosen.settings)
        connector = chosen.open()
    except Refused as refused:
        sentence = refusal_sentence(refused, console.language)
        console.say(f"✗ réglages : {sentence}", f"✗ settings: {sentence}")
        return REFUSED
    console.say("✓ réglages :", "✓ settings:")
    console.write("".join(f"{line}\n" for line in settings_lines(manifest, given)))
    code = _try_samples(manifest.name, chosen, console)
    return _listen(chosen, connector, args.listen, console) if args.listen is not None and code == 0 else code


def _try_samples(name: str, chosen: Planned, console: Console) -> int:
    from garance.server.connections.samples import try_samples

    found = try_samples(name, chosen)
    if not found:
        console.say("– pas de trames d'essai ici", "– no sample frames here")
        return 0
    wrong = [each for each in found if not each.read]
    count, read, same = len(found), len(found) - len(wrong), sum(each.same for each in found)
    mark = "✗" if wrong else "✓"
    console.say(
        f"{mark} trames d'essai : {read} lues sur {count}, dont {same} comme l'attendent les essais",
        f"{mark} sample frames: {read} read of {count}, {same} of them as the tests expect",
    )
    for each in wrong:
        console.write(f"  {each.name}: {each.told}\n")
    return UNSOUND if wrong else 0


def _listen(chosen: Planned, connector: Connector, seconds: float, console: Console) -> int:
    """Run it so long, each thing on a line as it comes."""
    from garance.server.connections.listening import Listener, listen
    from garance.server.words.of_connectors import step_lines

    def show(step: Step) -> None:
        console.write("".join(f"{line}\n" for line in step_lines(step, console.language)))

    def show_link(why: str) -> None:
        if why == "up":
            console.say("— la liaison est établie", "— the link stands")
        else:
            console.say(f"— liaison perdue : {why}", f"— link lost: {why}")

    listener, code = Listener(chosen, SystemClock(), show, show_link), 0
    try:
        asyncio.run(listen(chosen, connector, listener, seconds))
    except KeyboardInterrupt:
        code = INTERRUPTED
    heard, kept, refused = listener.heard, listener.kept, listener.refused
    console.say(
        f"{heard} observations entendues, {kept} gardées, {heard - kept} écartées ; {refused} trames illisibles",
        f"{heard} observations heard, {kept} kept, {heard - kept} set aside; {refused} frames unreadable",
    )
    return code


# -- replay --------------------------------------------------------------------------------------------------------


def run_replay(args: Namespace, console: Console) -> int:
    """A recording, dry or pushed to a running node."""
    from garance.ports.connector import Sender
    from garance.server.connections.rehearsal import Rehearsal

    settings = chosen_settings(args, console)
    chosen = planned(args, settings)
    sender = Sender(name=args.file.name, proven=chosen.limits.proof)
    rehearsal = Rehearsal(chosen.open(), chosen.limits, sender=sender, since=_since(args.since))
    if args.to is not None:
        return _push(chosen, rehearsal, args, settings, console)
    return _rehearse(rehearsal, args, console)


def _since(said: str | None) -> datetime | None:
    if said is None:
        return None
    try:
        return as_utc(datetime.fromisoformat(said), field="from")
    except ValueError as problem:
        raise Refused("value-wrong", field="--from") from problem


def _rehearse(rehearsal: Rehearsal, args: Namespace, console: Console) -> int:
    from garance.server.connections.pushing import Pace
    from garance.server.connections.recording import recorded_frames
    from garance.server.words.of_connectors import step_lines, tally_lines

    code, pace = 0, Pace(args.speed or 0.0)
    try:
        for step in rehearsal.through(recorded_frames(args.file)):
            pace.wait(step.at)
            if args.each and args.json:
                console.write("".join(f"{msgspec.json.encode(told).decode()}\n" for told in step.told))
            elif args.each:
                console.write("".join(f"{line}\n" for line in step_lines(step, console.language)))
    except KeyboardInterrupt:
        code = INTERRUPTED
    if args.json:
        console.write(msgspec.json.encode(rehearsal.tally).decode() + "\n")
    else:
        console.write("".join(f"{line}\n" for line in tally_lines(rehearsal.tally, console.language)))
    return code


def _push(chosen: Planned, rehearsal: Rehearsal, args: Namespace, settings: Settings, console: Console) -> int:
    """Send each frame to a running node, at the pace of the recording, and count what it answers."""
    from garance.ports.connector import Arrival
    from garance.server.connections.pushing import Pace, Pusher
    from garance.server.connections.recording import recorded_frames

    if chosen.manifest.arrival is not Arrival.PUSH:
        raise Refused("connector-not-pushed", detail={"connector": chosen.manifest.name})
    listen = settings.listen
    pusher = Pusher(
        args.to or listen.public_url or f"http://{listen.host}:{listen.port}", args.name, chosen.common.token
    )
    pace = Pace(1.0 if args.speed is None else args.speed)
    total = sum(1 for _ in recorded_frames(args.file)) or 1
    code, sent, refused = 0, 0, Counter[str]()
    try:
        for step in rehearsal.through(recorded_frames(args.file)):
            pace.wait(step.at)
            why = pusher.push(step.frame)
            refused.update([why] if why else [])
            sent += 1
            console.progress("renvoi" if console.language == "fr" else "replay", sent / total)
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        console.end_progress()
        pusher.close()
    if args.json:
        console.write(msgspec.json.encode({"sent": sent, "refused": dict(refused)}).decode() + "\n")
        return code
    taken = sent - refused.total()
    console.say(f"{taken} trames prises sur {sent} envoyées", f"{taken} frames taken of {sent} sent")
    console.write("".join(f"  ✗ {count} {why}\n" for why, count in refused.most_common()))
    return code

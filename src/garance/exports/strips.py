"""What every document says above and below its pages: title, mode, moment shown, who prints, the proof (bandeaux)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from garance.exports.qr_code import qr_code
from garance.exports.words import Voice
from garance.kernel.label import Mode
from garance.ports.export import Matter, Order


def strips(matter: Matter, order: Order, voice: Voice, *, title: str) -> dict[str, Any]:
    """The members that `sheet.typ` reads on every page."""
    mode = matter.situation.mode
    moment = voice.moment(matter.shown_at)
    shown = voice.say("blank-shown") if order.blank else voice.say(f"shown.{matter.by}", moment=moment)
    printed = voice.say("printed", moment=voice.moment(matter.printed_at), name=matter.printed_by)
    proof = "  ".join(f"{link.writer}-{link.seq} {link.digest[:32]}" for link in matter.links)
    return {
        "language": voice.language,
        "words": {key: value for key, value in voice.words.items() if key.startswith(("paper.", "sign."))}
        | {"page": voice.say("page"), "code-alt": voice.say("code-alt")},
        "title": title,
        "situation": matter.situation.title,
        "mode_word": None if mode is Mode.ACTUAL else voice.of("mode", mode),
        "shown": shown,
        "printed": printed,
        "printed_by": matter.printed_by,
        "proof": proof or None,
        "proof_word": voice.say("proof"),
    }


def desk_link(matter: Matter, **said: str) -> str:
    """The address of the desk on that situation, and on that thing of it: what a code on paper leads back to."""
    return f"{matter.address}?{urlencode({'situation': matter.situation.id, **said}, safe='~')}"


def desk_code(matter: Matter, **said: str) -> str:
    """The same as a code for phones."""
    return qr_code(desk_link(matter, **said))

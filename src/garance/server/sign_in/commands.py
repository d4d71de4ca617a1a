"""`garance user …`: what the operator does with accounts from the machine itself (comptes).

Everything that concerns accounts alone works while the server runs. `add` and `erase` record facts, so they need the
journal, which one process writes: with a running server they are refused `journal-in-use`, and an administrator does
the same from the desk.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import msgspec

from garance.domain.people import rules
from garance.domain.people.facts import RoleGranted
from garance.domain.people.state import People
from garance.domain.vocabulary import Body
from garance.journal.database import Database
from garance.kernel.clock import Clock
from garance.kernel.identity import UUID_PATTERN, new_id
from garance.kernel.refusal import Refused
from garance.server.console import Console, Verbs, Words
from garance.server.sign_in import second_factor
from garance.server.sign_in.accounts import Accounts
from garance.server.sign_in.accounts_file import open_accounts
from garance.server.sign_in.first_link import FirstLinks, first_address
from garance.server.sign_in.house import House, operator
from garance.server.sign_in.passwords import Passwords, check_strength
from garance.server.sign_in.sessions import Sessions
from garance.server.words.glossary import LANGUAGES

PASSWORD_BYTES = 15


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The node a command is for: its data folder, its address for people, how to reach its journal.

    `people` reads the journal, even while a server writes it; `house` writes it, and refuses `journal-in-use`. `ask`
    reads a secret without showing it.
    """

    folder: Path
    clock: Clock
    origin: str
    people: Callable[[], People]
    house: Callable[[], AbstractAsyncContextManager[House]]
    oidc_issuer: str | None = None
    ask: Callable[[str], str] = getpass.getpass


PHRASES: dict[str, Words] = {
    "user": ("Comptes : ajouter, lister, fermer, réinitialiser…", "Accounts: add, list, disable, reset…"),
    "add": ("Inscrire une personne et lui ouvrir un compte (serveur arrêté)", "Enrol a person (server stopped)"),
    "list": ("Lister les comptes", "List accounts"),
    "disable": ("Fermer la porte à une personne et ses sessions", "Shut a person out and end their sessions"),
    "enable": ("Lui rouvrir la porte", "Let them in again"),
    "reset": ("Donner un nouveau mot de passe", "Give a new password"),
    "totp": ("Demander un second facteur (ou --off : ne plus le demander)", "Ask a second factor (or --off)"),
    "link": ("Rattacher une personne à un compte OIDC", "Link a person to an OIDC account"),
    "first-link": ("Afficher un lien pour le premier administrateur", "Show a link for the first administrator"),
    "erase": ("Effacer les données d'une personne (serveur arrêté)", "Erase a person's data (server stopped)"),
    "wall": ("Donner un jeton à un mur d'images", "Give a wall screen its token"),
    "walls": ("Lister les murs d'images", "List wall screens"),
    "end-wall": ("Retirer son jeton à un mur d'images", "Revoke a wall screen"),
    "login": ("identifiant", "login"),
    "who": ("identifiant, ou numéro de personne", "login, or person number"),
    "name": ("nom affiché", "displayed name"),
    "organisation": ("organisme, par son nom ou son numéro", "organisation, by name or number"),
    "role": ("rôle à attribuer, par exemple dos ou administrator", "role to grant, such as dos or administrator"),
    "cell": ("cellule", "cell"),
    "situation": ("numéro de la situation", "situation number"),
    "email": ("adresse électronique", "e-mail address"),
    "title": ("titre, pour s'y retrouver", "a title to know it by"),
    "off": ("ne plus demander de second facteur", "ask no second factor any more"),
    "subject": ("identifiant de la personne chez ce service (sub)", "the service's name for the person (sub)"),
    "issuer": ("adresse du service ; par défaut, celle du réglage", "the service; by default the one in settings"),
    "why": ("motif", "reason"),
    "wall-id": ("numéro du mur", "wall number"),
    "asks": ("demander le mot de passe au lieu d'en créer un", "ask for the password instead of making one"),
    "password?": ("Mot de passe : ", "Password: "),
    "code?": ("Code affiché par le téléphone : ", "Code shown by the phone: "),
    "password": ("Mot de passe (affiché cette seule fois) : {value}", "Password (shown this once): {value}"),
    "person": ("Personne {value}", "Person {value}"),
    "granted": ("Rôle {role} attribué.", "Role {role} granted."),
    "account": ("{login}  personne {person}{more}", "{login}  person {person}{more}"),
    "barred": ("  [fermé]", "  [disabled]"),
    "factor": ("  [second facteur]", "  [second factor]"),
    "nobody": ("Aucun compte.", "No account."),
    "done": ("C'est fait.", "Done."),
    "factor-address": ("À lire avec le téléphone : {value}", "For the phone: {value}"),
    "recovery": ("Codes de secours, chacun pour une fois : {value}", "Recovery codes, each good once: {value}"),
    "first": (
        "Premier accès, valable 24 heures, une seule fois : {value}",
        "First access, good once within 24 hours: {value}",
    ),
    "wall-token": ("Adresse du mur (affichée cette seule fois) : {value}", "Wall address (shown this once): {value}"),
    "wall-line": ("{id}  {title}  jusqu'au {until}", "{id}  {title}  until {until}"),
    "reason": ("effacement demandé", "erasure asked for"),
}

Do = Callable[[argparse.Namespace, Place, Console], None]


def register(verbs: Verbs, place_of: Callable[[argparse.Namespace], Place]) -> None:
    """Add `user` and its verbs to a command line."""
    inner = Verbs(verbs.add("user", PHRASES["user"]), name="user verb")
    for name, (do, arguments) in VERBS.items():
        parser = inner.add(name, PHRASES[name], _runner(do, place_of))
        for flags, phrase, options in arguments:
            parser.add_argument(*flags, help=inner.pick(PHRASES[phrase]), **options)  # type: ignore[arg-type]


def _runner(do: Do, place_of: Callable[[argparse.Namespace], Place]) -> Callable[[argparse.Namespace, Console], int]:
    def run(args: argparse.Namespace, console: Console) -> int:
        do(args, place_of(args), console)
        return 0

    return run


def _tell(console: Console, phrase: str, **values: str) -> None:
    french, english = (words.format(**values) for words in PHRASES[phrase])
    console.say(french, english)


def _word(console: Console, phrase: str) -> str:
    return PHRASES[phrase][LANGUAGES.index(console.language)]


@contextmanager
def _accounts(place: Place) -> Iterator[tuple[Database, Accounts]]:
    file = open_accounts(place.folder)
    try:
        yield file, Accounts(file, place.clock)
    finally:
        file.close()


def _person(accounts: Accounts, who: str) -> str:
    return who if re.fullmatch(UUID_PATTERN, who) else accounts.known(who).person


def _hash(password: str) -> str:
    passwords = Passwords(workers=1)
    try:
        return asyncio.run(passwords.hash(password))
    finally:
        passwords.close()


def _password(args: argparse.Namespace, place: Place, console: Console) -> str:
    made = not args.ask
    password = secrets.token_urlsafe(PASSWORD_BYTES) if made else place.ask(_word(console, "password?"))
    check_strength(password, login=args.login)
    if made:
        _tell(console, "password", value=password)
    return password


def add(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Enrol a person, give a role if asked, open an account."""
    with _accounts(place) as (_, accounts):
        if accounts.find(args.login) is not None:
            raise Refused("login-taken", field="login")
        person = new_id()
        hashed = _hash(_password(args, place, console))
        asyncio.run(_enrol(args, place, person))
        accounts.add(args.login, person=person, password_hash=hashed)
    _tell(console, "person", value=person)
    if args.role:
        _tell(console, "granted", role=args.role)


async def _enrol(args: argparse.Namespace, place: Place, person: str) -> None:
    async with place.house() as house:
        author, people, now = operator(house), house.people, place.clock.now()
        grant = _wanted_role(args, house, person)

        def enrolled() -> Sequence[Body]:
            return [rules.enrol(people, person=person, display_name=args.name, email=args.email)]

        def granted() -> Sequence[Body]:
            return [rules.grant_role(people, grant, now=now)] if grant else []

        if people.organisation(house.home.organisation) is None:
            await house.record(author, lambda: [house.home])
        await house.record(author, enrolled)
        if grant is not None:
            await house.record(author, granted)


def _wanted_role(args: argparse.Namespace, house: House, person: str) -> RoleGranted | None:
    if args.role is None:
        return None
    organisation = house.home.organisation
    if args.organisation is not None:
        wanted = args.organisation.casefold()
        found = [o for o in house.people.organisations() if wanted in (o.organisation, o.name.casefold())]
        if len(found) != 1:
            raise Refused("organisation-unknown", field="organisation")
        organisation = found[0].organisation
    return RoleGranted(
        grant=new_id(),
        person=person,
        organisation=organisation,
        cell=args.cell,
        role=args.role,
        situation=args.situation,
    )


def list_accounts(_args: argparse.Namespace, place: Place, console: Console) -> None:
    """Show every account."""
    with _accounts(place) as (_, accounts):
        listed = accounts.listed()
    for one in listed:
        noted = [phrase for phrase, holds in (("factor", one.second_factor), ("barred", one.barred)) if holds]
        more = "".join(_word(console, phrase) for phrase in noted)
        _tell(console, "account", login=one.login, person=one.person, more=more)
    if not listed:
        _tell(console, "nobody")


def disable(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Shut a person out."""
    with _accounts(place) as (_, accounts):
        accounts.bar(_person(accounts, args.who))
    _tell(console, "done")


def enable(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Let a person in again."""
    with _accounts(place) as (_, accounts):
        accounts.unbar(_person(accounts, args.who))
    _tell(console, "done")


def reset(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Give an account a new password; its sessions end."""
    with _accounts(place) as (_, accounts):
        accounts.known(args.login)
        accounts.set_password(args.login, _hash(_password(args, place, console)))
    _tell(console, "done")


def totp(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Set up the second factor, proven by a first code; or drop it."""
    with _accounts(place) as (_, accounts):
        if args.off:
            accounts.drop_factor(args.login)
            _tell(console, "done")
            return
        secret = accounts.propose_factor(args.login)
        _tell(console, "factor-address", value=second_factor.address_of(secret, login=args.login, issuer="Garance"))
        codes = accounts.confirm_factor(args.login, place.ask(_word(console, "code?")).strip())
    _tell(console, "recovery", value=" ".join(codes))


def link(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Link a person to a subject of the other sign-in service."""
    issuer = args.issuer or place.oidc_issuer
    if issuer is None:
        raise Refused("issuer-needed", field="issuer")
    with _accounts(place) as (_, accounts):
        accounts.link(issuer, args.subject, person=_person(accounts, args.who))
    _tell(console, "done")


def first_link(_args: argparse.Namespace, place: Place, console: Console) -> None:
    """Show a one-time address for the first administrator; older ones are worth nothing."""
    with _accounts(place) as (file, _):
        token = FirstLinks(file, place.clock).make(place.people())
    _tell(console, "first", value=first_address(place.origin, token))


def erase(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Erase a person: the fact first, then the key that seals their data, then their account."""
    with _accounts(place) as (_, accounts):
        person = _person(accounts, args.who)
        asyncio.run(_erase(place, person, args.reason or _word(console, "reason")))
        accounts.forget(person)
    _tell(console, "done")


async def _erase(place: Place, person: str, reason: str) -> None:
    async with place.house() as house:
        if not house.people.erased(person):  # else: begun once, interrupted before the key was gone
            now = place.clock.now()
            await house.record(
                operator(house), lambda: [rules.erase(house.people, person=person, reason=reason, now=now)]
            )
        house.destroy_key(person)


def wall(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Give a wall screen a token: it reads one situation as an observer of one organisation."""
    with _accounts(place) as (file, _):
        sessions = Sessions(file, place.clock)
        token, _made = sessions.make_wall(situation=args.situation, organisation=args.organisation, title=args.title)
    _tell(console, "wall-token", value=f"{place.origin}/mur#{token}")


def walls(_args: argparse.Namespace, place: Place, console: Console) -> None:
    """Show the wall screens."""
    with _accounts(place) as (file, _):
        for one in Sessions(file, place.clock).walls():
            _tell(console, "wall-line", id=one.id, title=one.title, until=f"{one.ends_at:%Y-%m-%d %H:%M} UTC")


def end_wall(args: argparse.Namespace, place: Place, console: Console) -> None:
    """Revoke a wall screen."""
    with _accounts(place) as (file, _):
        Sessions(file, place.clock).end_wall(args.wall)
    _tell(console, "done")


Argument = tuple[tuple[str, ...], str, dict[str, object]]
_LOGIN: Argument = (("login",), "login", {})
_WHO: Argument = (("who",), "who", {})
_ASK: Argument = (("--ask",), "asks", {"action": "store_true"})
_ROLE: list[Argument] = [((f"--{name}",), name, {}) for name in ("organisation", "role", "cell", "situation", "email")]
_WALL: list[Argument] = [((f"--{name}",), name, {"required": True}) for name in ("situation", "organisation", "title")]
VERBS: dict[str, tuple[Do, Sequence[Argument]]] = {
    "add": (add, [_LOGIN, (("--name",), "name", {"required": True}), _ASK, *_ROLE]),
    "list": (list_accounts, []),
    "disable": (disable, [_WHO]),
    "enable": (enable, [_WHO]),
    "reset": (reset, [_LOGIN, _ASK]),
    "totp": (totp, [_LOGIN, (("--off",), "off", {"action": "store_true"})]),
    "link": (link, [_WHO, (("subject",), "subject", {}), (("--issuer",), "issuer", {})]),
    "first-link": (first_link, []),
    "erase": (erase, [_WHO, (("--reason",), "why", {})]),
    "wall": (wall, _WALL),
    "walls": (walls, []),
    "end-wall": (end_wall, [(("wall",), "wall-id", {})]),
}
"""Each verb: what it does, and its arguments (flags, the phrase that explains it, argparse options)."""

"""`garance user …` from a command line, on a real data folder."""

from __future__ import annotations

import io
import re
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.house import JournalHouse
from support.people import NOW, ident

from garance.domain.people.facts import Role
from garance.domain.people.state import People
from garance.journal.memory import MemoryStore
from garance.journal.writer import Writer
from garance.kernel.clock import SetClock
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer
from garance.server.console import PARSERS, Console, Verbs
from garance.server.sign_in.accounts import Account, Accounts
from garance.server.sign_in.accounts_file import open_accounts
from garance.server.sign_in.commands import PHRASES, VERBS, Place, register
from garance.server.sign_in.house import House
from garance.server.sign_in.second_factor import code_at
from garance.server.sign_in.sessions import Sessions

PASSWORD = "correct horse battery"


class Desk:
    """An operator at the machine: one journal in memory, one folder of accounts, what was said and asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock(NOW)
        self.store = MemoryStore()
        self.signer = Signer.create()
        self.people = People()
        self.keys: list[JournalHouse] = []
        self.answers: Callable[[str], str] = lambda question: PASSWORD

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        writer = Writer(self.store, self.signer, self.clock)
        house = JournalHouse(writer, self.store)
        if self.keys:
            house.keys = self.keys[-1].keys
        house.lost()
        writer.start()
        try:
            yield house
        finally:
            await writer.stop()
            self.people = house.people
            self.keys.append(house)

    def run(self, *said: str, language: str = "fr") -> str:
        """What the command line answers."""
        parser = PARSERS[language](prog="garance")
        place = Place(
            folder=self.folder,
            clock=self.clock,
            origin="https://garance.example",
            people=lambda: self.people,
            house=self.house,
            oidc_issuer="https://sso.example",
            ask=lambda question: self.answers(question),
        )
        register(Verbs(parser), lambda args: place)
        console = Console(language, out=io.StringIO(), err=io.StringIO())
        args = parser.parse_args(["user", *said], Namespace(console=console))
        assert args.run(args) == 0
        assert isinstance(console.out, io.StringIO)
        return console.out.getvalue()

    def account(self, login: str) -> Account:
        file = open_accounts(self.folder)
        try:
            return Accounts(file, self.clock).known(login)
        finally:
            file.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_adding_a_person_with_a_role(desk: Desk) -> None:
    said = desk.run("add", "anne", "--name", "Anne Martin", "--role", "administrator", "--email", "anne@example.org")
    password = re.search(r"seule fois\) : (\S+)", said)
    assert password is not None
    assert len(password.group(1)) == 20
    person = desk.account("anne").person
    assert person in said
    known = desk.people.person(person)
    assert known is not None
    assert (known.display_name, known.email) == ("Anne Martin", "anne@example.org")
    assert [(g.person, g.role) for g in desk.people.administrators(NOW)] == [(person, Role.ADMINISTRATOR)]
    with pytest.raises(Refused, match="login-taken"):
        desk.run("add", "ANNE", "--name", "Anne")
    assert len(desk.people.persons()) == 1


def test_adding_with_ones_own_password_in_an_organisation_by_name(desk: Desk) -> None:
    desk.run("add", "anne", "--name", "Anne")
    said = desk.run("add", "bruno", "--name", "Bruno", "--ask", "--role", "dos", "--organisation", "ROCHEFORT")
    assert "seule fois" not in said
    (grant,) = desk.people.grants()
    assert (grant.person, grant.organisation) == (desk.account("bruno").person, ident("rochefort"))
    with pytest.raises(Refused, match="organisation-unknown"):
        desk.run("add", "chloe", "--name", "Chloé", "--role", "dos", "--organisation", "Atlantide")


def test_a_weak_password_enrols_nobody(desk: Desk) -> None:
    desk.answers = lambda question: "short"
    with pytest.raises(Refused, match="password-too-short"):
        desk.run("add", "anne", "--name", "Anne", "--ask")
    assert desk.people.persons() == []


def test_listing_shutting_out_and_letting_in(desk: Desk) -> None:
    assert "Aucun compte" in desk.run("list")
    assert "No account" in desk.run("list", language="en")
    desk.run("add", "anne", "--name", "Anne")
    person = desk.account("anne").person
    desk.run("disable", "anne")
    assert desk.run("list") == f"anne  personne {person}  [fermé]\n"
    desk.run("enable", person)
    assert desk.run("list") == f"anne  personne {person}\n"
    with pytest.raises(Refused, match="login-unknown"):
        desk.run("disable", "nobody")


def test_a_new_password_ends_sessions(desk: Desk) -> None:
    desk.run("add", "anne", "--name", "Anne")
    old = desk.account("anne")
    file = open_accounts(desk.folder)  # the server, running meanwhile
    sessions = Sessions(file, desk.clock)
    opened = sessions.open(old.person)
    assert "seule fois" in desk.run("reset", "anne")
    assert desk.account("anne").hash != old.hash
    assert sessions.read(opened.token) is None
    file.close()


def test_the_second_factor_is_proven_before_it_is_asked_for(desk: Desk) -> None:
    desk.run("add", "anne", "--name", "Anne")

    def phone(question: str) -> str:
        secret = desk.account("anne").factor
        assert secret is not None
        return f" {code_at(secret, desk.clock.now())} "

    desk.answers = lambda question: "000000x"
    with pytest.raises(Refused, match="code-wrong"):
        desk.run("totp", "anne")
    assert not desk.account("anne").factor_confirmed
    desk.answers = phone
    said = desk.run("totp", "anne")
    assert "otpauth://totp/Garance:anne" in said
    assert len(re.findall(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}\b", said)) == 10
    assert desk.account("anne").factor_confirmed
    assert "[second facteur]" in desk.run("list")
    desk.run("totp", "anne", "--off")
    assert desk.account("anne").factor is None


def test_linking_to_another_service(desk: Desk) -> None:
    desk.run("add", "anne", "--name", "Anne")
    desk.run("link", "anne", "sub-1")
    desk.run("link", desk.account("anne").person, "sub-2", "--issuer", "https://other.example")
    file = open_accounts(desk.folder)
    accounts = Accounts(file, desk.clock)
    assert accounts.linked("https://sso.example", "sub-1") == desk.account("anne").person
    assert accounts.linked("https://other.example", "sub-2") == desk.account("anne").person
    assert accounts.linked("https://sso.example", "sub-2") is None
    file.close()


def test_the_first_link_is_for_a_house_without_administrator(desk: Desk) -> None:
    assert re.search(r"https://garance\.example/premier-acces#[\w-]{43}\n$", desk.run("first-link"))
    desk.run("add", "anne", "--name", "Anne", "--role", "administrator")
    with pytest.raises(Refused, match="administrator-exists"):
        desk.run("first-link")


def test_erasing_destroys_the_key_and_the_account(desk: Desk) -> None:
    desk.run("add", "anne", "--name", "Anne Martin", "--role", "administrator")
    desk.run("add", "bruno", "--name", "Bruno")
    anne, bruno = desk.account("anne").person, desk.account("bruno").person
    with pytest.raises(Refused, match="last-administrator"):
        desk.run("erase", "anne")
    assert desk.account("anne").person == anne
    desk.run("erase", "bruno", "--reason", "départ")
    assert desk.keys[-1].keys.key_of(bruno) is None
    assert desk.keys[-1].keys.key_of(anne) is not None
    assert desk.people.erased(bruno)
    with pytest.raises(Refused, match="login-unknown"):
        desk.account("bruno")
    desk.run("erase", bruno)  # as after an interruption: finishes what was begun
    stored = b"".join(path.read_bytes() for path in desk.folder.glob("accounts.sqlite*"))
    assert b"bruno" not in stored


def test_wall_screens(desk: Desk) -> None:
    options = ["--situation", ident("flood"), "--organisation", ident("rochefort"), "--title", "Mur du PC"]
    assert re.search(r"https://garance\.example/mur#[\w-]{43}\n$", desk.run("wall", *options))
    listed = desk.run("walls")
    assert "Mur du PC" in listed
    desk.run("end-wall", listed.split()[0])
    assert desk.run("walls") == ""


def test_every_phrase_is_said_in_both_languages() -> None:
    assert set(VERBS) <= set(PHRASES)
    for french, english in PHRASES.values():
        assert french
        assert english
        assert set(re.findall(r"{\w+}", french)) == set(re.findall(r"{\w+}", english))

"""Every document, read back from its pages: what it says, on which pages, and what no word of a person can do to it."""

from __future__ import annotations

import runpy
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import flowing, is_tagged, pages_of, text_of
from support.papers import a_night, a_story, matter_of
from support.source import ROOT
from support.story import Story, entry, oid, shape

from garance.exports.logbook_sheets import sheet_names
from garance.exports.registry import DOCUMENTS, document
from garance.exports.typesetting.press import set_pdf
from garance.exports.words import words_of
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Order, PaperSize
from garance.views.shown import BoardShown

TASKS = {"mission", "order", "action-sheet", "handover"}
LISTS = {"incidents", "people", "missions", "demands", "signals", "roster"}
BLANK = {"logbook", "message", "means", "drawings", "census"} | TASKS | LISTS
ONLY_BLANK = {"census"}


def order_for(kind: str, matter: Matter, **more: Any) -> Order:
    """An order that this document accepts."""
    if kind in ONLY_BLANK:
        more.setdefault("blank", 1)
    if kind == "message" and not more.get("blank"):
        more["entry"] = matter.entries[0].entry
    return Order(**more)


@pytest.fixture(scope="module")
def matter() -> Matter:
    return matter_of(a_story())


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_every_document_is_tagged_and_says_that_it_is_an_exercise(
    kind: str, language: Any, matter: Matter
) -> None:
    content = set_pdf(document(kind).compose(matter, order_for(kind, matter, language=language)))
    assert is_tagged(content)
    word = {"fr": "EXERCICE", "en": "EXERCISE"}[language]
    for page in pages_of(content):
        assert word in page
        assert "Crue de la Charente" in page
        assert "Claire Dupont" in page


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_what_really_happens_bears_no_mark(kind: str) -> None:
    real = matter_of(a_story("actual"))
    said = text_of(set_pdf(document(kind).compose(real, order_for(kind, real))))
    assert "EXERCICE" not in said
    assert "TEST" not in said


def test_the_logbook_keeps_what_was_struck_and_corrected_and_proves_where_it_ends(matter: Matter) -> None:
    manuscript = document("logbook").compose(matter, Order())
    said = flowing(set_pdf(manuscript))
    for words in ("Dix personnes", "Douze personnes", "recompté", "Ligne écrite deux fois", "doublon"):
        assert words in said, words
    assert "La Charente déborde *rue* du #Port $1$" in said, "words are shown as they were written"
    assert "SDIS → PCC" in said
    assert "ab" * 16 in said, "a cut tail is noticed"
    assert "Page 1 / " in said
    assert manuscript.text is not None
    assert manuscript.text.count("\n\n") == len(matter.entries)


def test_a_line_on_paper_says_all_that_its_author_gave_and_what_became_of_it() -> None:
    story = Story()
    story.begin()
    photo = {"sha256": "ab" * 32, "name": "quai.jpg", "kind": "image/jpeg", "size_bytes": 12}
    line = story.tell(
        "logbook.write",
        entry(
            "Le quai cède", importance="vital", certainty="presumed", reliability="B", credibility=3, sheet="Feuille 3",
            declared_at="2026-11-23T07:58:00Z", place="Quai aux Vivres", attachments=[photo], provisional="KTM-1",
            wanted={"of": [{"role": "rac"}, {"cell": "logistics"}], "within_min": 5},
        ),
    )  # fmt: skip
    story.tell("logbook.assess", {"entry": line.id, "certainty": "confirmed", "reliability": "A", "reason": "vu"})
    story.tell("logbook.mark", {"entry": line.id, "mark": "map", "state": "done"})
    story.tell("acknowledgements.give", {"fact": line.id})
    wanted = (
        "1 (KTM-1)", "Vital", "Présumé B3", "23/11 08:58", "Lieu : Quai aux Vivres", "Pièces : quai.jpg",
        "Recopié de « Feuille 3 »", "Confirmé A, par Claire Dupont", "Report sur la carte : fait",
        "Responsable des actions communales, puis cellule logistics, sous 5 min", "Vu 09:00 Claire Dupont",
    )  # fmt: skip
    said = flowing(set_pdf(document("logbook").compose(matter_of(story), Order())))
    assert [words for words in wanted if words not in said] == []
    message = flowing(set_pdf(document("message").compose(matter_of(story), Order(entry=line.id))))
    for words in ("1 (KTM-1)", "Vital", "Présumé B3", "quai.jpg", "Report sur la carte : fait", "sous 5 min"):
        assert words in message, words


def test_the_report_says_what_every_board_says_and_what_is_wrong() -> None:
    night = matter_of(a_night())
    manuscript = document("situation-report").compose(night, Order())
    said = flowing(set_pdf(manuscript))
    wanted = (
        "Prochain point : lundi 23 novembre 2026, 10:30", "Objectifs : Mettre à l'abri le quartier bas",
        "Quai sous l'eau, quai aux Vivres, gravité 4 sur 5, s'aggrave", "Évacués : entre 40 et 60 (non arrêté)",
        "Quartier bas : évacuation, en cours, entre 120 et 150 personnes",
        "Gymnase : ouvert, 43 présents pour 120 places",
        "à partir du 23/11 11:00, il manquera 1", "Frapper à chaque porte (en cours, cellule terrain",
        "Quartier du Port sans électricité (suspectée), entre 400 et 600", "Mission en retard : Frapper à chaque porte",
        "Bilan à arrêter, Évacués : Mairie 52 ; SDIS entre 40 et 60", "Sans accusé de réception : Coupez le gaz",
        "Colmater la digue (en échec, cellule logistics) : plus de sacs", "4 × motopompes", "2 accordé(s)",
    )  # fmt: skip
    assert [words for words in wanted if words not in said] == []
    text = manuscript.text or ""
    assert text.index("Quai sous l'eau,") < text.index("Arbre tombé"), "the gravest first"
    assert "Arbre tombé rue Neuve, gravité 1 sur 5" in text, "a place that the title says is not said again"
    english = flowing(set_pdf(document("situation-report").compose(night, Order(language="en"))))
    assert "Evacuated: 40 to 60 (not settled)" in english


SAID = {
    "incidents": ("En cours (2)", "Quai sous l'eau", "4/5", "S'aggrave", "sans électricité", "entre 400 et 600"),
    "people": ("Désaccord, non arrêté", "Mairie : 52", "SDIS : entre 40 et 60", "Quartier bas", "entre 120 et 150",
               "Gymnase", "43"),
    "missions": ("En cours (1)", "Frapper à chaque porte", "cellule terrain", "FPT 1", "En échec (1)", "plus de sacs"),
    "demands": ("Accordé (1)", "motopompes", "quai sous l'eau"),
    "signals": ("OCT : Postes", "└ Secteur nord", "Rochefort 1", "SSU 17", "05 46 00 00 00"),
    "roster": ("Chef de salle", "Paul Morel", "23/11 08:00", "23/11 16:00"),
    "mission": ("Fiche mission · Frapper à chaque porte", "Rue par rue, noter les absents.", "FPT 1", "Quartier bas",
                "Acceptée : 23/11", "En cours : 23/11", "En échec : 23/11", "(plus de sacs)", "Rendu compte (nom"),
    "order": ("Évacuer le quartier bas", "SOIEC", "Officier sapeur-pompier", "Évacuer la rue du Port | FPT 1"),
    "action-sheet": ("☑ Appeler la gendarmerie", "Fait, Luc", "☐ Fermer la route"),
    "handover": ("Paul Morel", "Nuit calme.", "La digue", "Frapper à chaque porte", "Qui arrive (nom"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SAID))
def test_each_board_is_on_paper_with_what_it_says(kind: str) -> None:
    manuscript = document(kind).compose(matter_of(a_night()), Order())
    said = flowing(set_pdf(manuscript))
    assert [words for words in SAID[kind] if words not in said] == []
    assert all(words.partition(" · ")[2] in (manuscript.text or "") for words in SAID[kind][:1])


def test_one_mission_is_printed_alone_with_a_code_of_its_own() -> None:
    night = matter_of(a_night())
    pages = pages_of(set_pdf(document("mission").compose(night, Order(thing=oid("pont")))))
    assert len(pages) == 1
    assert "Fermer le pont" in pages[0]
    codes = {page["code"] for page in document("mission").compose(night, Order()).data["pages"]}
    assert len(codes) == 3, "each sheet leads back to its own mission"


def test_what_is_asked_to_be_done_before_is_on_paper_as_it_was() -> None:
    """A mission whose states came out of order is told in the order of the world."""
    story = a_night()
    story.tell("taskings.set-mission-state", {"mission": oid("pont"), "state": "accepted"})
    text = document("mission").compose(matter_of(story), Order(thing=oid("pont"))).text or ""
    assert text.index("Demandée : ") < text.index("Acceptée : ")


def test_the_whole_operation_is_one_document_with_its_contents_and_names_what_it_leaves_out() -> None:
    night = matter_of(a_night())
    pages = pages_of(set_pdf(document("operation").compose(night, Order())))
    contents = pages[0]
    order = ("Point de situation", "Sinistres et réseaux", "Fiche mission · Fermer le pont", "Relève", "Main courante")
    places = [contents.index(words) for words in order]
    assert places == sorted(places)
    assert all(f"Page {number} / {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert "Frapper à chaque porte" in "".join(pages[1:])
    nothing = BoardShown(things=(), conflicts=())
    bare = msgspec.structs.replace(night, board=nothing, entries=night.entries * 1_500)
    said = flowing(set_pdf(document("operation").compose(bare, Order())))
    assert "Demandes de moyens : rien à cet instant" in said
    assert "Main courante : trop long pour être joint" in said


def test_a_message_is_one_line_of_the_logbook(matter: Matter) -> None:
    wanted = next(one for one in matter.entries if one.corrections)
    order = Order(entry=wanted.entry, paper=PaperSize.A5)
    pages = pages_of(set_pdf(document("message").compose(matter, order)))
    assert len(pages) == 1
    assert "Douze personnes à évacuer" in pages[0]
    assert "La Charente" not in pages[0]


def test_means_are_told_by_state_with_their_number(matter: Matter) -> None:
    text = document("means").compose(matter, Order()).text or ""
    assert "Engagé (1)\n- FPT 1" in text
    assert "En transit (1)\n- VSAV 2" in text
    said = text_of(set_pdf(document("means").compose(matter, Order())))
    assert said.index("FPT 1") < said.index("VSAV 2"), "what is at work comes first"


@pytest.mark.parametrize("kind", sorted(BLANK))
def test_empty_forms_have_the_layout_of_the_filled_ones_and_as_many_pages_as_asked(kind: str, matter: Matter) -> None:
    blank = document(kind).compose(msgspec.structs.replace(matter, entries=(), links=()), Order(blank=3))
    said = pages_of(set_pdf(blank))
    assert len(said) == 3
    assert all("Formulaire vierge" in page and "EXERCICE" in page for page in said)
    assert not any(one.name in page for page in said for one in matter.picture.resources) if matter.picture else False
    if kind not in ONLY_BLANK:
        assert document(kind).compose(matter, order_for(kind, matter)).layout == blank.layout


def test_blank_sheets_of_the_logbook_have_names_that_no_other_printing_gives(matter: Matter) -> None:
    later = msgspec.structs.replace(matter, printed_at=matter.printed_at + timedelta(seconds=1))
    names = [name for printed in (matter, later) for name in sheet_names(printed, 2)]
    assert len(set(names)) == 4
    pages = pages_of(set_pdf(document("logbook").compose(matter, Order(blank=2))))
    assert [name in page for name, page in zip(names[:2], pages, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("kind", "asked", "code"),
    [
        ("message", {}, "entry-needed"),
        ("message", {"entry": "w" + "0" * 20 + "-7"}, "entry-unknown"),
        ("mission", {"thing": oid("nowhere")}, "unknown"),
        ("census", {}, "only-blank"),
        ("map", {"paper": PaperSize.A5}, "paper-too-small"),
        ("logbook", {"zone": "Mars/Olympus"}, "zone-unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_is_refused_with_its_reason(
    kind: str, asked: dict[str, Any], code: str, matter: Matter
) -> None:
    with pytest.raises(Refused) as refusal:
        document(kind).compose(matter, Order(**asked))
    assert refusal.value.code == code


def test_a_document_that_does_not_exist() -> None:
    with pytest.raises(Refused, match="unknown"):
        document("novel")


def test_a_logbook_without_end_is_refused(matter: Matter) -> None:
    whole = msgspec.structs.replace(matter, entries=matter.entries * 1_500)
    with pytest.raises(Refused, match="document-too-long"):
        document("logbook").compose(whole, Order())


def test_a_page_that_never_ends_is_ended() -> None:
    turning = Manuscript(layout="logbook", data={"lines": [0] * 10}, text=None)
    with pytest.raises(Refused, match="document-too-slow"):
        set_pdf(turning, timeout_s=0.001)


def test_the_languages_say_the_same_things() -> None:
    french, english = words_of("fr"), words_of("en")
    assert french.keys() == english.keys()
    assert all(french.values()) and all(english.values())  # noqa: PT018 - one thing: nothing is left unsaid


def test_paper_and_desk_use_the_same_words() -> None:
    words = runpy.run_path(str(ROOT / "scripts" / "paper_words.py"))
    for language in ("fr", "en"):
        kept = (ROOT / "src" / "garance" / "exports" / "words" / f"{language}.json").read_text(encoding="utf-8")
        assert kept == words["written"](language), (
            "run `python scripts/paper_words.py` after changing words of the desk"
        )


WORDS = st.text(
    alphabet=st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=120
).filter(str.strip)


INSTRUCTIONS = (
    '#read("/etc/passwd")', '#import "@preview/cetz:0.3.0"', "= Titre", "#panic()", "<svg>&amp;", "*a* _b_ $c$",
)  # fmt: skip


def test_no_word_of_a_person_is_an_instruction() -> None:
    story = Story()
    story.begin()
    for text in INSTRUCTIONS:
        story.tell("logbook.write", entry(text))
        story.tell("drawings.draw", shape(text))
    whole = matter_of(story)
    for kind in ("logbook", "drawings", "map"):
        said = "".join(text_of(set_pdf(document(kind).compose(whole, Order()))).split())
        assert kind == "map" or all("".join(text.split()) in said for text in INSTRUCTIONS), kind


@settings(max_examples=15)
@given(texts=st.lists(WORDS, min_size=1, max_size=6))
def test_whatever_may_be_written_may_be_printed(texts: list[str]) -> None:
    """Signs that our fonts lack, other directions, marks without a letter: a page comes out, and says its mode."""
    story = Story()
    story.begin()
    for text in texts:
        try:
            story.tell("logbook.write", entry(text))
        except Refused:
            continue  # what cannot be printed is refused when it is written
    pages = pages_of(set_pdf(document("logbook").compose(matter_of(story), Order())))
    assert pages
    assert all("EXERCICE" in page for page in pages)


def test_a_word_without_end_stays_on_the_sheet() -> None:
    story = Story()
    story.begin()
    story.tell("logbook.write", entry("https://" + "adresse" * 150, sender="s" * 200))
    said = "".join(text_of(set_pdf(document("logbook").compose(matter_of(story), Order()))).split())
    said = said.replace("\u200b", "")
    assert "adresse" * 150 in said
    assert "s" * 200 in said


@pytest.mark.parametrize("kind", sorted(kind for kind, one in DOCUMENTS.items() if Format.TEXT in one.formats))
def test_what_is_given_as_text_is_never_empty(kind: str, matter: Matter) -> None:
    assert document(kind).compose(matter, order_for(kind, matter)).text

"""Every document, read back from its pages: what it says, on which pages, and what no word of a person can do to it."""

from __future__ import annotations

import runpy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import flowing, is_tagged, pages_of, text_of
from support.papers import a_story, matter_of
from support.source import ROOT
from support.story import Story, entry, shape

from garance.exports.registry import DOCUMENTS, document
from garance.exports.typesetting.press import set_pdf
from garance.exports.words import words_of
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Order, PaperSize

BLANK = {"logbook", "message", "mission", "means", "drawings", "census"}
ONLY_BLANK = {"mission", "census"}


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


@pytest.mark.parametrize(
    ("kind", "asked", "code"),
    [
        ("message", {}, "entry-needed"),
        ("message", {"entry": "w" + "0" * 20 + "-7"}, "entry-unknown"),
        ("mission", {}, "only-blank"),
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

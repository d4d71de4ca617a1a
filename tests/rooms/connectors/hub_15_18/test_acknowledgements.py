"""What is answered: a reference for what was received, an error for what was refused, nothing to an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from garance.connectors.hub_15_18.acknowledgements import acknowledge, answer_refused, error_content
from garance.connectors.hub_15_18.decode import observations
from garance.connectors.hub_15_18.message import Form
from garance.connectors.hub_15_18.reading import emit, read, write
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.ports.observation import Answered

FRAMES = Path(__file__).resolve().parents[3] / "frames" / "hub-15-18"
NOW = datetime(2026, 3, 13, 9, 30, tzinfo=UTC)
US = "fr.health.samuB"


def test_what_is_received_is_acknowledged_to_who_sent_it() -> None:
    received = read((FRAMES / "edxl-rc-eda.json").read_bytes())
    answer = acknowledge(received, now=NOW, unique="7")
    assert answer is not None
    for form in Form:
        back = read(emit(answer, Mode.ACTUAL, form))
        assert back.envelope is not None
        assert back.envelope.distribution_id == "fr.health.samuB_7"
        assert (back.envelope.sender_id, back.envelope.recipient) == (US, "fr.health.samuA")
        assert (back.envelope.kind, back.envelope.status) == ("Ack", "Actual")
        assert back.bodies[0].header is not None
        assert back.bodies[0].header.recipients == ("fr.health.samuA",)
        assert dict(back.bodies[0].content) == {
            "distributionID": "fr.health.samuA_2608323d-507d-4cbf-bf74-52007f8124ea", "step": "RECU",
        }  # fmt: skip


def test_an_exercise_is_acknowledged_as_an_exercise() -> None:
    frame = (FRAMES / "edxl-rc-eda.json").read_bytes().replace(b'"Actual"', b'"Exercise"')
    answer = acknowledge(read(frame), now=NOW, unique="7")
    assert answer is not None
    assert answer.mode is Mode.EXERCISE
    with pytest.raises(Refused, match="hub-status-differs"):
        emit(answer, Mode.ACTUAL)


def test_nothing_answers_an_answer_nor_a_bare_content() -> None:
    received = read((FRAMES / "edxl-rc-eda.json").read_bytes())
    answer = acknowledge(received, now=NOW, unique="7")
    assert answer is not None
    assert acknowledge(answer, now=NOW, unique="8") is None
    assert acknowledge(read((FRAMES / "geo-pos.json").read_bytes()), now=NOW, unique="8") is None


def test_a_partner_is_answered_under_the_name_that_he_uses() -> None:
    frame = (FRAMES / "edxl-rc-eda.json").read_bytes()
    frame = frame.replace(b'"senderID": "fr.health.samuA"', b'"senderID": "partage-affaire"')
    answer = acknowledge(read(frame), now=NOW, unique="7")
    assert answer is not None
    for form in Form:
        back = read(emit(answer, Mode.ACTUAL, form))
        assert back.envelope is not None
        assert back.envelope.recipient == "partage-affaire"


def refused_by(content: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read(content)
    return refused.value


@pytest.mark.parametrize("form", list(Form))
def test_what_is_refused_is_answered_with_where_and_what_was_wanted(form: Form) -> None:
    frame = write(read((FRAMES / "edxl-rc-eda.json").read_bytes()), form).replace(b"C01.01.04", b"C1")
    why = refused_by(frame)
    error, reference = answer_refused(frame, why, client=US, now=NOW, uniques=("e", "r"))
    for one in Form:
        (told,) = observations(read(emit(error, Mode.ACTUAL, one)))
        assert isinstance(told, Answered)
        assert "300 INVALID_MESSAGE" in told.text
        assert "content[0].message.createCase.qualification.whatsHappen.code" in told.text
        assert error.envelope is not None
        assert error.envelope.kind == "Error"
        back = read(emit(reference, Mode.ACTUAL, one)).bodies[0].content
        assert back["refused"] is True
        assert back["step"] == "ERREUR"
        assert back["errorDistributionID"] == error.envelope.distribution_id
    assert b"2-roues" not in emit(error, Mode.ACTUAL), "the message is never quoted"


def test_what_does_not_say_its_sender_is_not_answered() -> None:
    why = Refused("json-malformed")
    for content in (b"", b"{", b"[]", b"<a/>", b'{"senderID": 3}', b'{"senderID": "a"}', b"\xff"):
        assert answer_refused(content, why, client=US, now=NOW, uniques=("e", "r")) == ()
    frame = (FRAMES / "edxl-rc-eda.json").read_bytes()
    for kind in (b'"Ack"', b'"Error"'):
        assert answer_refused(frame.replace(b'"Report"', kind), why, client=US, now=NOW, uniques=("e", "r")) == ()


@pytest.mark.parametrize(
    ("code", "number"),
    [("hub-message-invalid", 300), ("hub-content-several", 300), ("hub-xml-malformed", 102), ("hub-not-sent", 700)],
)
def test_an_error_has_a_code_of_the_family(code: str, number: int) -> None:
    assert error_content(Refused(code), "x")["errorCode"]["statusCode"] == number

"""Routing without sockets: who holds a name, what a newcomer is shown, what one tick brings to each."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from support.tak import LATER, NOW, said

from garance.connectors.tak.relay import newcomers, routing
from garance.connectors.tak.relay.clients import ALL, Client, Identity, Message, OpenRights, Standing
from garance.connectors.tak.relay.control import DECLARATION
from garance.connectors.tak.relay.mail import Mail
from garance.connectors.tak.relay.newcomers import Newcomers
from garance.connectors.tak.relay.routed import read_routed
from garance.connectors.tak.relay.routing import Router
from garance.connectors.tak.relay.splitter import Piece


def client(number: int, name: str = "", *, proven: bool = False) -> Client:
    return Client(number, Identity(name or f"10.0.0.{number}", f"10.0.0.{number}", proven=proven), Standing())


def message(source: Client | None, xml: bytes) -> Message:
    return Message(xml, read_routed(Piece(False, xml)), source=source, groups=ALL)


def house(*clients: Client) -> Router:
    router = Router(OpenRights())
    for one in clients:
        router.add(one)
    return router


def test_a_proven_client_keeps_its_uid_from_others_and_its_own_return_takes_it() -> None:
    ann, thief = client(1, "ann", proven=True), client(2, "eve", proven=True)
    router = house(ann, thief)
    router.note(message(ann, said("u", callsign="ANN")), NOW, 1)
    router.note(message(thief, said("u", callsign="ANN")), NOW, 1)
    assert router.of_uid("u") is ann
    again = client(3, "ann", proven=True)
    router.add(again)
    router.note(message(again, said("u", callsign="ANN")), NOW, 2)
    assert router.of_uid("u") is again
    assert router.remove(ann) == []
    assert router.remove(again) == [("u", "a-f-G-U-C")]
    assert router.presences == {}


def test_a_gateway_is_reached_by_each_name_it_speaks_for() -> None:
    gateway, other = client(1), client(2)
    router = house(gateway, other)
    for number in range(3):
        router.note(message(gateway, said(f"u{number}", callsign=f"C{number}")), NOW, 1)
    router.note(message(gateway, said("u1", callsign="NEW")), NOW, 1)
    assert router.named(message(other, said("m", "b-t-f", to='<dest callsign="C2"/>'))) == [gateway]
    assert router.named(message(other, said("m", "b-t-f", to='<dest callsign="NEW"/>'))) == [gateway]
    assert router.named(message(other, said("m", "b-t-f", to='<dest callsign="C1"/>'))) == []
    assert (gateway.uid, gateway.callsign) == ("u0", "C0")
    assert sorted(router.remove(gateway)) == [(f"u{number}", "a-f-G-U-C") for number in range(3)]
    assert router.named(message(other, said("m", "b-t-f", to='<dest callsign="NEW"/>'))) == []


def test_a_marker_is_not_the_client_that_dropped_it() -> None:
    ann = client(1)
    router = house(ann)
    router.note(message(ann, said("ann", callsign="ANN")), NOW, 1)
    router.note(message(ann, said("mark", "a-h-G", detail='<contact callsign="H.1"/>')), NOW, 1)
    assert router.of_uid("mark") is None
    assert set(router.presences) == {"ann", "mark"}


def test_presences_are_bounded_the_oldest_goes_first() -> None:
    router = house()
    for number in range(routing.MAX_PRESENCES + 5):
        router.note(message(None, b"<event uid='%d' type='a-f'/>" % number), NOW, 1)
    assert len(router.presences) == routing.MAX_PRESENCES
    assert next(iter(router.presences)) == "5"
    router.purge(NOW + routing.MAX_PRESENCE_AGE + timedelta(seconds=1))
    assert router.presences == {}


def test_stale_is_read_in_each_writing_and_nonsense_lasts_a_day() -> None:
    for stale, lasts in ((LATER, False), ("1764287395083", False), ("never", True), ("9" * 40, True), ("", True)):
        router = house()
        router.note(message(None, said("u", stale=stale)), NOW, 1)
        router.purge(NOW + timedelta(hours=1))
        assert bool(router.presences) is lasts, stale


def test_newcomers_of_one_moment_share_what_they_are_given() -> None:
    router = house()
    made = Newcomers(router)
    router.note(message(None, said("a")), NOW, 1)
    first = made.pictures(client(1), NOW, 10.0, 1)
    assert [picture.messages for picture in first] == [1]
    assert made.pictures(client(2), NOW, 10.5, 1)[0] is first[0]
    router.note(message(None, said("b")), NOW, 2)
    shared, more = made.pictures(client(3), NOW, 10.6, 2)
    assert shared is first[0]
    assert more.joined == DECLARATION + said("b")
    assert [picture.messages for picture in made.pictures(client(4), NOW, 10.1 + newcomers.SHARED_S, 2)] == [2]
    made.forget()
    assert made.pictures(client(5), NOW, 11.2, 2)[0].messages == 2


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.booleans(), st.sets(st.integers(0, 4), max_size=3), st.booleans()), max_size=25
    )
)
def test_each_gets_what_it_would_get_alone(story: list[tuple[int, bool, set[int], bool]]) -> None:
    clients = [client(number) for number in range(5)]
    mail = Mail(Standing(), as_frame=False)
    wanted: list[list[bytes]] = [[] for _ in clients]
    lasting: list[list[bytes]] = [[] for _ in clients]
    for number, (source, directed, to, replaceable) in enumerate(story):
        one = message(clients[source], said(f"m{number}"))
        written = one.written(as_frame=False)
        if directed:
            for target in sorted(to - {source}):
                mail.add_for(target, one)
        else:
            mail.add(one, replaceable=replaceable, source=source)
        for target in range(5):
            if target != source and (target in to or not directed):
                wanted[target].append(written)
                if directed or not replaceable:
                    lasting[target].append(written)
    for number in range(5):
        assert mail.for_client(number) == (b"".join(wanted[number]), len(wanted[number]))
        assert mail.lasting_for(number) == (lasting[number], len(wanted[number]) - len(lasting[number]))

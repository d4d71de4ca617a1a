"""Kept links: lines are whole whatever the chunks, memory is bounded, and a fall is said once and mended."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from support.outlets import Heard, running

from garance.connectors.lines import Pauses, Peer, Splitter, follow_lines, listen_datagrams
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation, Withdrawn


class Words:
    """A connector for which each line is a thing withdrawn; `bad` lines are refused."""

    def decode(self, frame: Frame) -> Sequence[Observation]:
        if frame.data.startswith(b"bad"):
            raise Refused("value-wrong")
        return [Withdrawn(uid=frame.data.decode())]

    async def run(self, outlet: Outlet) -> None:
        """Nothing."""


def quick() -> Pauses:
    return Pauses(lambda: 0.5, first_s=0.01, most_s=0.05)


def said(heard: Heard) -> list[str]:
    return [one.uid for one in heard.observations]


@given(lines=st.lists(st.binary(min_size=1, max_size=30).filter(lambda one: b"\n" not in one)), cuts=st.data())
def test_lines_are_the_same_however_the_stream_is_cut(lines: list[bytes], cuts: st.DataObject) -> None:
    stream = b"".join(line + b"\r\n" for line in lines)
    whole, cut = Splitter(20), Splitter(20)
    places = sorted(cuts.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    parts = [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]
    assert [line for part in parts for line in cut.feed(part)] == whole.feed(stream)
    assert cut.overlong == whole.overlong


def test_a_line_without_end_takes_no_memory() -> None:
    splitter = Splitter(100)
    for _ in range(10_000):
        assert splitter.feed(b"x" * 1000) == []
        assert len(splitter._rest) <= 100
    assert splitter.feed(b"\nshort\n") == [b"short"]
    assert splitter.overlong == 1


def test_waits_grow_to_their_most_and_scatter() -> None:
    low, high = Pauses(lambda: 0.0), Pauses(lambda: 1.0)
    assert [low.next_s() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [high.next_s() for _ in range(8)] == [1.5, 3, 6, 12, 24, 48, 90, 90]
    low.reset()
    assert low.next_s() == 0.5
    assert len({Pauses().next_s() for _ in range(20)}) > 1


async def test_a_server_that_falls_is_followed_again_and_each_fall_said_once() -> None:
    greetings: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greetings.append(await reader.readline())
        writer.write(b"one\r\ntw")
        await writer.drain()
        writer.write(b"o\nbad\n" + b"x" * 5000 + b"\n" if len(greetings) == 1 else b"o\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    heard, peer = Heard(), Peer(host="127.0.0.1", port=port, greeting=b"hello\n")
    async with running(follow_lines(Words(), peer, heard, quick())):
        await heard.until(lambda: heard.links.count("up") >= 2)
        server.close()
        await server.wait_closed()
        await heard.until(lambda: heard.links[-1].startswith("lost"))
        falls = len(heard.links)
        await asyncio.sleep(0.3)  # several tries against a closed port
        assert len(heard.links) == falls, "a link that stays down is not said again"
    assert heard.links[:3] == ["up", "lost closed", "up"]
    assert said(heard)[:4] == ["one", "two", "one", "two"]
    assert heard.refused == ["value-wrong", "frame-too-large"]
    assert greetings[0] == b"hello\n"
    assert heard.senders[0].name == f"127.0.0.1:{port}"
    assert not heard.senders[0].proven


async def test_a_peer_that_goes_silent_is_taken_for_lost_and_is_spoken_to_meanwhile() -> None:
    spoken: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"one\n")
        while line := await reader.readline():
            spoken.append(line)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    heard = Heard()
    port = server.sockets[0].getsockname()[1]
    peer = Peer(host="127.0.0.1", port=port, keepalive=b"# here\n", keepalive_s=0.05, silence_s=0.3)
    async with running(follow_lines(Words(), peer, heard, quick())):
        await heard.until(lambda: "lost silent" in heard.links)
    server.close()
    assert b"# here\n" in spoken


async def test_datagrams_are_heard_line_by_line() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    heard = Heard()
    async with running(listen_datagrams(Words(), "127.0.0.1", port, heard, quick())):
        await heard.until(lambda: "up" in heard.links)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"one\r\ntwo", ("127.0.0.1", port))
            sending.sendto(b"bad", ("127.0.0.1", port))
        await heard.until(lambda: len(heard.observations) == 2 and bool(heard.refused))
    assert said(heard) == ["one", "two"]
    assert heard.senders[0].name == "127.0.0.1"


async def test_a_port_in_use_is_said_and_taken_once_free() -> None:
    heard = Heard()
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    async with running(listen_datagrams(Words(), "127.0.0.1", port, heard, quick())):
        await heard.until(lambda: bool(heard.links))
        taken.close()
        await heard.until(lambda: "up" in heard.links)
    assert heard.links == ["lost OSError", "up"]

"""What devices say to each other over multicast (maillage): one message a datagram, XML or framed."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct

from garance.connectors.tak.relay.clients import Client, Identity
from garance.connectors.tak.relay.relay import Relay
from garance.connectors.tak.relay.splitter import Piece, Splitter
from garance.connectors.tak.relay.varints import MESH_HEADER
from garance.kernel.refusal import Refused

SITUATION_GROUP, SITUATION_PORT = "239.2.3.1", 6969
"""Where ATAK says where it is, unless told otherwise."""


def piece_of(datagram: bytes) -> Piece:
    """The one message of a datagram; refuses `tak-message-malformed`."""
    if datagram.startswith(MESH_HEADER):
        return Piece(True, datagram[len(MESH_HEADER) :])
    splitter = Splitter()
    splitter.feed(datagram)
    pieces = splitter.pieces(2)
    if len(pieces) != 1 or pieces[0].is_frame:
        raise Refused("tak-message-malformed")
    return pieces[0]


class Mesh(asyncio.DatagramProtocol):
    """Listens to a group, and says what it hears to the clients of the relay. It says nothing to the group."""

    def __init__(self, relay: Relay, name: str, *, most_per_tick: int = 500) -> None:
        self._relay = relay
        self._most_per_tick = most_per_tick
        self._turn = -1
        self._left = 0
        self.client: Client = relay.new_client(Identity(name, name))

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """One message; what cannot be read, or is too much for one tick, is counted and dropped."""
        counted = self.client.counted
        counted.received_messages += 1
        counted.received_bytes += len(data)
        if self._turn != self._relay.turn:
            self._turn, self._left = self._relay.turn, self._most_per_tick
        self._left -= 1
        if self._left < 0:
            counted.withheld += 1
            return
        try:
            self._relay.inject(piece_of(data), self.client)
        except Refused:
            counted.refused += 1


async def listen_to_mesh(
    relay: Relay, group: str = SITUATION_GROUP, port: int = SITUATION_PORT, *, interface: str | None = None
) -> asyncio.DatagramTransport:
    """Join a group, on the interface of that address; or listen on a plain address. Closing the transport leaves.

    Raises `OSError`, and `ValueError` for what is no address.
    """
    address = ipaddress.IPv4Address(group)
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP)
    try:
        heard.setblocking(False)
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        heard.bind((group, port))
        if address.is_multicast:
            by = socket.inet_aton(interface) if interface else bytes(4)
            member = struct.pack("=4s4s", socket.inet_aton(group), by)
            heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Mesh(relay, f"mesh {group}:{port}"), sock=heard)
    except BaseException:
        heard.close()
        raise
    return transport

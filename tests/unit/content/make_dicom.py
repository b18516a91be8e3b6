#!/usr/bin/env python3
"""Writes the DICOM files of this folder, element by element (PS3.5 chapter 7, PS3.10 chapter 7)."""

import struct
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent
CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED, BIG_ENDIAN = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
UNDEFINED = 0xFFFFFFFF
LONG = {"OB", "OW", "SQ", "UN", "UT"}


def element(tag: int, representation: str, value: bytes | str, explicit: bool = True, order: str = "<",
            length: int | None = None) -> bytes:
    if isinstance(value, str):
        value = value.encode("ascii")
    if len(value) % 2:
        value += b"\0" if representation == "UI" else b" "
    size = len(value) if length is None else length
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if not explicit:
        return head + struct.pack(order + "I", size) + value
    head += representation.encode()
    if representation in LONG:
        return head + struct.pack(order + "HI", 0, size) + value
    return head + struct.pack(order + "H", size) + value


def delimiter(tag: int, length: int = 0, order: str = "<") -> bytes:
    return struct.pack(order + "HHI", tag >> 16, tag & 0xFFFF, length)


def meta(syntax: str) -> bytes:
    body = (element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", CT_STORAGE)
            + element(0x00020003, "UI", "1.2.250.1.999.1") + element(0x00020010, "UI", syntax))
    return element(0x00020000, "UL", struct.pack("<I", len(body))) + body


def file(syntax: str, data: bytes) -> bytes:
    return bytes(128) + b"DICM" + meta(syntax) + data


def ct(explicit: bool = True, order: str = "<", sequence: bytes | None = None) -> bytes:
    def one(tag: int, representation: str, value: bytes | str) -> bytes:
        return element(tag, representation, value, explicit, order)

    if sequence is None:
        item = one(0x00081150, "UI", CT_STORAGE) + one(0x00100020, "LO", "HIDDEN")
        sequence = one(0x00081140, "SQ", delimiter(0xFFFEE000, len(item), order) + item)
    return b"".join((
        one(0x00080005, "CS", "ISO_IR 100"), one(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        one(0x00080016, "UI", CT_STORAGE), one(0x00080050, "SH", ""), one(0x00080060, "CS", "CT"),
        one(0x00080080, "LO", "CLINIQUE FICTIVE"), one(0x00081030, "LO", "THORAX"),
        one(0x0008103E, "LO", " SERIE 1"), sequence,
        one(0x00100010, "PN", "ESSAI^Jeanne"), one(0x00100020, "LO", "PAT-9"),
        one(0x00100021, "LO", "CLINIQUE"), one(0x00100030, "DA", "19500203"),
        one(0x00180015, "CS", "CHEST"), one(0x00200013, "IS", "4"),
        one(0x00280010, "US", struct.pack(order + "H", 512)),
        one(0x00321060, "LO", "Scanner"), one(0x00400254, "LO", "Scanner du thorax"),
        one(0x7FE00010, "OW", bytes(64))))


def small(*elements: bytes, charset: str = "") -> bytes:
    begin = element(0x00080005, "CS", charset) if charset else b""
    return file(EXPLICIT, begin + b"".join(elements))


def undefined_lengths() -> bytes:
    inner = (element(0x00081140, "SQ", b"", length=UNDEFINED) + delimiter(0xFFFEE000, UNDEFINED)
             + element(0x00100020, "LO", "HIDDEN") + delimiter(0xFFFEE00D) + delimiter(0xFFFEE0DD))
    return (element(0x00081140, "SQ", b"", length=UNDEFINED) + delimiter(0xFFFEE000, UNDEFINED) + inner
            + element(0x00080060, "CS", "HIDDEN") + delimiter(0xFFFEE00D)
            + delimiter(0xFFFEE000, len(inner)) + inner + delimiter(0xFFFEE0DD))


def unknown() -> bytes:
    item = element(0x00100020, "LO", "HIDDEN", explicit=False)
    return (element(0x00091001, "UN", b"", length=UNDEFINED) + delimiter(0xFFFEE000, UNDEFINED) + item
            + delimiter(0xFFFEE00D) + delimiter(0xFFFEE0DD))


def pixels_within() -> bytes:
    icon = element(0x00100020, "LO", "HIDDEN") + element(0x7FE00010, "OW", bytes(32))
    return (element(0x00088888, "SQ", b"", length=UNDEFINED) + delimiter(0xFFFEE000, UNDEFINED) + icon
            + delimiter(0xFFFEE00D) + delimiter(0xFFFEE0DD))


def person(encoding: str) -> tuple[bytes, ...]:
    return (element(0x00080080, "LO", "Hôpital".encode(encoding)),
            element(0x00100010, "PN", "Noël^Zoé".encode(encoding)), element(0x00100020, "LO", "5"))


def bare(value: bytes) -> tuple[bytes, ...]:
    return element(0x00080080, "LO", "X"), value, element(0x00100020, "LO", "5")


def compressed(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


explicit = ct()
FILES = {
    "dicom_explicit": file(EXPLICIT, explicit),
    "dicom_implicit": file(IMPLICIT, ct(explicit=False)),
    "dicom_big_endian": file(BIG_ENDIAN, ct(order=">")),
    "dicom_deflated": file(DEFLATED, compressed(explicit)),
    "dicom_raw_explicit": explicit,
    "dicom_raw_implicit": ct(explicit=False),
    "dicom_raw_with_meta": meta(EXPLICIT) + explicit,
    "dicom_undefined_lengths": file(EXPLICIT, ct(sequence=undefined_lengths())),
    "dicom_unknown_of_undefined_length": file(EXPLICIT, ct(sequence=unknown())),
    "dicom_pixels_within": file(EXPLICIT, ct(sequence=pixels_within())),
    "dicom_latin1": small(*person("latin-1"), charset="ISO_IR 100"),
    "dicom_utf8": small(*person("utf-8"), charset="ISO_IR 192"),
    "dicom_charset_not_known_here": small(
        element(0x00080080, "LO", "X"), element(0x00100010, "PN", b"\xc7\xd5"),
        element(0x00100020, "LO", "5"), charset="ISO_IR 144"),
    "dicom_old_birth_date": small(*bare(b""), element(0x00100030, "DA", "1950.02.03")),
    "dicom_cut_in_a_value": file(EXPLICIT, explicit)[:file(EXPLICIT, explicit).index(b"PAT-9") + 2],
    "dicom_value_beyond_the_end": small(element(0x00080060, "CS", "CT"),
                                        element(0x00080080, "LO", "X", length=0xFFF0)),
    "dicom_tags_out_of_order": small(element(0x00080060, "CS", "CT"), element(0x00080016, "UI", CT_STORAGE)),
    "broken_dicom_preamble_alone": bytes(128) + b"DICM",
    "broken_dicom_garbage_after_magic": bytes(128) + b"DICM" + b"\xff" * 64,
    "broken_dicom_raw_without_class": element(0x00080060, "CS", "CT") + element(0x00100020, "LO", "5"),
    "broken_dicom_raw_cut": explicit[:explicit.index(CT_STORAGE.encode()) + 8],
}

for name, content in FILES.items():
    (FOLDER / f"{name}.dcm").write_bytes(content)

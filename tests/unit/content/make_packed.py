#!/usr/bin/env python3
"""Writes the gzip and zip files of this folder, byte by byte where Python's modules write no such thing
(RFC 1952; APPNOTE.TXT 6.3.10)."""

import gzip
import struct
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent
TOLD_BEHIND, ENCRYPTED = 1 << 3, 1
STORED, DEFLATED = 0, 8


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def gzip_with_names(content: bytes) -> bytes:
    plain = packed(content)
    return plain[:3] + b"\x1c" + plain[4:10] + b"\4\0EXTR" + b"name\0" + b"comment\0" + plain[10:]


def deflated(content: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(content) + deflater.flush()


class Zip:
    def __init__(self) -> None:
        self.bytes = b""
        self.directory = b""
        self.count = 0

    def add(self, name: str, content: bytes, method: int = DEFLATED, flags: int = 0, long: bool = False) -> "Zip":
        data = deflated(content) if method == DEFLATED else content
        crc = zlib.crc32(content)
        told = (crc, len(data), len(content))
        here = (0, 0, 0) if flags & TOLD_BEHIND else told
        extra = b""
        if long:
            here = (crc, 0xFFFFFFFF, 0xFFFFFFFF)
            extra = struct.pack("<HH2sHHQQ", 0x7075, 2, b"xx", 1, 16, len(content), len(data))
        offset = len(self.bytes)
        raw = name.encode()
        self.bytes += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, flags, method, 0, 33, *here, len(raw), len(extra))
        self.bytes += raw + extra + data
        if flags & TOLD_BEHIND:
            self.bytes += struct.pack("<4sIII", b"PK\7\10", *told)
        self.directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, flags, method, 0, 33, *told,
                                      len(raw), 0, 0, 0, 0, 0, offset) + raw
        self.count += 1
        return self

    def end(self, comment: bytes = b"") -> bytes:
        return self.bytes + self.directory + struct.pack(
            "<4sHHHHIIH", b"PK\5\6", 0, 0, self.count, self.count, len(self.directory), len(self.bytes),
            len(comment)) + comment


message = (FOLDER / "hl7_laboratory_result.hl7").read_bytes()
batch = (FOLDER / "hl7_batch_in_file.hl7").read_bytes()
image = (FOLDER / "dicom_explicit.dcm").read_bytes()
document = (FOLDER / "pdf.pdf").read_bytes()
one = Zip().add("a.hl7", message).end()
# A stored member that holds what looks like the descriptor behind it.
tricky = message + b"PK\7\10" + bytes(8) + b"\1\0\0\0"
bomb = b"MSH|^~\\&|A|F|||||ORU^R01|1|P|2.5\r" + b"ZZZ|" + bytes(1_000_000)

FILES = {
    "gzip_message.hl7.gz": packed(message),
    "gzip_two_members.hl7.gz": packed(message[:100]) + packed(message[100:]) + bytes(512),
    "gzip_cut.hl7.gz": packed(message)[:-12],
    "gzip_with_name_and_comment.hl7.gz": gzip_with_names(message),
    "gzip_bomb.gz": packed(bytes(4_000_000)),
    "gzip_bomb_of_a_message.gz": packed(bomb),
    "gzip_pdf.pdf.gz": packed(document),
    "gzip_batch.hl7.gz": packed(batch),
    "gzip_wrong_checksum.hl7.gz": packed(batch)[:-8] + bytes(4) + packed(batch)[-4:],
    "gzip_wrong_length.hl7.gz": packed(batch)[:-1] + b"\1",
    "gzip_garbage_behind.hl7.gz": packed(batch) + b"\0\0x",
    "gzip_in_gzip.gz": packed(packed(message)),
    "broken_gzip_data.gz": packed(message)[:12] + b"\xff" * 40,
    "broken_gzip_header_alone.gz": packed(message)[:10],
    "zip_deflated.zip": one,
    "zip_stored.zip": Zip().add("a.hl7", message, STORED).end(b"a comment"),
    "zip_stored_told_behind.zip": Zip().add("a.hl7", tricky, STORED, TOLD_BEHIND).add("b", b"x").end(),
    "zip_deflated_told_behind.zip": Zip().add("a.hl7", message, DEFLATED, TOLD_BEHIND).end(),
    "zip_folder_first.zip": Zip().add("in/", b"", STORED).add("in/a.hl7", message).end(),
    "zip_deflated_folder_first.zip": Zip().add("in/", b"", DEFLATED, TOLD_BEHIND).add("in/a.hl7", message).end(),
    "zip_long_lengths.zip": Zip().add("a.hl7", message, STORED, long=True).add("b", b"x").end(),
    "zip_two_members.zip": Zip().add("a.hl7", message).add("b.pdf", document).end(),
    "zip_cut.zip": one[:-90],
    "zip_batch_stored.zip": Zip().add("lot.hl7", batch, STORED).add("b.pdf", document).end(),
    "zip_batch_told_behind.zip": Zip().add("lot.hl7", batch, STORED, TOLD_BEHIND).end(),
    "zip_batch.zip": Zip().add("lot.hl7", batch).end(),
    "zip_dicom.zip": Zip().add("IMG0001", image).end(),
    "zip_encrypted.zip": Zip().add("a.hl7", message, DEFLATED, ENCRYPTED).end(),
    "zip_of_another_method.zip": Zip().add("a.hl7", message, 14).end(),
    "zip_empty_member.zip": Zip().add("empty", b"", STORED).add("a.hl7", message).end(),
    "gzip_in_zip.zip": Zip().add("a.hl7.gz", packed(message), STORED).end(),
    "zip_without_members.zip": Zip().end(),
    "broken_zip_header_alone.zip": one[:20],
    "broken_zip_data.zip": one[:40] + b"\xff" * 60,
}

for name, content in FILES.items():
    (FOLDER / name).write_bytes(content)

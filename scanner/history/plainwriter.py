"""What ``librt.strings`` has to write bytes and read numbers from them, slower: for where it is not installed."""

from __future__ import annotations


class BytesWriter:
    """Bytes that grow at their end."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes)

    def append(self, byte: int) -> None:
        """Append one byte."""
        self._bytes.append(byte)

    def write(self, data: bytes) -> None:
        """Append ``data``."""
        self._bytes += data

    def getvalue(self) -> bytes:
        """All of them."""
        return bytes(self._bytes)

    def truncate(self, size: int) -> None:
        """Leave the first ``size`` bytes."""
        del self._bytes[size:]


def write_i64_le(writer: BytesWriter, number: int) -> None:
    """Append ``number``, of 64 bits and signed, its low byte first."""
    writer._bytes += number.to_bytes(8, "little", signed=True)


def read_i64_le(data: bytes, at: int) -> int:
    """The number that ``write_i64_le`` has put ``at`` there."""
    return int.from_bytes(data[at : at + 8], "little", signed=True)


def read_i32_le(data: bytes, at: int) -> int:
    """The number of 32 bits ``at`` there."""
    return int.from_bytes(data[at : at + 4], "little", signed=True)

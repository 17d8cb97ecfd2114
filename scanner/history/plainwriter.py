"""What ``librt.strings`` has of writing numbers into bytes, for where it is not installed: the same, slower."""

from __future__ import annotations


class BytesWriter:
    """Bytes that grow at their end."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes)

    def getvalue(self) -> bytes:
        """All of them."""
        return bytes(self._bytes)

    def truncate(self, size: int) -> None:
        """Leave the first ``size`` bytes."""
        del self._bytes[size:]


def write_i64_le(writer: BytesWriter, number: int) -> None:
    """Append ``number``, of 64 bits and signed, its low byte first."""
    writer._bytes += number.to_bytes(8, "little", signed=True)

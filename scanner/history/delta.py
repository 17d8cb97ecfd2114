"""The inner loop of the history sweep: what a delta makes of its base, and which of it is new.

This module, and those that say so, are compiled by mypyc when the package is built and a C compiler is there; otherwise
the same text runs interpreted. So it is plain Python with types that a compiler can use: whole numbers, bytes, lists.

A pack stores an object whole, or as a *delta*: instructions that copy ranges of a base object and insert new
bytes. Whatever lies inside one copy was in the base already; only the inserted bytes and the seams between
copies are *fresh*. Everything here takes the pack to be hostile: each number is checked before it is used.
"""

from __future__ import annotations

from typing import Final

from scanner.history.headers import Damaged
from scanner.history.vecs import append, i64, vec

try:
    from librt.strings import BytesWriter, read_i64_le, write_i64_le
except ImportError:
    from scanner.history.plainwriter import BytesWriter, read_i64_le, write_i64_le  # type: ignore[assignment]


def rebuild(base: bytes, delta: bytes, close: int, writer: BytesWriter | None = None) -> tuple[bytes, vec[i64]]:
    """The object that ``delta`` makes of ``base``, and the ends of fresh ranges; Damaged when the two do not fit.

    Ends are two numbers a range, in order. A seam is an empty range; ranges with at most ``close`` bytes between them
    are one. The object is put together in ``writer``, if there is one: with the same for many, its memory is found
    once.
    """
    fresh = vec[i64]()
    end: i64 = len(delta)
    at: i64 = 0
    number: i64 = 0
    shift: i64 = 0
    byte: i64 = 128
    base_size: i64 = len(base)
    while byte & 128:
        if at >= end or shift > 56:
            raise Damaged("a delta's header is malformed")
        byte = delta[at]
        at += 1
        number |= (byte & 127) << shift
        shift += 7
    if number != base_size:
        raise Damaged("a delta is for another base")
    size: i64 = 0
    shift = 0
    byte = 128
    while byte & 128:
        if at >= end or shift > 56:
            raise Damaged("a delta's header is malformed")
        byte = delta[at]
        at += 1
        size |= (byte & 127) << shift
        shift += 7
    made = writer if writer is not None else BytesWriter()
    made.truncate(0)
    parts: list[bytes | memoryview] = []
    view: memoryview | None = None
    done: i64 = 0
    follows: i64 = 0  # where the next copy starts when nothing lies between it and what came before
    inserting: bool = False
    gap: i64 = close
    fresh_from: i64 = -1  # the last fresh range, not yet in the list
    fresh_to: i64 = -1
    copy_from: i64
    length: i64
    op: i64
    while at < end:
        op = delta[at]
        at += 1
        if op & 128:
            if at + 7 > end and at + operands(op) > end:
                raise Damaged("a delta ends in the middle of a copy")
            copy_from = 0
            length = 0
            if op & 1:
                copy_from = delta[at]
                at += 1
            if op & 2:
                byte = delta[at]
                copy_from |= byte << 8
                at += 1
            if op & 4:
                byte = delta[at]
                copy_from |= byte << 16
                at += 1
            if op & 8:
                byte = delta[at]
                copy_from |= byte << 24
                at += 1
            if op & 16:
                length = delta[at]
                at += 1
            if op & 32:
                byte = delta[at]
                length |= byte << 8
                at += 1
            if op & 64:
                byte = delta[at]
                length |= byte << 16
                at += 1
            if length == 0:
                length = 65536
            if copy_from + length > base_size or done + length > size:
                raise Damaged("a delta copies from beyond its base")
            if inserting:
                inserting = False
                fresh_to = done
            elif copy_from != follows:
                if fresh_from < 0 or done > fresh_to + gap:
                    if fresh_from >= 0:
                        fresh = append(append(fresh, fresh_from), fresh_to)
                    fresh_from = done
                fresh_to = done
            if length > _LONG:
                if view is None:
                    view = memoryview(base)
                if len(made):
                    parts.append(made.getvalue())
                    made.truncate(0)
                parts.append(view[copy_from : copy_from + length])
            else:
                _copy(base, copy_from, copy_from + length, made)
            done += length
            follows = copy_from + length
        elif op:
            if at + op > end or done + op > size:
                raise Damaged("a delta inserts more than it holds")
            if not inserting:
                inserting = True
                if fresh_from < 0 or done > fresh_to + gap:
                    if fresh_from >= 0:
                        fresh = append(append(fresh, fresh_from), fresh_to)
                    fresh_from = done
            _copy(delta, at, at + op, made)
            at += op
            done += op
        else:
            raise Damaged("a delta has an instruction that does not exist")
    if done != size:
        raise Damaged("a delta makes an object of another size")
    if fresh_from >= 0 and (inserting or (follows != base_size and done <= fresh_to + gap)):
        fresh_to = done
    if fresh_from >= 0:
        fresh = append(append(fresh, fresh_from), fresh_to)
    if fresh_to < done and follows != base_size:
        fresh = append(append(fresh, done), done)
    if not parts:
        return made.getvalue(), fresh
    if len(made):
        parts.append(made.getvalue())
    return b"".join(parts), fresh


# What is longer is copied once, from where it is; a view of it takes as long as copying it twice more otherwise would.
_LONG: Final = 1536
# So many bytes are copied by themselves, where making an object of them takes longer. Interpreted, where functions have
# their code, there are none.
_SHORT: Final = 0 if hasattr(rebuild, "__code__") else 64


def _copy(source: bytes, at: i64, end: i64, made: BytesWriter) -> None:
    """Append ``source[at:end]`` to ``made``."""
    if end - at > _SHORT:
        made.write(source[at:end])
        return
    while at + 8 <= end:
        write_i64_le(made, read_i64_le(source, at))
        at += 8
    while at < end:
        made.append(source[at])
        at += 1


def operands(op: i64) -> i64:
    """How many bytes follow the copy instruction ``op``."""
    count: i64 = 0
    bit: i64 = 1
    while bit < 128:
        if op & bit:
            count += 1
        bit <<= 1
    return count


def made_size(delta: bytes) -> int:
    """The size in bytes of what ``delta`` makes, as it claims."""
    at: i64 = 0
    end: i64 = len(delta)
    numbers: i64 = 0
    size: i64 = 0
    shift: i64 = 0
    byte: i64
    while numbers < 2:
        if at >= end or shift > 56:
            raise Damaged("a delta's header is malformed")
        byte = delta[at]
        at += 1
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers += 1
            if numbers == 1:
                size = 0
                shift = 0
    return size

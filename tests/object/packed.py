#!/usr/bin/env python3
"""Writes packed.hpp: streams of every type of block, packed by zlib, and what zlib makes of them when they are damaged.

packed.py > packed.hpp; packed.py --check FILE tells whether it is the same.
"""

import struct
import sys
import zlib

ROOM = 4000


def noise(count, seed=1):
    made = bytearray()
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0xFFFFFFFF
        made.append(seed >> 16 & 0xFF)
    return bytes(made)


def text():
    lines = []
    for number in noise(120):
        lines.append(b"CONFIG_OPTION_%d=%s\n" % (number * 7, [b"y", b"m", b"250", b'"text"'][number % 4]))
    return b"".join(lines)


def pack(plain, level=9, strategy=zlib.Z_DEFAULT_STRATEGY):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return packer.compress(plain) + packer.flush()


def pack_far(plain):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(plain) + packer.flush()


def blocks():
    """Blocks of several types behind one another, and an empty one between."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    made = packer.compress(b"first, first, first") + packer.flush(zlib.Z_FULL_FLUSH)
    made += packer.compress(text()[:400]) + packer.flush(zlib.Z_SYNC_FLUSH)
    return made + packer.compress(noise(20)) + packer.flush()


def skewed():
    """Symbols so unequally frequent that some codes have all 15 bits."""
    made = bytearray()
    frequency, before = 1, 1
    for symbol in range(17):
        made += bytes([symbol * 5]) * frequency
        frequency, before = frequency + before, frequency
    return bytes(made)


def gzip(plain, flags):
    head = bytes([0x1F, 0x8B, 8, flags, 1, 2, 3, 4, 0, 3])
    if flags & 4:
        head += struct.pack("<H", 5) + b"extra"
    if flags & 8:
        head += b"a name\0"
    if flags & 16:
        head += b"a comment\0"
    if flags & 2:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    return head + pack(plain) + struct.pack("<II", zlib.crc32(plain), len(plain))


def answer(packed):
    """What zlib makes of a stream, in nine bytes."""
    unpacker = zlib.decompressobj(-15)
    try:
        plain = unpacker.decompress(packed, ROOM + 1)
    except zlib.error:
        return b"\0" * 9
    if not unpacker.eof or len(plain) > ROOM:
        return b"\0" * 9
    return struct.pack("<BII", 1, zlib.crc32(plain), len(packed) - len(unpacker.unused_data))


def cuts(packed):
    return zlib.crc32(b"".join(answer(packed[:size]) for size in range(len(packed))))


def flips(packed):
    answers = bytearray()
    for bit in range(len(packed) * 8):
        damaged = bytearray(packed)
        damaged[bit // 8] ^= 1 << bit % 8
        answers += answer(bytes(damaged))
    return zlib.crc32(answers)


def mutations(all_packed, count):
    """As the test makes them."""
    state = 1

    def number(limit):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (state >> 33) % limit

    answers = bytearray()
    taken = 0
    for _ in range(count):
        damaged = bytearray(all_packed[number(len(all_packed))])
        for _ in range(1 + number(4)):
            at = number(len(damaged))
            if number(2):
                at %= 60
            damaged[at % len(damaged)] = number(256)
        one = answer(bytes(damaged))
        taken += one[0]
        answers += one
    return zlib.crc32(answers), taken


def literal(packed):
    lines = []
    for start in range(0, len(packed), 28):
        lines.append('    "' + "".join("\\%03o" % byte for byte in packed[start:start + 28]) + '"')
    return "\n".join(lines) if lines else '    ""'


def header():
    plain = text()
    streams = {
        "nothing": pack(b""),
        "stored": pack(noise(40), 0),
        "fixed": pack(b"a fixed code, a fixed code, a fixed code", 9, zlib.Z_FIXED),
        "dynamic": pack(plain),
        "literals_only": pack(plain[:700], 9, zlib.Z_HUFFMAN_ONLY),
        "one_letter": pack(b"a" * 1000, 9, zlib.Z_RLE),
        "several_blocks": blocks(),
        "long_codes": pack(skewed()[:ROOM], 9, zlib.Z_HUFFMAN_ONLY),
    }
    plains = {name: zlib.decompress(packed, -15) for name, packed in streams.items()}
    assert all(answer(packed)[0] for packed in streams.values())
    out = ["#pragma once", "// Made by packed.py.", "", "#include <cstdint>", "#include <string_view>", "",
           "// clang-format off", "namespace packed {", "",
           "/// A stream, what it holds (its size and CRC-32), and the CRC-32 of what zlib answers for each beginning of it and",
           "/// for each flip of a bit.",
           "struct sample {", "    char const* name;", "    std::string_view bytes;",
           "    std::uint32_t size, checksum, cuts, flips;", "};", ""]
    for name, packed in streams.items():
        out += [f"inline constexpr char {name}_bytes[] =", literal(packed) + ";"]
    out += ["", "inline constexpr sample samples[] = {"]
    for name, packed in streams.items():
        out.append(f'    {{"{name}", {{{name}_bytes, {len(packed)}}}, {len(plains[name])}, '
                   f"0x{zlib.crc32(plains[name]):08x}, 0x{cuts(packed):08x}, 0x{flips(packed):08x}}},")
    out += ["};", ""]
    checksum, taken = mutations(list(streams.values()), 20000)
    out += ["/// 20,000 mutations of these: what zlib answers, and how many of them it takes.",
            f"inline constexpr std::uint32_t mutations = 0x{checksum:08x};",
            f"inline constexpr std::uint32_t taken = {taken};", ""]
    far = noise(300) + bytes(32506 - 300) + noise(300)
    out += ["/// What it repeats lies as far back as zlib looks.", "inline constexpr char far_bytes[] =",
            literal(pack_far(far)) + ";", f"inline constexpr std::uint32_t far_size = {len(far)};",
            f"inline constexpr std::uint32_t far_checksum = 0x{zlib.crc32(far):08x};", ""]
    short = b"CONFIG_HZ=250\n" * 3
    for flags in (0, 2, 4, 8, 16, 30):
        packed = gzip(short, flags)
        out += [f"inline constexpr char gzip_{flags}[] =", literal(packed) + ";"]
    out += ["", "} // namespace packed", "// clang-format on"]
    return "\n".join(out) + "\n"


if len(sys.argv) == 3:
    with open(sys.argv[2]) as file:
        sys.exit(0 if file.read() == header() else "packed.hpp is not what packed.py writes")
sys.stdout.write(header())

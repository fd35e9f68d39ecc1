#!/usr/bin/env python3
"""seeds.py OUTPUT: cuts a folder of inputs for each target from the objects that the tests have."""
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

tests = pathlib.Path(__file__).resolve().parent.parent
output = pathlib.Path(sys.argv[1])


def write(target, name, contents):
    (output / target).mkdir(parents=True, exist_ok=True)
    (output / target / name).write_bytes(contents)


def part(contents):
    return struct.pack("<I", len(contents)) + contents


def sections(file):
    """The contents of the sections of an object, and of those with code, by name."""
    order = "<" if file[5] == 1 else ">"
    headers, count, names_index = (struct.unpack_from(order + form, file, at)[0] for form, at in (("Q", 40), ("H", 60), ("H", 62)))
    rows = [struct.unpack_from(order + "IIQQQQIIQQ", file, headers + 64 * at) for at in range(count)]
    names = file[rows[names_index][4]:]
    found, code = {}, {}
    for name, kind, flags, _, offset, size, *_ in rows:
        text = names[name:names.index(b"\0", name)].decode()
        contents = b"" if kind == 8 else file[offset:offset + size]
        found.setdefault(text, contents)
        if kind == 1 and flags & 4:
            code.setdefault(text, contents)
    return found, code


def core_sections(ext, types):
    """The sections that .BTF.ext has CO-RE relocations for: their names, and how many each has."""
    header, = struct.unpack_from("<I", ext, 4)
    if header < 32:
        return
    offset, length = struct.unpack_from("<II", ext, 24)
    if length == 0:
        return
    strings = struct.unpack_from("<I", types, 4)[0] + struct.unpack_from("<I", types, 16)[0]
    at, end = header + offset, header + offset + length
    stride, = struct.unpack_from("<I", ext, at)
    at += 4
    while at < end:
        name, count = struct.unpack_from("<II", ext, at)
        yield types[strings + name:types.index(b"\0", strings + name)].decode(), count
        at += 8 + count * stride


targets = {path.stem: path.read_bytes() for path in sorted((tests / "core" / "targets").glob("*.btf"))}
objects = sorted([*(tests / "object").glob("*.bpf.o"), *(tests / "elf").glob("*.bpf.o"), *(tests / "core").glob("*.bpf.o")])
for path in objects:
    name, file = path.name.removesuffix(".bpf.o"), path.read_bytes()
    if len(file) < 16384:
        for target in ("elf", "object_code", "object_maps"):
            write(target, name, file)
    found, code = sections(file)
    types, ext = found.get(".BTF", b""), found.get(".BTF.ext", b"")
    if not types:
        continue
    write("btf", name, types)
    if not ext:
        continue
    write("btf_ext", name, part(types) + ext)
    if file[5] != 1:
        continue
    for number, (section, count) in enumerate(core_sections(ext, types)):
        # The object's own types are a target that has everything. The reader of these asks for twelve at a time.
        for against, kernel in {"itself": types, **(targets if path.parent.name == "core" else {})}.items():
            for window in range((count + 11) // 12):
                contents = bytes([number, window]) + part(types) + part(ext) + part(code[section]) + kernel
                write("core", f"{name}-{number}-{window}-{against}", contents)
for name, types in targets.items():
    write("btf", f"target-{name}", types)
strings = b"\0module\0"
split = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, 24, 24, len(strings))
base = targets["same"]
base_strings = struct.unpack_from("<I", base, 20)[0]
split += struct.pack("<IIIIII", base_strings + 1, 4 << 24 | 1, 8, 1, 1, 0) + strings
write("btf", "split", b"split\0\0\0" + part(base) + split)


def ring_record(payload, bits=0):
    return struct.pack("<II", len(payload) | bits, 0) + payload + bytes(-len(payload) % 8)


for form, payloads in enumerate([[b"any", b"", b"bytes" * 9], [b"any"] * 40, [bytes(range(16))] * 60, [bytes(32)] * 60,
                                 [b"12345678", b"12345678tail"], [struct.pack("<IIQ", 1, 0, 7), struct.pack("<II3Q", 2, 0, 1, 2, 3)],
                                 [b"kept" * 3] * 20]):
    records = b"".join(ring_record(one, 1 << 30 if at % 7 == 6 else 0) for at, one in enumerate(payloads))
    for start in (0, 4096 * 3 - 64):
        for extra in (b"", ring_record(b"later", 1 << 31)):
            whole = records + extra
            write("ring", f"{form}-{start}-{len(extra)}", struct.pack("<BQHB", form, start, len(whole), 0) + whole)


def sample(payload):
    padded = (len(payload) + 4 + 7) // 8 * 8 - 4
    return struct.pack("<IHHI", 9, 1, 12 + padded, padded) + payload + bytes(padded - len(payload))


lost = struct.pack("<IHHQQ", 2, 0, 24, 1, 5)
for form, payloads in {0: [b"a", b"bytes" * 5, b""], 1: [bytes(range(8))] * 6, 2: [bytes(range(32))] * 4, 4: [b"a", b"bytes" * 5],
                       5: [bytes(range(8))] * 6, 6: [bytes(range(32))] * 4}.items():
    records = sample(payloads[0]) + lost + b"".join(map(sample, payloads[1:]))
    for flags in (0, 8, 0x10, 0x20):
        for start in (0, 256 * 5 - 24):
            heads = struct.pack("<QH", start, len(records)) * (2 if flags == 8 and form < 4 else 1)
            write("perf_buffer", f"{form}-{flags}-{start}", bytes([form | flags]) + heads + records)


for name, text in {"none": b"", "short": b"short", "lines": b"CONFIG_A=y\n# CONFIG_B is not set\n" * 60, "bytes": bytes(range(256)) * 3}.items():
    for level, strategy in ((0, zlib.Z_DEFAULT_STRATEGY), (9, zlib.Z_DEFAULT_STRATEGY), (9, zlib.Z_FIXED), (9, zlib.Z_HUFFMAN_ONLY)):
        packer = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
        write("inflate", f"{name}-{level}-{strategy}", packer.compress(text) + packer.flush())


def library():
    """A library with notes and versions, which objects have not; where there is no compiler, none."""
    compiler = shutil.which("cc") or shutil.which("clang-19")
    if not compiler:
        return
    with tempfile.TemporaryDirectory() as folder:
        here = pathlib.Path(folder)
        (here / "a.c").write_text("int one(void){return 1;} int two(void){return one();}\n"
                                  '__asm__(".symver one,old@ONE"); __asm__(".symver two,new@@TWO");\n')
        (here / "versions").write_text("ONE { global: old; }; TWO { global: new; local: *; } ONE;\n")
        made = subprocess.run([compiler, "-shared", "-nostdlib", "-fPIC", "-Os", "-Wl,--build-id=sha1", "-Wl,-z,max-page-size=4096",
                               "-Wl,-z,noseparate-code", f"-Wl,--version-script={here / 'versions'}", here / "a.c", "-o", here / "a.so"],
                              capture_output=True)
        if made.returncode == 0:
            write("elf", "library", (here / "a.so").read_bytes())


library()

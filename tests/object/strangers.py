"""The BPF objects that other programs carry in their data, as files: skeletons keep the whole object in .rodata.

    python3 strangers.py FOLDER [PROGRAM...]

Writes FOLDER/NAME.bpf.o for every object found in the programs; without any, in those of Debian's package libbpf-tools, skipped (77)
where it is not installed. An object starts with the magic of ELF and the machine 247, and ends where its last section or its table of
sections does.
"""
import pathlib
import struct
import subprocess
import sys

MAGIC = b'\x7fELF\x02'
BPF = 247
NO_BITS = 8


def length(data, at):
    """Of the object that starts there; None where none does."""
    order = '<' if data[at + 5] == 1 else '>'
    if len(data) < at + 64:
        return None
    kind, machine = struct.unpack_from(order + 'HH', data, at + 16)
    table, = struct.unpack_from(order + 'Q', data, at + 0x28)
    size, count = struct.unpack_from(order + 'HH', data, at + 0x3a)
    if machine != BPF or kind != 1 or size != 64 or at + table + 64 * count > len(data):
        return None
    end = table + 64 * count
    for row in range(count):
        section_kind, = struct.unpack_from(order + 'I', data, at + table + 64 * row + 4)
        offset, bytes_there = struct.unpack_from(order + 'QQ', data, at + table + 64 * row + 24)
        if section_kind != NO_BITS:
            end = max(end, offset + bytes_there)
    return end if at + end <= len(data) else None


def objects(data):
    at = data.find(MAGIC, 1)  # what is at the start is the program itself
    while at != -1:
        size = length(data, at)
        if size:
            yield data[at:at + size]
        at = data.find(MAGIC, at + (size or 1))


def of_package():
    listed = subprocess.run(['dpkg', '-L', 'libbpf-tools'], capture_output=True, text=True)
    found = [pathlib.Path(line) for line in listed.stdout.splitlines() if '/sbin/' in line or '/bin/' in line]
    if listed.returncode or not found:
        print('libbpf-tools is not installed')
        sys.exit(77)
    return found


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    programs = [pathlib.Path(name) for name in sys.argv[2:]] or of_package()
    written = set()
    for program in sorted({path.resolve() for path in programs if path.is_file()}):
        for number, found in enumerate(objects(program.read_bytes())):
            if found in written:
                continue
            written.add(found)
            (folder / f'{program.name}{f".{number}" if number else ""}.bpf.o').write_bytes(found)
    print(f'{len(written)} objects, {sum(map(len, written))} bytes')


main()

#!/usr/bin/env python3
"""Notes what libbpf writes for configurations into the variables of kconfig_types.bpf.o: kconfig_types.py > kconfig_types.txt

A line for each: the configuration, with \\n for the ends of its lines, and `refused`, or the first byte that is not 0
and the bytes from there to the last one that is not 0. Needs libbpf 1.1 and the right to load.
"""

import ctypes
import os
import sys

lib = ctypes.CDLL("libbpf.so.1")
for name in ("bpf_object__open_file", "bpf_object__next_map", "bpf_map__name"):
    getattr(lib, name).restype = ctypes.c_void_p


class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("name", ctypes.c_char_p), ("relaxed", ctypes.c_bool),
                ("pins", ctypes.c_char_p), ("unused", ctypes.c_uint32), ("kconfig", ctypes.c_char_p)]


NUMBERS = ["0", "1", "2", "-1", "+5", "127", "128", "-128", "-129", "255", "256", "32767", "32768", "-32768", "-32769",
           "65535", "65536", "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296",
           "9223372036854775807", "-9223372036854775808", "18446744073709551615", "18446744073709551616",
           "-18446744073709551615", "0x7f", "0XfF", "0x", "0xg", "017", "08", "00", "12a", "1 ", "-", "+", "--1",
           "0x10000000000000000", "a", "1y"]
WORDS = ["y", "m", "n", "yes", "no", "Y", '""', '"a"', '"seven77"', '"eight888"', '"more than fits"', '"open',
         'open"', '"in"side"', '"trail" ', "'a'", "y\r"]
VARIABLES = ["BOOL", "TRISTATE", "CHAR", "S8", "U8", "S16", "U16", "S32", "U32", "S64", "U64", "QUALIFIED", "TEXT",
             "LETTER", "ODD"]
TEXTS = ["", "\n\n", "# CONFIG_BOOL is not set", "CONFIG_BOOL", "CONFIG_BOOL=", "CONFIG_OTHER", "CONFIG_OTHER=",
         "CONFIG_OTHER=nonsense", "CONFIG_=1", "CONFIG=1", " CONFIG_BOOL=y", "CONFIG_BOOL =y", "CONFIG_BOOL=y\nCONFIG_BOOL=n",
         "CONFIG_S32=1\nCONFIG_S32=2", "CONFIG_S32=1\nCONFIG_S32=y", "CONFIG_U8=3\n\nCONFIG_TEXT=\"abc\"\nCONFIG_S64=-3",
         "CONFIG_U8=3\nCONFIG_S8=y\nCONFIG_BOOL=m", "CONFIG_TEXT=\"a=b\"", "CONFIG_S32==1", "LINUX_KERNEL_VERSION=1",
         "#CONFIG_S32=1\nCONFIG_S32=7\n"]


def loaded(text):
    options = Options(ctypes.sizeof(Options), None, False, None, 0, text.encode())
    held = lib.bpf_object__open_file(b"kconfig_types.bpf.o", ctypes.byref(options))
    if not held or ctypes.c_long(held).value in range(-4095, 1):
        return "refused"
    held = ctypes.c_void_p(held)
    answer = "refused"
    if lib.bpf_object__load(held) == 0:
        each = lib.bpf_object__next_map(held, None)
        while each:
            each = ctypes.c_void_p(each)
            if ctypes.string_at(lib.bpf_map__name(each)).endswith(b".kconfig"):
                answer = contents(each)
            each = lib.bpf_object__next_map(held, each)
    lib.bpf_object__close(held)
    return answer


def contents(of):
    value = ctypes.create_string_buffer(lib.bpf_map__value_size(of))
    key = ctypes.c_uint32(0)
    assert lib.bpf_map_lookup_elem(lib.bpf_map__fd(of), ctypes.byref(key), value) == 0
    bare = value.raw.strip(b"\0")
    return f"{value.raw.index(bare)} {bare.hex()}" if bare else "zeros"


os.chdir(os.path.dirname(os.path.abspath(__file__)))
lib.libbpf_set_print(None)
every = list(TEXTS)
for variable in VARIABLES:
    every += [f"CONFIG_{variable}={value}" for value in NUMBERS + WORDS]
for text in every:
    print(text.replace("\n", "\\n").replace("\r", "\\r"), loaded(text), sep="\t")

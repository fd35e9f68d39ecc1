"""The peer tells of every object, twice the same, and of those that any version of libbpf loads, or that none does, what it has to.

    python3 check.py PEER

In a mount namespace of its own, for maps that are pinned. Skipped (77) where there is no privilege.
"""
import pathlib
import re
import subprocess
import sys

OBJECTS = pathlib.Path(__file__).parents[1]
REFUSED = {'big_endian': 4003, 'kconfig_missing': 3, 'kfunc_differs': 22, 'kfunc_missing': 22, 'legacy_maps': 95,
           'static_map': 95, 'static_program': 95}  # libbpf's own 4003: the other byte order
LOADED = ['callbacks', 'constants', 'core_dead', 'core_enums', 'core_fields', 'core_flavours', 'core_task', 'core_types', 'data_sections',
          'hooks_cgroup', 'hooks_net', 'hooks_trace', 'kconfig', 'ksyms_typeless', 'linked', 'map_in_map', 'map_options', 'maps',
          'minimal', 'no_btf', 'no_license', 'optional', 'pinned', 'program_array', 'records', 'subprograms']
PARTLY = {'core_reached': (1, 22), 'refused': (2, 13)}  # all programs but one, for which errno
IN_A_NAMESPACE = ['unshare', '-m', 'sh', '-c', 'mount -t bpf none /sys/fs/bpf && exec "$@"', 'sh']


def run(*arguments):
    ran = subprocess.run([*IN_A_NAMESPACE, *arguments], capture_output=True, text=True)
    if 'Operation not permitted' in ran.stderr:
        print('no privilege for a mount namespace')
        sys.exit(77)
    if ran.returncode:
        sys.exit(ran.stderr)
    return ran.stdout


peer = sys.argv[1]
names = sorted(str(path) for path in [*OBJECTS.glob('*.bpf.o'), *OBJECTS.glob('gcc/*.bpf.o')])
command = [peer, '--target', str(OBJECTS / 'replaced.bpf.o'), *names]
text = run(*command)
faults = [] if text == run(*command) else ['two runs tell different things']
if re.search(r'(map|value|\]) \?', text):
    faults.append('a map or a program that has no name')

told = {part.split('.bpf.o', 1)[0]: part for part in text.split('object ')[1:]}
if len(told) != len(names):
    faults.append(f'{len(told)} objects are told of, there are {len(names)}')
for name, number in REFUSED.items():
    if f'.bpf.o refused {number} ' not in told[name]:
        faults.append(f'{name} is not refused with {number}')
for name in LOADED:
    if 'refused' in told[name] or 'loaded\n' not in told[name] or 'as the kernel has it\n' not in told[name]:
        faults.append(f'{name} is not loaded whole')
for name, (count, number) in PARTLY.items():
    if len(re.findall(r'^program .* loaded$', told[name], re.M)) != count or len(re.findall(f' refused {number} ', told[name])) != 1:
        faults.append(f'{name}: not {count} programs loaded and one refused with {number}')
for name, wanted in {'map_in_map': ['  [3] second\n'], 'program_array': ['  [2] second_tail\n'],
                     'data_sections': ['map .data.custom ', '  bytes 0b000000\n'], 'kconfig': ['frozen=1'],
                     'subprograms': ['  functions 0:'], 'optional': ['not asked for\n'],
                     'refused': ['map numbers kernel_name=numbers ', 'map numbers\n']}.items():
    faults += [f'{name}: no {part!r}' for part in wanted if part not in told[name]]

loaded = run(peer, '--summary', *names).splitlines()[-1]
print(loaded)
print('\n'.join(faults))
sys.exit(1 if faults else 0)

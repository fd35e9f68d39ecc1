"""Public headers stay away from costly includes, from libraries that bpfxx does without, and from <linux/bpf.h>."""
import tree

FORBIDDEN = ['ranges', 'functional', 'memory', 'system_error', 'iostream', 'regex', 'boost/outcome.hpp', 'boost/outcome/result.hpp',
             'boost/outcome/outcome.hpp', 'linux/bpf.h', 'libelf.h', 'gelf.h', 'zlib.h']

repository, _, _ = tree.arguments(__doc__)
opt_in = repository.opt_in()
faults = [f'opt_in.txt: there is no {header}' for header in opt_in if header not in repository.headers]
for header in repository.headers:
    written = repository.includes(header)
    names = [name[1:-1] for name in written]
    for name in names:
        if (name in FORBIDDEN or name.startswith('bpf/')) and name not in opt_in.get(header, []):
            faults.append(f'{header}: includes <{name}>, which is forbidden')
    faults += [f'{header}: {name} is to be written <bpfxx/…>' for name in written if name[0] == '"']
    faults += [f'{header}: there is no {name}' for name in repository.own_includes(header) if name not in repository.headers]
    faults += [f'opt_in.txt: {header} does not include <{name}>' for name in opt_in.get(header, []) if name not in names]
tree.finish(faults)

"""A header compiles alone, and included twice, without exceptions and RTTI, under the warnings of the tests."""
import os
import tempfile

import tree

repository, options, compiler = tree.arguments(__doc__, ('header', {}))
text = f'#include <bpfxx/{options.header}>\n' * 2
with tempfile.TemporaryDirectory() as folder:
    flags = ['-I', str(repository.root / 'include'), '-fno-exceptions', '-fno-rtti', '-c', '-o', os.path.join(folder, 'header.o')]
    done = tree.compile_text(compiler, flags, text)
tree.finish([] if done.returncode == 0 else [f'{options.header} does not compile alone:\n{done.stderr}'])

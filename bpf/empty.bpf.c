// Nothing: whether this compiles says whether there is a compiler for BPF.

// The object that tests/elf reads while compiling, in both byte orders:
//     clang-19 -target bpfel -O2 -c small.bpf.c -o small.bpf.o
//     clang-19 -target bpfeb -O2 -c small.bpf.c -o small_big_endian.bpf.o
//     python3 embed.py small.bpf.o small_big_endian.bpf.o
#define SECTION(name) __attribute__((section(name), used))

char license_text[] SECTION("license") = "GPL";
const volatile int step = 7;
int counter;

static __attribute__((noinline)) int twice(int number) { return number + number; }

SECTION("socket") int count(void* context) {
    counter += twice(step);
    return 0;
}

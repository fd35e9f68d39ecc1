#include <bpfxx/all.hpp>

int main() { return static_cast<int>(sizeof(bpfxx::error)) == 8 ? 0 : 1; }

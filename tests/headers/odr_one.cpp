#include "everything.hpp"

int in_the_other_unit();

int main() {
    static_assert(sizeof(bpfxx::error) == 8);
    return in_the_other_unit();
}

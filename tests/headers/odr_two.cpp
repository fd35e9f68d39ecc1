#include "everything.hpp"

int in_the_other_unit();
int in_the_other_unit() {
    static_assert(sizeof(bpfxx::error) == 8);
    return 0;
}

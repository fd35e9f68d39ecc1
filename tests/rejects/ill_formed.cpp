// reject: ill_formed\("the value has to be even"\)
#include <bpfxx/ill_formed.hpp>

consteval int half(int value) {
    if (value % 2 != 0) bpfxx::ill_formed("the value has to be even");
    return value / 2;
}

#ifdef REJECT
static_assert(half(3) == 1);
#else
static_assert(half(4) == 2);
#endif

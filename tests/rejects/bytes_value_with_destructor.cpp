// reject: a map value is copied byte for byte: make it a trivially copyable, standard layout type without pointers
#include <bpfxx/bytes.hpp>

struct value {
#ifdef REJECT
    ~value() {}
#endif
    int count;
};

static_assert(bpfxx::detail::check_element_types<int, value>());

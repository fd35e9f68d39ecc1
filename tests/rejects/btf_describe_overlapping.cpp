// reject: the members of this struct do not lie one behind the other
#include <bpfxx/btf/describe.hpp>

#include <cstddef>
#include <cstdint>

class tag {
  public:
    constexpr tag() {}
};
struct value {
#ifdef REJECT
    std::uint32_t number;
    [[no_unique_address]] tag kind;
#else
    std::uint32_t number;
    tag kind;
#endif
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);

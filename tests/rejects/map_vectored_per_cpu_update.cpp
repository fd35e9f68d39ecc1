// reject: a program stores only its own CPU's value: use update of the view
#include <bpfxx/map/vectored.hpp>

struct view {
    using kind_type = bpfxx::map_kind::percpu_array;
    using key_type = std::uint32_t;
    using value_type = std::uint64_t;
    using access_type = bpfxx::read_write;

    bpfxx::fd_ref<bpfxx::kind::map> fd() const;
    bpfxx::result<view> duplicate() const;
};

bool done(bpfxx::vectored<view> const& many) {
#ifdef REJECT
    return many.update(1).has_value();
#else
    return many.lookup(1).has_value();
#endif
}

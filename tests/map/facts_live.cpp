// Every cell of map/facts.hpp asked of the running kernel: what a type can do works, what it cannot is refused. And
// which types a map of maps can hold.
#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/map/facts.hpp>
#include <bpfxx/map/handle.hpp>
#include <bpfxx/map/map_in_map.hpp>
#include <bpfxx/map/options.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/call.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace {

using namespace bpfxx;
using op = map_operations;

since running_kernel() {
    ::utsname names{};
    ::uname(&names);
    unsigned major = 0;
    unsigned minor = 0;
    std::sscanf(names.release, "%u.%u", &major, &minor);
    return {static_cast<std::uint16_t>(major), static_cast<std::uint16_t>(minor)};
}

/// Types of every size that keys and values have here, of nothing too, and a value with a lock.
struct types {
    btf::blob<btf::builder<>::capacity> blob;
    btf::type_id nothing;
    btf::type_id number;
    btf::type_id wide_number;
    btf::type_id pair;
    btf::type_id stack;
    btf::type_id locked;
};

constexpr types made = [] {
    btf::builder<> all;
    auto const nothing = all.struct_("nothing", 0, {});
    auto const number = all.int_("int", 4, btf::int_encoding::is_signed);
    auto const wide_number = all.int_("unsigned long long", 8);
    auto const pair = all.struct_("pair", 8, {{"first", number, 0}, {"second", number, 32}});
    auto const stack = all.struct_("stack", 256, {{"frames", all.array(wide_number, number, 32), 0}});
    auto const lock = all.struct_("bpf_spin_lock", 4, {{"val", number, 0}});
    auto const locked = all.struct_("locked", 8, {{"lock", lock, 0}, {"number", number, 32}});
    return types{all.finish(), nothing, number, wide_number, pair, stack, locked};
}();

owned_fd<kind::btf> load_types() {
    auto const bytes = made.blob.bytes();
    sys::attr::btf_load attribute{.btf = bytes.data(), .btf_size = static_cast<std::uint32_t>(bytes.size())};
    return std::move(sys::call(attribute)).value();
}

struct sizes {
    std::uint32_t key;
    std::uint32_t value;
};

sizes sizes_of(map_facts const& facts) {
    switch (facts.type) {
    case map_type::lpm_trie:
    case map_type::cgroup_storage:
    case map_type::percpu_cgroup_storage: return {8, 8};
    case map_type::stack_trace: return {4, 256};
    case map_type::sockmap:
    case map_type::sockhash:
    case map_type::reuseport_sockarray:
    case map_type::devmap:
    case map_type::devmap_hash:
    case map_type::cpumap: return {4, 8};
    default: break;
    }
    if (facts.elements == map_elements_are::references) return {4, 4};
    if (facts.elements == map_elements_are::keyless) return {0, 8};
    if (facts.elements == map_elements_are::memory) return {0, 0};
    return {4, 8};
}

bool is_local_storage(map_facts const& facts) {
    return facts.capacity == map_capacity::unbounded && !facts.can(op::next_key);
}

bool is_map_of_maps(map_facts const& facts) {
    return facts.type == map_type::array_of_maps || facts.type == map_type::hash_of_maps;
}

/// What the kernel is told of keys and values; local storage cannot do without.
enum class described { where_needed, fully, with_lock };

map_btf describe(map_facts const& facts, fd_ref<kind::btf> types, described how) {
    auto const of_size = [](std::uint32_t size) {
        switch (size) {
        case 0: return made.nothing;
        case 4: return made.number;
        case 8: return made.wide_number;
        default: return made.stack;
        }
    };
    auto const [key_size, value_size] = sizes_of(facts);
    auto key = of_size(key_size);
    if (facts.type == map_type::lpm_trie) key = made.pair; // has to be a struct
    if (facts.type == map_type::bloom_filter) key = btf::void_id;
    auto const value = how == described::with_lock ? made.locked : of_size(value_size);
    return {.fd = types, .key_type_id = btf::number(key), .value_type_id = btf::number(value)};
}

result<detail::opened_map> make(map_facts const& facts, map_flags more = map_flags::none,
                                described how = described::where_needed) {
    auto const [key_size, value_size] = sizes_of(facts);
    map_spec spec{.type = facts.type, .flags = facts.required | more};
    if (facts.capacity == map_capacity::bytes) spec.max_entries = static_cast<std::uint32_t>(::getpagesize());
    if (facts.capacity == map_capacity::pages) spec.max_entries = 1;
    if (facts.capacity == map_capacity::elements) spec.max_entries = facts.type == map_type::cpumap ? 1 : 4;
    auto const types = load_types();
    if (how != described::where_needed || is_local_storage(facts)) spec.btf = describe(facts, types, how);
    auto const inner =
        detail::opened_map::create({map_type::array, 4, 4, open_flags::none}, {.max_entries = 1}).value();
    if (is_map_of_maps(facts)) spec.inner_map = inner.fd;
    return detail::opened_map::create({facts.type, key_size, value_size, open_flags::none}, spec);
}

/// One operation on an empty map, with a descriptor that is none where descriptors go in.
class prober {
  public:
    explicit prober(map_facts const& facts)
        : facts_{facts}, map_{std::move(make(facts)).value()}, key_{facts.elements == map_elements_are::keyless} {
        if (facts.elements == map_elements_are::references) put_reference();
        if (is_local_storage(facts)) std::memset(key_bytes_.data(), 0xff, 4);
        if (facts.type == map_type::lpm_trie) key_bytes_[0] = std::byte{8};
    }

    result<void> ask(map_operations what) {
        switch (what) {
        case op::lookup:
            return sys::call(sys::attr::map_lookup_elem{.map_fd = map_.fd, .key = key(), .value = value_.data()});
        case op::update: return update(element_flags::any);
        case op::insert: return update(element_flags::noexist);
        case op::replace: return update(element_flags::exist);
        case op::erase: return sys::call(sys::attr::map_delete_elem{.map_fd = map_.fd, .key = key()});
        case op::take:
            return sys::call(
                sys::attr::map_lookup_and_delete_elem{.map_fd = map_.fd, .key = key(), .value = value_.data()});
        case op::next_key:
            return sys::call(sys::attr::map_get_next_key{.map_fd = map_.fd, .next_key = key_bytes_.data()});
        case op::lookup_batch: return batch<sys::attr::map_lookup_batch>();
        case op::update_batch: return batch<sys::attr::map_update_batch>();
        case op::erase_batch: return batch<sys::attr::map_delete_batch>();
        case op::take_batch: return batch<sys::attr::map_lookup_and_delete_batch>();
        case op::lock: return lock();
        case op::freeze: return sys::call(sys::attr::map_freeze{.map_fd = map_.fd});
        default: return map_memory();
        }
    }

  private:
    /// The loopback device, a queue of one, or a descriptor that nobody has.
    void put_reference() {
        bool const is_number =
            facts_.type == map_type::devmap || facts_.type == map_type::devmap_hash || facts_.type == map_type::cpumap;
        std::uint32_t const reference = is_number ? 1 : 0x7fff'fffe;
        std::memcpy(value_.data(), &reference, sizeof reference);
    }

    std::byte* key() { return key_ ? nullptr : key_bytes_.data(); }

    result<void> update(element_flags flags) {
        return sys::call(
            sys::attr::map_update_elem{.map_fd = map_.fd, .key = key(), .value = value_.data(), .flags = flags});
    }

    template <class Attribute>
    result<void> batch() {
        Attribute attribute{.out_batch = cursor_.data(),
                            .keys = key_bytes_.data(),
                            .values = value_.data(),
                            .count = 1,
                            .map_fd = map_.fd};
        return sys::call(attribute);
    }

    result<void> lock() {
        auto locked = make(facts_, map_flags::none, described::with_lock);
        if (!locked) return locked.error();
        map_ = std::move(*locked);
        return update(element_flags::lock);
    }

    result<void> map_memory() {
        auto const more = facts_.flags & map_flags::mmapable;
        auto mapped = make(facts_, more);
        if (!mapped) return mapped.error();
        auto const page = static_cast<std::size_t>(::getpagesize());
        int const access = facts_.type == map_type::user_ringbuf ? PROT_READ : PROT_READ | PROT_WRITE;
        void* const memory = ::mmap(nullptr, page, access, MAP_SHARED, mapped->fd.raw(), 0);
        if (memory == MAP_FAILED) return error{static_cast<errc>(errno), command::map_memory};
        ::munmap(memory, page);
        return outcome::success();
    }

    map_facts const& facts_;
    detail::opened_map map_;
    bool key_;
    alignas(8) std::array<std::byte, 64> key_bytes_{};
    alignas(8) std::array<std::byte, 64> cursor_{};
    alignas(8) std::array<std::byte, 64 * 1024> value_{};
};

/// Whether the kernel's answer to a question without much sense says that it has such an operation.
bool knows(map_operations what, result<void> const& answer) {
    // To replace what is not there succeeds where BPF_EXIST means nothing.
    if (answer) return what != op::replace;
    switch (answer.error().code) {
    case errc::enoent:
    case errc::ebadf: return true;
    default: return false;
    }
}

struct cell {
    map_operations what;
    char const* words;
};

constexpr cell cells[]{
    {op::lookup, "lookup"},
    {op::update, "update"},
    {op::insert, "insert"},
    {op::replace, "replace"},
    {op::erase, "erase"},
    {op::take, "take"},
    {op::next_key, "next_key"},
    {op::lookup_batch, "lookup_batch"},
    {op::update_batch, "update_batch"},
    {op::erase_batch, "erase_batch"},
    {op::take_batch, "take_batch"},
    {op::lock, "lock"},
    {op::freeze, "freeze"},
    {op::map_memory, "map_memory"},
};

since since_of(map_facts const& facts, map_operations what) {
    if (what == op::take) return facts.take_available;
    if (what == op::lookup_batch || what == op::update_batch || what == op::erase_batch || what == op::take_batch)
        return facts.batch_available;
    return facts.available;
}

/// Cells that a question to an empty map cannot decide, and the reason.
char const* undecided(map_facts const& facts, map_operations what) {
    if (facts.type == map_type::sockmap && what == op::erase) return "EINVAL stands for an empty slot here";
    if (facts.elements == map_elements_are::keyless && (what == op::insert || what == op::replace))
        return "without keys, BPF_EXIST means something else";
    return nullptr;
}

/// Types that this test cannot make.
char const* not_made(map_facts const& facts) {
    if (facts.type == map_type::struct_ops) return "needs a kernel type: see struct_ops.cpp";
    if (running_kernel() < facts.available) return "newer than this kernel";
    return nullptr;
}

TEST_CASE("what the table of facts says of each type and operation is what the kernel does") {
    std::uint32_t asked = 0;
    for (map_facts const& facts : all_map_facts) {
        INFO(name(facts.type));
        if (not_made(facts) != nullptr) continue;
        for (auto const& [what, words] : cells) {
            INFO(words);
            bool const newer = running_kernel() < since_of(facts, what);
            if (undecided(facts, what) != nullptr || newer) continue;
            prober probe{facts};
            auto const answer = probe.ask(what);
            auto const code = answer ? errc{} : answer.error().code;
            INFO(name(code));
            CHECK(knows(what, answer) == facts.can(what));
            ++asked;
        }
    }
    MESSAGE(asked, " cells asked of the running kernel");
}

TEST_CASE("a type of map that is newer than the kernel is refused with EINVAL") {
    for (map_facts const& facts : all_map_facts) {
        if (running_kernel() >= facts.available) continue;
        INFO(name(facts.type));
        CHECK(make(facts).error() == error{errc::einval, command::map_create});
    }
}

TEST_CASE("the flags of the table are those that the kernel takes") {
    constexpr auto elsewhere = map_flags::token_fd | map_flags::path_fd | map_flags::vtype_btf_obj_fd;
    for (map_facts const& facts : all_map_facts) {
        if (not_made(facts) != nullptr) continue;
        INFO(name(facts.type));
        for (std::uint32_t bit = 0; bit != 20; ++bit) {
            auto const flag = static_cast<map_flags>(1u << bit);
            if (bpfxx::has(elsewhere, flag)) continue;
            INFO("flag ", bit);
            bool const taken = make(facts, flag).has_value();
            // An older kernel may not know a flag yet; none takes one that the table does not have.
            bool const decided = running_kernel() >= since{6, 19} || (running_kernel() >= since{6, 18} && bit != 19);
            if (decided || !bpfxx::has(facts.flags, flag)) CHECK(taken == bpfxx::has(facts.flags, flag));
        }
    }
}

TEST_CASE("the types that take BTF are those of the table, the others say 524") {
    for (map_facts const& facts : all_map_facts) {
        if (not_made(facts) != nullptr) continue;
        INFO(name(facts.type));
        auto const answer = make(facts, map_flags::none, described::fully);
        CHECK(answer.has_value() == facts.takes_btf);
        if (!answer) CHECK(answer.error() == error{errc::enotsupp, command::map_create});
    }
}

TEST_CASE("a map of maps holds the types that it is said to hold") {
    for (map_facts const& facts : all_map_facts) {
        if (not_made(facts) != nullptr) continue;
        INFO(name(facts.type));
        auto const inner = make(facts).value();
        for (auto const outer : {map_type::array_of_maps, map_type::hash_of_maps}) {
            auto const made_of_it =
                detail::opened_map::create({outer, 4, 4, open_flags::none}, {.max_entries = 1, .inner_map = inner.fd});
            CHECK(made_of_it.has_value() == detail::can_be_inner(facts.type));
            if (!made_of_it) continue;
            std::uint32_t const key = 0;
            auto const number = inner.fd.raw();
            CHECK(sys::call(sys::attr::map_update_elem{.map_fd = made_of_it->fd, .key = &key, .value = &number}));
        }
    }
}

TEST_CASE("struct_ops: no BTF of keys and values beside the kernel's own, and no place in a map of maps") {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip("this kernel does not show its BTF");
    auto const wrapper = btf::find(kernel->view(), btf::kind::struct_, "bpf_struct_ops_tcp_congestion_ops");
    if (!wrapper) return support::skip("this kernel's BTF does not show TCP congestion controls as struct_ops");
    auto const types = load_types();
    map_spec spec{.type = map_type::struct_ops,
                  .max_entries = 1,
                  .btf = {.fd = types},
                  .btf_vmlinux_value_type_id = btf::number(wrapper->id())};
    detail::map_shape const shape{map_type::struct_ops, 4, static_cast<std::uint32_t>(wrapper->size()),
                                  open_flags::none};
    auto const control = detail::opened_map::create(shape, spec).value();
    spec.btf.key_type_id = btf::number(made.number);
    CHECK(detail::opened_map::create(shape, spec).error() == error{errc::einval, command::map_create});
    CHECK_FALSE(map_kind::struct_ops::facts.takes_btf);
    auto const outer = detail::opened_map::create({map_type::array_of_maps, 4, 4, open_flags::none},
                                                  {.max_entries = 1, .inner_map = control.fd});
    CHECK(outer.error() == error{errc::enotsupp, command::map_create});
    CHECK_FALSE(detail::can_be_inner(map_type::struct_ops));
}

} // namespace

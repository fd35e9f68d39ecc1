// Every call of a map view as the kernel sees it, and every kind of answer it may give.
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/batch.hpp>
#include <bpfxx/map/element.hpp>
#include <bpfxx/map/entries.hpp>
#include <bpfxx/map/handle.hpp>
#include <bpfxx/map/hash.hpp>

#include "fake/kernel.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace bpfxx;
using map_u32 = hash_map<std::uint32_t, std::uint64_t>;

constexpr long enotsupp = -524;

/// A descriptor that the fake may hand out and the library will close.
int new_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

template <class Map = map_u32>
Map make_map(std::uint32_t max_entries = 64) {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    return std::move(*Map::create({.max_entries = max_entries}));
}

/// An array that can be mapped, and not the one inside a map of maps.
struct needs_mmapable : map_walks<map_kind::array, std::uint32_t, std::uint64_t, read_write> {
    explicit needs_mmapable(detail::opened_map opened) noexcept : map_walks{std::move(opened)} {}

    static constexpr detail::map_shape shape{.type = map_type::array,
                                             .key_size = 4,
                                             .value_size = 8,
                                             .access = open_flags::none,
                                             .with = map_flags::mmapable,
                                             .without = map_flags::inner_map};
};

struct story {
    error failure;
    int detail = 0;

    story() = default;
    story(error given) : failure{given} {}
    story(error given, int more) : failure{given}, detail{more} {}
    operator error() const { return failure; }
};
struct careful {
    using error_type = story;
    int answer;

    template <class Key, class Value>
    result_with<void, story> operator()(fd_ref<kind::map>, sys::info::map const& found) const {
        static_assert(std::same_as<Key, std::uint32_t> && std::same_as<Value, std::uint64_t>);
        CHECK(found.max_entries == 64);
        if (answer != 0) return story{error{errc::layout_differs, command::obj_get_info_by_fd}, answer};
        return outcome::success();
    }
};

std::uint64_t address_of(void const* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

TEST_CASE("create passes type, sizes, capacity, name and flags, and nothing else") {
    fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
    auto const map = hash_map<std::uint32_t, std::uint64_t, read_only>::create(
        {.name = "flows", .max_entries = 1000, .flags = map_flags::no_prealloc, .numa_node = 3});
    kernel.stop();
    REQUIRE(map);
    CHECK(map->max_entries() == 1000);
    auto const& call = kernel.calls()[0];
    CHECK(call.bpf);
    CHECK(call.command == 0);
    CHECK(call.size == 96);
    std::array<std::byte, 96> expected{};
    auto const put = [&](std::size_t offset, std::uint32_t number) { std::memcpy(&expected[offset], &number, 4); };
    put(0, 1);
    put(4, 4);
    put(8, 8);
    put(12, 1000);
    put(16, 1 | 4 | 8); // no_prealloc, numa_node, and rdonly from the view's type
    put(24, 3);
    std::memcpy(&expected[28], "flows", 5);
    CHECK(std::memcmp(call.bytes.data(), expected.data(), expected.size()) == 0);
}

TEST_CASE("create passes BTF, token and exclusive program where they are given") {
    program_hash hash{};
    hash[31] = std::byte{7};
    std::byte last_of_hash{};
    fake::kernel kernel{[&](fake::bpf_call& call) -> long {
        last_of_hash = call.pointer<std::byte>(80)[31];
        return new_descriptor();
    }};
    auto const map = map_u32::create({
        .max_entries = 1000,
        .token = fd_ref<kind::token>::from_raw(44),
        .btf = {.fd = fd_ref<kind::btf>::from_raw(33), .key_type_id = 5, .value_type_id = 6},
        .exclusive_program = hash,
    });
    kernel.stop();
    REQUIRE(map);
    CHECK(last_of_hash == std::byte{7});
    auto const& call = kernel.calls()[0];
    std::array<std::byte, 96> expected{};
    auto const put = [&](std::size_t offset, std::uint32_t number) { std::memcpy(&expected[offset], &number, 4); };
    put(0, 1);
    put(4, 4);
    put(8, 8);
    put(12, 1000);
    put(16, 1u << 16);
    put(48, 33);
    put(52, 5);
    put(56, 6);
    put(76, 44);
    std::memcpy(&expected[80], &call.bytes[80], 8); // the address of the hash
    put(88, 32);
    CHECK(std::memcmp(call.bytes.data(), expected.data(), expected.size()) == 0);
}

TEST_CASE("element operations pass descriptor, addresses and flags") {
    auto const map = make_map();
    std::uint32_t const key = 7;
    std::uint64_t const value = 9;
    struct expectation {
        std::uint32_t command, size;
        std::uint64_t flags;
        bool has_value;
    };
    auto const check = [&](expectation expected, auto&& operation) {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
        operation();
        kernel.stop();
        auto const& call = kernel.only_bpf();
        CHECK(call.command == expected.command);
        CHECK(call.size == expected.size);
        CHECK(call.field<int>(0) == map.fd().raw());
        CHECK(call.field<std::uint32_t>(4) == 0);
        CHECK(call.field<std::uint64_t>(8) == address_of(&key));
        if (expected.has_value) CHECK(call.field<std::uint64_t>(16) == address_of(&value));
        if (expected.size == 32) CHECK(call.field<std::uint64_t>(24) == expected.flags);
    };
    check({1, 32, 0, false}, [&] { CHECK(map.lookup(key)); });
    check({1, 32, 0, false}, [&] { CHECK(*map.contains(key)); });
    check({2, 32, 0, true}, [&] { CHECK(map.update(key, value)); });
    check({2, 32, 1, true}, [&] { CHECK(*map.insert(key, value)); });
    check({2, 32, 2, true}, [&] { CHECK(*map.replace(key, value)); });
    check({3, 16, 0, false}, [&] { CHECK(*map.erase(key)); });
    check({21, 32, 0, false}, [&] { CHECK(map.take(key)); });
}

TEST_CASE("absence is an answer, every other errno is a failure that names the call") {
    auto const map = make_map();
    long answer = -ENOENT;
    fake::kernel kernel{[&](fake::bpf_call&) -> long { return answer; }};
    CHECK_FALSE(map.lookup(1)->has_value());
    CHECK_FALSE(*map.contains(1));
    CHECK_FALSE(*map.replace(1, 2));
    CHECK_FALSE(*map.erase(1));
    CHECK_FALSE(map.take(1)->has_value());
    CHECK(map.update(1, 2).error() == error{errc::enoent, command::map_update_elem});
    CHECK(map.insert(1, 2).error() == error{errc::enoent, command::map_update_elem});
    answer = -EEXIST;
    CHECK_FALSE(*map.insert(1, 2));
    CHECK(map.replace(1, 2).error() == error{errc::eexist, command::map_update_elem});
    for (long const refused : {-long{EPERM}, -long{ENOMEM}, -long{EBUSY}, -long{EFAULT}, enotsupp, -4095L}) {
        answer = refused;
        auto const code = static_cast<errc>(-refused);
        CHECK(map.lookup(1).error() == error{code, command::map_lookup_elem});
        CHECK(map.contains(1).error() == error{code, command::map_lookup_elem});
        CHECK(map.update(1, 2).error() == error{code, command::map_update_elem});
        CHECK(map.insert(1, 2).error() == error{code, command::map_update_elem});
        CHECK(map.replace(1, 2).error() == error{code, command::map_update_elem});
        CHECK(map.erase(1).error() == error{code, command::map_delete_elem});
        CHECK(map.take(1).error() == error{code, command::map_lookup_and_delete_elem});
        CHECK(map.freeze().error() == error{code, command::map_freeze});
        CHECK(map.pin("/nowhere").error() == error{code, command::obj_pin});
        CHECK(map.info().error() == error{code, command::obj_get_info_by_fd});
    }
}

/// Answers as a hash table with these entries does, in batches.
struct batch_kernel {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> stored;
    std::uint32_t most_per_call; // shorter batches than asked for, as when the next bucket does not fit
    std::size_t position = 0;

    long operator()(fake::bpf_call& call) {
        if (call.command != 24) return -EINVAL;
        if (call.field<std::uint64_t>(0) == 0) position = 0;
        auto const room = std::min(call.field<std::uint32_t>(32), most_per_call);
        std::uint32_t count = 0;
        for (; count != room && position != stored.size(); ++count, ++position) {
            call.pointer<std::uint32_t>(16)[count] = stored[position].first;
            call.pointer<std::uint64_t>(24)[count] = stored[position].second;
        }
        *call.pointer<std::uint32_t>(8) = static_cast<std::uint32_t>(position);
        call.put(32, count);
        return position == stored.size() ? -ENOENT : 0;
    }
};

TEST_CASE("a short batch is not the last batch") {
    auto const map = make_map();
    batch_kernel answers{.stored = {}, .most_per_call = 3};
    for (std::uint32_t i = 0; i != 50; ++i) answers.stored.emplace_back(i, i * 2);
    std::vector<std::uint32_t> seen;
    seen.reserve(64);
    fake::kernel kernel{std::ref(answers)};
    for (auto const& [key, value] : map.entries()) {
        if (value != key * 2) seen.push_back(0xbad);
        seen.push_back(key);
    }
    kernel.stop();
    CHECK(seen.size() == 50);
    CHECK(kernel.bpf_calls() == 17);
    auto const& first = kernel.calls()[0];
    CHECK(first.size == 56);
    CHECK(first.field<std::uint64_t>(0) == 0);                                         // no cursor yet
    CHECK(first.field<std::uint32_t>(32) == 16 * 1024 / 12);                           // the whole buffer
    CHECK(kernel.calls()[1].field<std::uint64_t>(0) == first.field<std::uint64_t>(8)); // the kernel's own cursor back
}

TEST_CASE("the end may come with entries, without entries, and at once") {
    auto const map = make_map();
    for (std::size_t const entries : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{6}}) {
        batch_kernel answers{.stored = {}, .most_per_call = 3};
        for (std::uint32_t i = 0; i != entries; ++i) answers.stored.emplace_back(i, i);
        fake::kernel kernel{std::ref(answers)};
        std::size_t seen = 0;
        auto const walked = map.for_each([&](std::uint32_t, std::uint64_t) { ++seen; });
        kernel.stop();
        CHECK(walked);
        CHECK(seen == entries);
    }
}

TEST_CASE("without batches the walk goes key by key, and ends at its bound under churn") {
    auto const map = make_map(8);
    for (long const no_batch : {-long{EINVAL}, enotsupp}) {
        std::uint32_t given = 0;
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            if (call.command == 24) return no_batch;
            if (call.command == 4) {
                std::uint32_t const next = call.field<std::uint64_t>(8) == 0 ? 0 : *call.pointer<std::uint32_t>(8) + 1;
                if (next == 5) return -ENOENT;
                call.store(16, next);
                return 0;
            }
            if (*call.pointer<std::uint32_t>(8) == 3) return -ENOENT; // deleted between the two calls
            ++given;
            call.store(16, std::uint64_t{40} + *call.pointer<std::uint32_t>(8));
            return 0;
        }};
        std::uint64_t sum = 0;
        auto const walked = map.for_each([&](std::uint32_t key, std::uint64_t value) { sum += value - key; });
        kernel.stop();
        CHECK(walked);
        CHECK(given == 4);
        CHECK(sum == 160);
    }
    fake::kernel endless{[](fake::bpf_call& call) -> long {
        if (call.command == 24) return enotsupp;
        return 0; // the same key over and over, as when it is deleted each time
    }};
    std::size_t seen = 0;
    auto const walked = map.for_each([&](std::uint32_t, std::uint64_t) { ++seen; });
    endless.stop();
    CHECK(walked.error() == error{errc::walk_bound_reached, command::map_get_next_key});
    CHECK(seen == 8);
}

TEST_CASE("answers that no kernel should give are refused, not believed") {
    auto const map = make_map();
    result<void> outcome = outcome::success();
    auto const walk = [&](auto answer) {
        fake::kernel kernel{answer};
        std::size_t seen = 0;
        for ([[maybe_unused]] auto const& entry : map.entries(outcome)) ++seen;
        return seen;
    };
    CHECK(walk([](fake::bpf_call& call) -> long {
              call.put(32, std::uint32_t{0xffff'ffff});
              return 0;
          }) == 0);
    CHECK(outcome.error() == error{errc::malformed_answer, command::map_lookup_batch});
    CHECK(walk([](fake::bpf_call& call) -> long {
              call.put(32, std::uint32_t{0});
              return 0;
          }) == 0);
    CHECK(outcome.error() == error{errc::malformed_answer, command::map_lookup_batch});
}

TEST_CASE("a failure in the middle of a walk ends it and is kept") {
    auto const map = make_map();
    int call_number = 0;
    auto const answers = [&](fake::bpf_call& call) -> long {
        if (++call_number == 2) return -ENOSPC;
        call.put(32, std::uint32_t{2});
        return 0;
    };
    result<void> outcome = outcome::success();
    std::size_t seen = 0;
    {
        fake::kernel kernel{answers};
        for ([[maybe_unused]] auto const& entry : map.entries(outcome)) ++seen;
    }
    CHECK(seen == 2);
    CHECK(outcome.error() == error{errc::enospc, command::map_lookup_batch});

    call_number = 0;
    seen = 0;
    {
        fake::kernel kernel{answers};
        for ([[maybe_unused]] auto const& key : map.keys(outcome)) ++seen;
    }
    CHECK(seen == 2);
    CHECK(outcome.error() == error{errc::enospc, command::map_lookup_batch});

#if defined(__cpp_exceptions)
    call_number = 0;
    auto const without_a_place = [&] {
        fake::kernel kernel{answers};
        for ([[maybe_unused]] auto const& entry : map.entries()) {
        }
    };
    CHECK_THROWS_WITH_AS(without_a_place(), "BPF_MAP_LOOKUP_BATCH: ENOSPC (no space left on device)", bpf_error);
#endif

    // EINVAL means "no batches here" only before the first batch.
    call_number = 0;
    {
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            if (++call_number == 2) return -EINVAL;
            call.put(32, std::uint32_t{1});
            return 0;
        }};
        for ([[maybe_unused]] auto const& entry : map.entries(outcome)) {
        }
    }
    CHECK(outcome.error() == error{errc::einval, command::map_lookup_batch});
    CHECK(call_number == 2);
}

TEST_CASE("batches say how far they came, whatever the kernel answered") {
    auto const map = make_map();
    std::array<std::uint32_t, 4> const keys{1, 2, 3, 4};
    std::array<std::uint64_t, 4> const values{5, 6, 7, 8};
    std::uint32_t done = 99;
    {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
        CHECK(map.update_batch(keys, values, done));
        kernel.stop();
        CHECK(done == 4);
        auto const& call = kernel.only_bpf();
        CHECK(call.command == 26);
        CHECK(call.size == 56);
        CHECK(call.field<std::uint64_t>(16) == address_of(keys.data()));
        CHECK(call.field<std::uint64_t>(24) == address_of(values.data()));
        CHECK(call.field<std::uint32_t>(32) == 4);
        CHECK(call.field<int>(36) == map.fd().raw());
    }
    {
        fake::kernel kernel{[](fake::bpf_call& call) -> long {
            call.put(32, std::uint32_t{2});
            return -E2BIG;
        }};
        CHECK(map.update_batch(keys, values, done).error() == error{errc::e2big, command::map_update_batch});
        CHECK(done == 2);
    }
    {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return -EPERM; }}; // the count stays as it went in
        CHECK(map.update_batch(keys, values, done).error() == error{errc::eperm, command::map_update_batch});
        CHECK(done == 0);
        CHECK(map.erase_batch(keys, done).error() == error{errc::eperm, command::map_delete_batch});
        CHECK(done == 0);
    }
    {
        fake::kernel kernel{[](fake::bpf_call& call) -> long {
            call.put(32, std::uint32_t{3});
            return -ENOENT;
        }};
        CHECK_FALSE(*map.erase_batch(keys, done));
        CHECK(done == 3);
    }
    {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return 0; }};
        CHECK(map.update_batch(keys, std::span{values}.first(3), done).error() ==
              error{errc::batch_sizes_differ, command::map_update_batch});
        CHECK(kernel.calls().empty());
    }
}

TEST_CASE("a map that does not fit is refused by name and closed again") {
    struct shape {
        std::uint32_t type, key_size, value_size;
        errc expected;
    };
    for (auto const& wrong : {shape{2, 4, 8, errc::map_type_differs}, shape{1, 8, 8, errc::key_size_differs},
                              shape{1, 4, 16, errc::value_size_differs}}) {
        int opened = -1;
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            if (call.command == 7) return opened = new_descriptor();
            auto* const info = call.pointer<std::uint32_t>(8);
            info[0] = wrong.type;
            info[2] = wrong.key_size;
            info[3] = wrong.value_size;
            return 0;
        }};
        auto const map = map_u32::open("/sys/fs/bpf/other");
        kernel.stop();
        CHECK(map.error() == error{wrong.expected, command::obj_get_info_by_fd});
        CHECK(::fcntl(opened, F_GETFD) == -1);
    }
}

TEST_CASE("a map that was created with other flags than the view needs is refused") {
    using mapped = map_view<needs_mmapable>;
    for (auto const flags : {map_flags::none, map_flags::mmapable, map_flags::mmapable | map_flags::inner_map}) {
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            if (call.command == 7) return new_descriptor();
            auto* const info = call.pointer<std::uint32_t>(8);
            info[0] = 2;
            info[2] = 4;
            info[3] = 8;
            info[5] = static_cast<std::uint32_t>(flags);
            return 0;
        }};
        auto const map = mapped::open("/sys/fs/bpf/other");
        kernel.stop();
        if (flags == map_flags::mmapable)
            CHECK(map);
        else
            CHECK(map.error() == error{errc::map_flags_differ, command::obj_get_info_by_fd});
    }
}

TEST_CASE("a further check at opening has the last word, and says it in its own type") {
    for (int const answer : {0, 9}) {
        int opened = -1;
        fake::kernel kernel{[&](fake::bpf_call& call) -> long {
            if (call.command != 15) return opened = new_descriptor();
            auto* const info = call.pointer<std::uint32_t>(8);
            info[0] = 1;
            info[2] = 4;
            info[3] = 8;
            info[4] = 64;
            return 0;
        }};
        auto const by_path = map_u32::open("/sys/fs/bpf/other", careful{answer});
        auto const by_id = map_u32::open(map_id{7}, careful{answer});
        int const last_opened = opened;
        kernel.stop();
        CHECK(by_path.has_value() == (answer == 0));
        CHECK(by_id.has_value() == (answer == 0));
        if (answer != 0) CHECK(by_id.error().detail == 9);
        if (answer != 0) CHECK(::fcntl(last_opened, F_GETFD) == -1);
    }
}

TEST_CASE("opening asks for the access of the type, by path, below a directory and by id") {
    auto const flags_of = [](auto open) {
        fake::kernel kernel{[](fake::bpf_call& call) -> long {
            if (call.command != 15) return -ENOENT;
            return 0;
        }};
        CHECK_FALSE(open());
        kernel.stop();
        return kernel.only_bpf();
    };
    using ro = hash_map<std::uint32_t, std::uint64_t, read_only>;
    using wo = hash_map<std::uint32_t, std::uint64_t, write_only>;
    char const* const path = "/sys/fs/bpf/x";
    auto const directory = borrow_raw<kind::directory>(5);
    auto const by_path = flags_of([&] { return map_u32::open(path); });
    CHECK(by_path.command == 7);
    CHECK(by_path.field<std::uint64_t>(0) == address_of(path));
    CHECK(by_path.field<std::uint32_t>(12) == 0);
    CHECK(flags_of([&] { return ro::open(path); }).field<std::uint32_t>(12) == 8);
    CHECK(flags_of([&] { return wo::open(path); }).field<std::uint32_t>(12) == 16);
    auto const below = flags_of([&] { return ro::open(directory, path); });
    CHECK(below.field<std::uint32_t>(12) == (8 | 0x4000));
    CHECK(below.field<int>(16) == 5);
    auto const by_id = flags_of([&] { return wo::open(map_id{77}); });
    CHECK(by_id.command == 14);
    CHECK(by_id.size == 12);
    CHECK(by_id.field<std::uint32_t>(0) == 77);
    CHECK(by_id.field<std::uint32_t>(8) == 16);
}

TEST_CASE("fault 7: the first map of a process takes one call of bpf(2), and so does each after it") {
    for (int each = 0; each != 3; ++each) {
        fake::kernel kernel{[](fake::bpf_call&) -> long { return new_descriptor(); }};
        CHECK(map_u32::create({.name = "first", .max_entries = 64}));
        CHECK(kernel.bpf_calls() == 1);
        CHECK(kernel.calls()[0].command == 0);
    }
}

} // namespace

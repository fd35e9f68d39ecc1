// perf_event_array on the running kernel: a program's records arrive in the event's ring.
#include <bpfxx/map/perf_event_array.hpp>

#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/program/test_run.hpp>

#include "kernel/support/skip.hpp"
#include "map/support/groups_and_events.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <utility>

namespace {

using namespace bpfxx;
using namespace bpfxx::insn;

constexpr char const* no_events = "perf events cannot be opened here";

/// Writes 8 bytes to the event under index 0; the helper's answer is the program's.
// clang-format off: one step per line
constexpr auto write_to_0 = assemble(
    mov(r6, 42), store<std::uint64_t>(r10 - 8, r6),
    load_map(r2, map_slot<0>{}),
    mov(r3, 0), mov(r4, r10), add(r4, -8), mov(r5, 8),
    call(helper::perf_event_output),
    exit());
// clang-format on

/// The ring of an event: one page of head and tail, one of records.
class ring_of {
  public:
    explicit ring_of(support::perf_event_fd const& event)
        : memory_{::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, event.raw(), 0)} {
        REQUIRE(memory_ != MAP_FAILED);
    }
    ring_of(ring_of const&) = delete;
    ring_of& operator=(ring_of const&) = delete;
    ~ring_of() { ::munmap(memory_, size); }

    [[nodiscard]] std::uint64_t head() const {
        return __atomic_load_n(&static_cast<::perf_event_mmap_page const*>(memory_)->data_head, __ATOMIC_ACQUIRE);
    }
    /// The payload's first number in the record that starts at the ring's beginning.
    [[nodiscard]] std::uint64_t first_number() const {
        std::uint64_t number = 0;
        auto const* const record = static_cast<std::byte const*>(memory_) + 4096;
        std::memcpy(&number, record + sizeof(::perf_event_header) + 4, sizeof number); // behind the payload's length
        return number;
    }

  private:
    static constexpr std::size_t size = 2 * 4096;
    void* memory_;
};

std::int32_t run_on_0(raw_tracepoint_program const& program) {
    return static_cast<std::int32_t>(test_run(program, {.cpu = 0}).value().retval);
}

TEST_CASE("a program writes to the event under an index") {
    auto const event = support::software_event(PERF_COUNT_SW_BPF_OUTPUT, 0);
    if (!event) return support::lacks_privilege(no_events);
    auto const map = perf_event_array<>::create({.name = "events", .max_entries = 2}).value();
    auto const program = raw_tracepoint_program::load({.insns = write_to_0.with(map.fd()), .license = "GPL"}).value();
    ring_of const ring{*event};
    CHECK(run_on_0(program) == -ENOENT);
    CHECK(map.update(0, *event));
    CHECK(run_on_0(program) == 0);
    CHECK(ring.head() > 0);
    CHECK(ring.first_number() == 42);
    CHECK(*map.erase(0));
    CHECK_FALSE(*map.erase(0));
    CHECK(run_on_0(program) == -ENOENT);
    CHECK(map.update(2, *event).error() == error{errc::e2big, command::map_update_elem});
    CHECK(map.erase(2).error() == error{errc::e2big, command::map_delete_elem});
    auto const no_event = fd_ref<kind::perf_event>::from_raw(map.fd().raw());
    CHECK(map.update(0, no_event).error() == error{errc::ebadf, command::map_update_elem});
}

/// What the program's write says once the descriptor through which the event was stored is closed.
std::int32_t after_closing(map_flags flags, support::perf_event_fd const& event) {
    sys::attr::map_create const attribute{
        .map_type = map_type::perf_event_array, .key_size = 4, .value_size = 4, .max_entries = 1, .flags = flags};
    auto const map = perf_event_array<>::adopt(sys::call(attribute).value()).value();
    auto const program = raw_tracepoint_program::load({.insns = write_to_0.with(map.fd()), .license = "GPL"}).value();
    {
        auto const stores = perf_event_array<>::open(*map.id()).value();
        CHECK(stores.update(0, event));
        CHECK(run_on_0(program) == 0);
    }
    return run_on_0(program);
}

TEST_CASE("slots go with the descriptor that set them, unless they are to be preserved") {
    auto const event = support::software_event(PERF_COUNT_SW_BPF_OUTPUT, 0);
    if (!event) return support::lacks_privilege(no_events);
    ring_of const ring{*event};
    CHECK(after_closing(map_flags::none, *event) == -ENOENT);
    CHECK(after_closing(map_flags::preserve_elems, *event) == 0);
    CHECK(perf_event_array<>::create({.max_entries = 1, .flags = map_flags::preserve_elems}));
}

} // namespace

// Ring buffers on the running kernel: sizes, what opens as what, and the memory that a reader or writer will map.
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/map/array.hpp>
#include <bpfxx/map/ring_buffer.hpp>
#include <bpfxx/program/handle.hpp>
#include <bpfxx/shm/mapping.hpp>

#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;
using insn::r1, insn::r10, insn::r2, insn::r3, insn::r4;

constexpr std::uint32_t size = 1 << 17;

static_assert(ring_size{4096}.bytes() == 4096);
static_assert(ring_size{std::size_t{1} << 31}.bytes() == 0x8000'0000);
static_assert(ring_size::from(7).bytes() == 7);
static_assert(!std::is_copy_constructible_v<ring_buffer> && std::is_nothrow_move_constructible_v<ring_buffer>);
static_assert(!std::is_same_v<ring_buffer, user_ring_buffer>);

// Everything that is given goes into the spec.
constexpr map_spec spec =
    ring_options<map_kind::ringbuf>{
        .name = "events",
        .size_bytes = 8192,
        .flags = map_flags::rb_overwrite,
        .numa_node = 3,
        .token = fd_ref<kind::token>::from_raw(44),
        .exclusive_program = program_hash{std::byte{7}},
    }
        .spec();
static_assert(spec.type == map_type::ringbuf && spec.max_entries == 8192 && spec.flags == map_flags::rb_overwrite);
static_assert(spec.numa_node == 3 && spec.token.raw() == 44 && spec.exclusive_program == program_hash{std::byte{7}});
static_assert(ring_options<map_kind::user_ringbuf>{.size_bytes = 4096}.spec().type == map_type::user_ringbuf);

constexpr char const* no_user_ring = "user ring buffers need Linux 6.1";

bool has_user_ring() { return user_ring_buffer::create({.size_bytes = size}).has_value(); }

constexpr error because(errc code) { return {code, command::obj_get_info_by_fd}; }

TEST_CASE_TEMPLATE("a ring has the size that was asked for", Ring, ring_buffer, user_ring_buffer) {
    if (!has_user_ring()) return support::skip(no_user_ring);
    auto const ring = Ring::create({.name = "events", .size_bytes = size}).value();
    CHECK(ring.size_bytes() == size);
    auto const info = ring.info().value();
    CHECK(info->type == Ring::kind_type::facts.type);
    CHECK(info->max_entries == size);
    CHECK(info->key_size == 0);
    CHECK(info->value_size == 0);
    CHECK(std::string{info->name} == "events");
    auto const copy = ring.duplicate().value();
    CHECK(copy.size_bytes() == size);
    CHECK(copy.id().value() == ring.id().value());
    CHECK(Ring::create({.size_bytes = size, .numa_node = 0}));
}

TEST_CASE("a size that is only known at run time is checked by the kernel") {
    auto const refused = error{errc::einval, command::map_create};
    for (std::uint32_t const bytes : {0u, 1u, 4095u, 3 * 65536u, 0xffff'ffffu}) {
        CAPTURE(bytes);
        CHECK(ring_buffer::create({.size_bytes = ring_size::from(bytes)}).error() == refused);
    }
    auto const page = static_cast<std::uint32_t>(page_size());
    CHECK(ring_buffer::create({.size_bytes = ring_size::from(page)}).value().size_bytes() == page);
    CHECK(ring_buffer::create({.size_bytes = ring_size::from(page / 2)}).error() == refused);
}

TEST_CASE_TEMPLATE("found again by path, by id and through a descriptor", Ring, ring_buffer, user_ring_buffer) {
    if (!has_user_ring()) return support::skip(no_user_ring);
    support::bpffs const files;
    if (!files) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const path = files.path("ring");
    auto const ring = Ring::create({.size_bytes = size}).value();
    CHECK(ring.pin(path.c_str()));
    CHECK(Ring::open(path.c_str()).value().size_bytes() == size);
    CHECK(Ring::open(ring.id().value()).value().size_bytes() == size);
    CHECK(Ring::adopt(ring.duplicate().value().release()).value().size_bytes() == size);
    CHECK(Ring::open(files.path("none").c_str()).error() == error{errc::enoent, command::obj_get});

    int const number = ::open(files.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    auto const directory = owned_fd<kind::directory>::adopt_raw(number).value();
    auto const relative = Ring::open(directory, "ring");
    CHECK((relative || relative.error() == error{errc::einval, command::obj_get})); // before Linux 6.5
}

TEST_CASE("one kind of ring is not the other, and nothing else is a ring") {
    if (!has_user_ring()) return support::skip(no_user_ring);
    auto const ring = ring_buffer::create({.size_bytes = size}).value();
    auto const user_ring = user_ring_buffer::create({.size_bytes = size}).value();
    auto const array = array_map<std::uint64_t>::create({.max_entries = size}).value();
    CHECK(user_ring_buffer::open(ring.id().value()).error() == because(errc::map_type_differs));
    CHECK(ring_buffer::open(user_ring.id().value()).error() == because(errc::map_type_differs));
    CHECK(ring_buffer::open(array.id().value()).error() == because(errc::map_type_differs));
    CHECK(array_map<std::uint64_t>::open(ring.id().value()).error() == because(errc::map_type_differs));
    CHECK(ring_buffer::adopt(array.duplicate().value().release()).error() == because(errc::map_type_differs));
}

TEST_CASE("what a program writes is in the memory that a reader maps, the data twice in a row") {
    auto const ring = ring_buffer::create({.size_bytes = size}).value();
    auto const consumer = mapping<read_write>::map(ring.fd(), {.length = page_size()});
    auto const producer = mapping<read_only>::map(ring.fd(), {.length = page_size() + 2 * size, .offset = page_size()});
    REQUIRE(consumer);
    REQUIRE(producer);
    // Only the consumer's position is for user space to write.
    CHECK(mapping<read_write>::map(ring.fd(), {.length = page_size(), .offset = page_size()}).error() ==
          error{errc::eperm, command::map_memory});
    auto const beyond = 2 * page_size() + 2 * size;
    CHECK(mapping<read_only>::map(ring.fd(), {.length = page_size(), .offset = beyond}).error() ==
          error{errc::einval, command::map_memory});

    static constexpr auto code = assemble(
        insn::store<std::uint64_t>(r10 - 8, 0x1234'5678), insn::load_map(r1, insn::map_slot<0>{}), insn::mov(r2, r10),
        insn::add(r2, -8), insn::mov(r3, 8), insn::mov(r4, 0), insn::call(insn::helper::ringbuf_output), insn::exit());
    std::vector<char> log(1 << 14);
    auto const filled = code.with(ring.fd());
    auto const program = socket_filter_program::load({.insns = filled, .license = "GPL"}, log);
    REQUIRE(program);
    std::array<std::byte, 64> packet{};
    sys::attr::prog_test_run run{.prog_fd = program->fd(), .data_size_in = packet.size(), .data_in = packet.data()};
    CHECK(sys::call(run));
    CHECK(run.retval == 0);
    auto const number_at = [&](std::size_t offset) {
        std::uint64_t number = 0;
        std::memcpy(&number, producer->data() + offset, 8);
        return number;
    };
    CHECK(number_at(0) == 16);                               // the producer's position
    CHECK((number_at(page_size()) & 0xffff'ffff) == 8);      // the record's length, neither busy nor discarded
    CHECK(number_at(page_size() + 8) == 0x1234'5678);        // the record
    CHECK(number_at(page_size() + size + 8) == 0x1234'5678); // and again, so that no record is in two pieces
}

TEST_CASE("a user ring is mapped the other way round") {
    if (!has_user_ring()) return support::skip(no_user_ring);
    auto const ring = user_ring_buffer::create({.size_bytes = size}).value();
    CHECK(mapping<read_only>::map(ring.fd(), {.length = page_size()}));
    CHECK(mapping<read_write>::map(ring.fd(), {.length = page_size()}).error() ==
          error{errc::eperm, command::map_memory});
    auto const data = mapping<read_write>::map(ring.fd(), {.length = page_size() + 2 * size, .offset = page_size()});
    REQUIRE(data);
    std::uint64_t const number = 0x0102'0304'0506'0708;
    std::memcpy(data->data() + page_size(), &number, 8);
    CHECK(std::memcmp(data->data() + page_size() + size, &number, 8) == 0);
}

TEST_CASE("a frozen ring has no reader any more") {
    auto const ring = ring_buffer::create({.size_bytes = size}).value();
    CHECK(ring.freeze());
    CHECK(mapping<read_write>::map(ring.fd(), {.length = page_size()}).error() ==
          error{errc::eperm, command::map_memory});
}

} // namespace

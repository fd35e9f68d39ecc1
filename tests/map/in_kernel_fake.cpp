// Snapshots and vectored operations against a kernel that refuses programs, runs them wrongly or answers nonsense. Maps are
// files in memory, which can be mapped like an array.
#include "fake/kernel.hpp"

#include <bpfxx/map/hash.hpp>
#include <bpfxx/map/snapshot.hpp>
#include <bpfxx/map/vectored.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace bpfxx;

using map_u32 = hash_map<std::uint32_t, std::uint64_t>;

enum : std::uint32_t {
    map_create = 0,
    map_lookup_elem = 1,
    map_update_elem = 2,
    map_delete_elem = 3,
    prog_load = 5,
    prog_test_run = 10,
    btf_load = 18,
    map_lookup_batch = 24,
};

/// A kernel with one hash map of some entries; what tests want of it they set.
struct machine {
    std::map<std::uint32_t, std::uint64_t> entries{};
    long map_create_answer = 0;
    long btf_load_answer = 0;
    long prog_load_answer = 0;
    std::function<long(std::uint64_t* numbers)> run = [](std::uint64_t*) { return 0L; };
    std::function<long(fake::bpf_call&)> batch = [](fake::bpf_call&) { return -long{ENOENT}; };
    std::uint64_t* numbers = nullptr;
    int maps = 0;

    ~machine() {
        if (numbers != nullptr) munmap(numbers, 4096);
    }

    static int file() {
        int const made = memfd_create("bpfxx", MFD_CLOEXEC);
        return ftruncate(made, 1 << 20) == 0 ? made : -1;
    }

    long create_map() {
        // The first is the map, the second the block.
        if (++maps == 1) return file();
        if (map_create_answer != 0) return map_create_answer;
        int const made = file();
        numbers = static_cast<std::uint64_t*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, made, 0));
        return made;
    }

    long element(fake::bpf_call& call) {
        auto const key = *call.pointer<std::uint32_t>(8);
        bool const there = entries.contains(key);
        switch (call.command) {
        case map_lookup_elem:
            if (there) call.store(16, entries[key]);
            return there ? 0 : -ENOENT;
        case map_update_elem:
            if (key == 7) return -E2BIG;
            entries[key] = *call.pointer<std::uint64_t>(16);
            return 0;
        default: return entries.erase(key) == 1 ? 0 : -ENOENT;
        }
    }

    long operator()(fake::bpf_call& call) {
        switch (call.command) {
        case map_create: return create_map();
        case btf_load: return btf_load_answer != 0 ? btf_load_answer : file();
        case prog_load: return prog_load_answer != 0 ? prog_load_answer : file();
        case map_lookup_elem:
        case map_update_elem:
        case map_delete_elem: return element(call);
        case map_lookup_batch: return batch(call);
        case prog_test_run: return run(numbers);
        default: FAIL_CHECK("an unexpected command: ", call.command); return -EINVAL;
        }
    }
};

/// A machine that answers, and the map on it.
struct rig {
    machine answers{};
    fake::kernel kernel{std::ref(answers)};
    map_u32 map = map_u32::create({.max_entries = 1024}).value();

    [[nodiscard]] std::size_t calls_of(std::uint32_t command) const {
        std::size_t count = 0;
        for (auto const& call : kernel.calls()) count += call.bpf && call.command == command ? 1 : 0;
        return count;
    }
};

TEST_CASE("a refused program means single calls, with the same answers and the refusal told") {
    for (int const code : {EINVAL, EPERM, EACCES, 524}) {
        rig all;
        all.answers.entries = {{1, 10}, {3, 30}};
        all.answers.prog_load_answer = -code;
        auto const many = make_vectored(all.map, 8).value();
        CHECK_FALSE(many.in_kernel());
        CHECK(many.refusal().value() == error{static_cast<errc>(code), command::prog_load});

        std::array<std::uint32_t, 3> const keys{1, 2, 3};
        std::array<std::uint64_t, 3> values{5, 5, 5};
        std::array<bool, 3> found{};
        CHECK(many.lookup(keys, values, found).value() == 2);
        CHECK(found == std::array{true, false, true});
        CHECK(values == std::array<std::uint64_t, 3>{10, 5, 30});
        CHECK(all.calls_of(map_lookup_elem) == 3);

        std::array<std::uint32_t, 3> const others{6, 7, 8};
        std::array<errc, 3> said{};
        CHECK(many.update(others, values, said).value() == 2);
        CHECK(said == std::array{errc{}, errc::e2big, errc{}});
        CHECK(all.answers.entries[8] == 30);
        CHECK(many.erase(others, said).value() == 2);
        CHECK(said == std::array{errc{}, errc::enoent, errc{}});
        CHECK(all.calls_of(prog_test_run) == 0);
    }
}

TEST_CASE("a kernel that takes no such BTF is told apart from one that takes no such program") {
    rig all;
    all.answers.btf_load_answer = -EINVAL;
    CHECK(make_vectored(all.map, 8).value().refusal().value() == error{errc::einval, command::btf_load});
    CHECK(all.calls_of(prog_load) == 0);
}

TEST_CASE("what may pass is an error, not a refusal") {
    for (int const code : {ENOMEM, EMFILE, ENFILE, EAGAIN, EINTR}) {
        {
            rig loading;
            loading.answers.prog_load_answer = -code;
            CHECK(make_vectored(loading.map, 8).error() == error{static_cast<errc>(code), command::prog_load});
        }
        rig types;
        types.answers.btf_load_answer = -code;
        CHECK(make_snapshot(types.map).error() == error{static_cast<errc>(code), command::btf_load});
    }
    rig all;
    all.answers.map_create_answer = -EPERM;
    CHECK(make_vectored(all.map, 8).error() == error{errc::eperm, command::map_create});
}

TEST_CASE("one system call for many keys") {
    rig all;
    auto const many = make_vectored(all.map, 300).value();
    CHECK(many.in_kernel());
    all.answers.run = [](std::uint64_t* numbers) {
        CHECK(numbers[0] == 256);
        numbers[2] = numbers[0];
        reinterpret_cast<std::uint8_t*>(numbers)[64 + 17] = 1;
        return 0;
    };
    auto const before = all.kernel.calls().size();
    CHECK(many.lookup(256).value() == 1);
    CHECK(many.found()[17]);
    CHECK(all.kernel.calls().size() == before + 1);
    CHECK(all.kernel.calls().back().command == prog_test_run);
}

TEST_CASE("a program that did not run, or not to its end, means single calls") {
    rig all;
    all.answers.entries = {{4, 40}};
    auto const many = make_vectored(all.map, 8).value();
    many.keys()[0] = 4;
    CHECK(many.lookup(2).value() == 1);
    CHECK(many.values()[0] == 40);
    CHECK(all.calls_of(map_lookup_elem) == 2);
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[2] = 1;
        return 0;
    };
    CHECK(many.lookup(2).value() == 1);
    CHECK(all.calls_of(map_lookup_elem) == 4);
}

TEST_CASE("a run that fails is an error") {
    rig all;
    auto const many = make_vectored(all.map, 8).value();
    all.answers.run = [](std::uint64_t*) { return -ENOMEM; };
    error const failed{errc::enomem, command::prog_test_run};
    CHECK(many.lookup(1).error() == failed);
    CHECK(many.update(1).error() == failed);
    CHECK(many.erase(1).error() == failed);
    auto table = make_snapshot(map_u32::create({.max_entries = 8}).value()).value();
    CHECK(table.refresh(snapshot_way::kernel_walk).error() == failed);
}

TEST_CASE("a snapshot without its program goes by batches") {
    rig all;
    all.answers.prog_load_answer = -EINVAL;
    int batches = 0;
    // 100 at a time: the first call has no position, the last says ENOENT with its entries.
    all.answers.batch = [&](fake::bpf_call& call) -> long {
        CHECK((call.pointer<void>(0) == nullptr) == (batches == 0));
        auto const room = call.field<std::uint32_t>(32);
        for (std::uint32_t i = 0; i != 100; ++i)
            call.pointer<std::uint32_t>(16)[i] = static_cast<std::uint32_t>(batches);
        CHECK(room >= 100);
        call.put(32, 100u);
        return ++batches == 3 ? -ENOENT : 0;
    };
    auto table = make_snapshot(all.map).value();
    CHECK_FALSE(table.in_kernel());
    CHECK(table.refusal().value() == error{errc::einval, command::prog_load});
    CHECK(table.refresh().value() == 300);
    CHECK(table.way() == snapshot_way::batches);
    CHECK(table.keys()[99] == 0);
    CHECK(table.keys()[100] == 1);
    CHECK(table.keys()[299] == 2);
    CHECK(table.refresh(snapshot_way::kernel_walk).error() == error{errc::einval, command::prog_load});
}

TEST_CASE("the first batch says how dense the map is, once") {
    rig all; // 1,024 buckets
    std::uint32_t bucket = 0;
    all.answers.batch = [&](fake::bpf_call& call) -> long {
        call.store(8, bucket);
        call.put(32, 50u);
        return bucket == 1000 ? -ENOENT : 0;
    };
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[0] = 500;
        numbers[4] = 500;
        return 0;
    };
    auto table = make_snapshot(all.map).value();
    bucket = 100; // 50 in 100 buckets
    CHECK(table.refresh().value() == 500);
    CHECK(table.way() == snapshot_way::kernel_walk);
    CHECK(all.calls_of(map_lookup_batch) == 1);
    CHECK(table.refresh().value() == 500);
    CHECK(all.calls_of(map_lookup_batch) == 1);
    CHECK(all.calls_of(prog_test_run) == 2);

    auto other = make_snapshot(all.map).value();
    bucket = 1000; // and the end
    CHECK(other.refresh().value() == 50);
    CHECK(other.way() == snapshot_way::batches);
}

TEST_CASE("nonsense is not believed") {
    rig all;
    auto table = make_snapshot(all.map, {.capacity = 400}).value();
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[0] = 400;
        return 0;
    };
    CHECK(table.refresh(snapshot_way::kernel_walk).value() == 400);
    error const in_run{errc::malformed_answer, command::prog_test_run};
    error const in_batch{errc::malformed_answer, command::map_lookup_batch};
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[0] = 401;
        return 0;
    };
    CHECK(table.refresh(snapshot_way::kernel_walk).error() == in_run);
    CHECK(table.size() == 0); // what was read before is overwritten by then
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[4] = static_cast<std::uint64_t>(-std::int64_t{EOPNOTSUPP});
        return 0;
    };
    CHECK(table.refresh(snapshot_way::kernel_walk).error() == error{errc::eopnotsupp, command::prog_test_run});
    CHECK(table.size() == 0);
    all.answers.batch = [](fake::bpf_call& call) -> long {
        call.put(32, 401u);
        return 0;
    };
    CHECK(table.refresh(snapshot_way::batches).error() == in_batch);
    all.answers.batch = [](fake::bpf_call& call) -> long {
        call.put(32, 0u);
        return 0;
    };
    CHECK(table.refresh(snapshot_way::batches).error() == in_batch);
    all.answers.batch = [](fake::bpf_call&) -> long { return -EFAULT; };
    CHECK(table.refresh(snapshot_way::batches).error() == error{errc::efault, command::map_lookup_batch});
    auto fresh = make_snapshot(all.map, {.capacity = 400}).value();
    CHECK(fresh.refresh().error() == error{errc::efault, command::map_lookup_batch});
    CHECK(fresh.for_each([](std::uint32_t, std::uint64_t) {}).error() ==
          error{errc::efault, command::map_lookup_batch});
}

TEST_CASE("a map that grew past two slices before anything was visited goes by batches") {
    rig all;
    auto table = make_snapshot(all.map, {.capacity = 200}).value();
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[0] = 190;
        return 0;
    };
    CHECK(table.refresh(snapshot_way::kernel_walk).value() == 190);
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[0] = 200;
        numbers[3] = 1;
        return 0;
    };
    all.answers.batch = [](fake::bpf_call& call) -> long {
        call.put(32, 150u);
        return -ENOENT;
    };
    int visited = 0;
    CHECK(table.for_each([&](std::uint32_t, std::uint64_t) { ++visited; }));
    CHECK(visited == 150);
    CHECK(table.way() == snapshot_way::batches);
    CHECK(all.calls_of(prog_test_run) == 2);
}

TEST_CASE("keys that no halving parts end in ENOSPC, not in an endless walk") {
    rig all;
    auto table = make_snapshot(all.map, {.capacity = 200}).value();
    all.answers.run = [](std::uint64_t* numbers) {
        numbers[0] = 190; // nearly full: two slices the next time
        return 0;
    };
    CHECK(table.refresh(snapshot_way::kernel_walk).value() == 190);
    int runs = 0;
    all.answers.run = [&](std::uint64_t* numbers) {
        // The first slice fits, and whatever is halved after it never does.
        bool const fits = ++runs == 1;
        CHECK(numbers[2] == (fits ? 0 : 1));
        CHECK(numbers[1] == (std::uint64_t{1} << (fits ? 1 : runs - 1)) - 1);
        numbers[0] = fits ? 5 : 200;
        numbers[3] = fits ? 0 : 1;
        return 0;
    };
    int visited = 0;
    CHECK(table.for_each([&](std::uint32_t, std::uint64_t) { ++visited; }).error() ==
          error{errc::enospc, command::prog_test_run});
    CHECK(visited == 5);
    CHECK(runs == 25);
}

} // namespace

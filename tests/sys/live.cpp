// Every command once on the running kernel, through sys::call alone. Where a command cannot succeed here, the errno is
// the kernel's documented one.
#include "btf/running_kernel.hpp"
#include "kernel/support/bpffs.hpp"
#include "kernel/support/skip.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/sys/attr/btf.hpp>
#include <bpfxx/sys/attr/iter.hpp>
#include <bpfxx/sys/attr/link.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/attr/object.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/attr/token.hpp>
#include <bpfxx/sys/call.hpp>
#include <bpfxx/sys/info/btf.hpp>
#include <bpfxx/sys/info/link.hpp>
#include <bpfxx/sys/info/map.hpp>
#include <bpfxx/sys/info/program.hpp>
#include <bpfxx/sys/object.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <linux/perf_event.h>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;
namespace attr = sys::attr;

std::set<std::uint32_t> asked;

template <class A>
auto ask(A&& attribute) {
    asked.insert(static_cast<std::uint32_t>(std::remove_cvref_t<A>::during));
    return sys::call(std::forward<A>(attribute));
}

/// The value, or the end of the test case with the sentence that says why there is none.
template <class T>
T must(result<T> made) {
    if (!made) FAIL(describe(made.error()).c_str());
    return *std::move(made);
}
void must(result<void> const& done) {
    if (!done) FAIL(describe(done.error()).c_str());
}

template <class T>
void check_refused(result<T> const& made, errc code, command during) {
    REQUIRE_FALSE(made);
    INFO(std::string{describe(made.error()).view()});
    CHECK(made.error() == error{code, during});
}

owned_fd<kind::map> new_map(map_type type, std::uint32_t entries = 64, map_flags flags = {}) {
    return must(ask(attr::map_create{
        .map_type = type,
        .key_size = 4,
        .value_size = 8,
        .max_entries = entries,
        .flags = flags,
        .map_name = "bpfxx_live",
    }));
}

constexpr insn::instruction set_r0(std::int32_t value) { return {0xb7, 0, 0, value}; }
constexpr insn::instruction leave{0x95, 0, 0, 0};

/// The program that returns a number.
owned_fd<kind::program> new_program(program_type type, std::int32_t returns, attach_type expected = {}) {
    std::array const insns{set_r0(returns), leave};
    attr::prog_load load{
        .prog_type = type,
        .insn_cnt = insns.size(),
        .insns = insns.data(),
        .license = "GPL",
        .prog_name = "bpfxx_live",
        .expected_attach_type = expected,
    };
    return must(ask(load));
}

/// A cgroup of the test's own, in a mount of cgroup2 that is there already or made for it.
class own_cgroup {
  public:
    own_cgroup() {
        std::string mount_point = mounted();
        if (mount_point.empty()) {
            char name[] = "/tmp/bpfxx_cgroup_XXXXXX";
            if (mkdtemp(name) == nullptr) return;
            mount_ = name;
            if (mount("none", name, "cgroup2", 0, nullptr) != 0) return;
            mount_point = name;
        }
        std::string path = mount_point + "/bpfxx_test_XXXXXX";
        if (mkdtemp(path.data()) != nullptr) path_ = path;
    }
    own_cgroup(own_cgroup const&) = delete;
    own_cgroup& operator=(own_cgroup const&) = delete;
    ~own_cgroup() {
        if (!path_.empty()) rmdir(path_.c_str());
        if (mount_.empty()) return;
        umount2(mount_.c_str(), MNT_DETACH);
        rmdir(mount_.c_str());
    }

    [[nodiscard]] explicit operator bool() const { return !path_.empty(); }
    [[nodiscard]] owned_fd<kind::cgroup> open() const {
        return must(owned_fd<kind::cgroup>::adopt_raw(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
    }

  private:
    static std::string mounted() {
        std::ifstream mounts{"/proc/self/mounts"};
        for (std::string line; std::getline(mounts, line);) {
            std::istringstream words{line};
            std::string device, point, type;
            words >> device >> point >> type;
            if (type == "cgroup2") return point;
        }
        return {};
    }

    std::string mount_;
    std::string path_;
};

/// A perf event that every kernel has: a task's time.
owned_fd<kind::perf_event> new_clock() {
    perf_event_attr clock{};
    clock.type = PERF_TYPE_SOFTWARE;
    clock.size = sizeof clock;
    clock.config = PERF_COUNT_SW_TASK_CLOCK;
    clock.sample_period = 1'000'000;
    clock.disabled = 1;
    long const number = syscall(__NR_perf_event_open, &clock, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    return must(owned_fd<kind::perf_event>::adopt_raw(static_cast<int>(number)));
}

/// The attribute of a kernel to come.
struct longer_map_freeze {
    static constexpr command during = command::map_freeze;
    using returns = void;

    fd_ref<kind::map> map_fd;
    std::uint32_t more[255]{};
};

} // namespace

TEST_CASE("elements: update, lookup, next key, delete, lookup and delete") {
    auto const map = new_map(map_type::hash);
    std::uint32_t const key = 7;
    std::uint64_t const value = 70;
    std::uint64_t read = 0;

    check_refused(ask(attr::map_lookup_elem{.map_fd = map, .key = &key, .value = &read}), errc::enoent,
                  command::map_lookup_elem);
    attr::map_update_elem const update{.map_fd = map, .key = &key, .value = &value, .flags = element_flags::noexist};
    must(ask(update));
    check_refused(ask(update), errc::eexist, command::map_update_elem);
    must(ask(attr::map_lookup_elem{.map_fd = map, .key = &key, .value = &read}));
    CHECK(read == 70);

    std::uint32_t first = 0;
    must(ask(attr::map_get_next_key{.map_fd = map, .next_key = &first}));
    CHECK(first == 7);
    check_refused(ask(attr::map_get_next_key{.map_fd = map, .key = &first, .next_key = &first}), errc::enoent,
                  command::map_get_next_key);

    must(ask(attr::map_delete_elem{.map_fd = map, .key = &key}));
    check_refused(ask(attr::map_delete_elem{.map_fd = map, .key = &key}), errc::enoent, command::map_delete_elem);

    must(ask(update));
    read = 0;
    attr::map_lookup_and_delete_elem const take{.map_fd = map, .key = &key, .value = &read};
    if (auto const taken = ask(take); !taken && taken.error().code == errc::enotsupp) // before Linux 5.14
        std::printf("this kernel cannot look up and delete in a hash: %s\n", describe(taken.error()).c_str());
    else {
        must(taken);
        CHECK(read == 70);
        check_refused(ask(take), errc::enoent, command::map_lookup_and_delete_elem);
    }
}

TEST_CASE("batches: update, lookup, delete, lookup and delete") {
    auto const map = new_map(map_type::hash);
    std::array<std::uint32_t, 3> keys{1, 2, 3};
    std::array<std::uint64_t, 3> values{10, 20, 30};
    attr::map_update_batch update{.keys = keys.data(), .values = values.data(), .count = 3, .map_fd = map};
    must(ask(update));
    CHECK(update.count == 3);

    std::array<std::uint32_t, 64> found{};
    std::array<std::uint64_t, 64> found_values{};
    std::uint32_t cursor = 0;
    attr::map_lookup_batch lookup{
        .out_batch = &cursor,
        .keys = found.data(),
        .values = found_values.data(),
        .count = 64,
        .map_fd = map,
    };
    check_refused(ask(lookup), errc::enoent, command::map_lookup_batch); // the end, and yet:
    REQUIRE(lookup.count == 3);
    CHECK(found_values[0] == 10u * found[0]);

    keys = {1, 3, 99};
    attr::map_delete_batch erase{.keys = keys.data(), .count = 3, .map_fd = map};
    check_refused(ask(erase), errc::enoent, command::map_delete_batch);
    CHECK(erase.count == 2);

    attr::map_lookup_and_delete_batch take{
        .out_batch = &cursor,
        .keys = found.data(),
        .values = found_values.data(),
        .count = 64,
        .map_fd = map,
    };
    check_refused(ask(take), errc::enoent, command::map_lookup_and_delete_batch);
    REQUIRE(take.count == 1);
    CHECK(found[0] == 2);
    CHECK(found_values[0] == 20);
}

TEST_CASE("a frozen map refuses writes") {
    auto const map = new_map(map_type::array);
    must(ask(attr::map_freeze{.map_fd = map}));
    std::uint32_t const key = 0;
    std::uint64_t const value = 1;
    check_refused(ask(attr::map_update_elem{.map_fd = map, .key = &key, .value = &value}), errc::eperm,
                  command::map_update_elem);
}

TEST_CASE("a descriptor that is not open is said to be so, with the command") {
    auto const nowhere = fd_ref<kind::map>::from_raw(1'000'000);
    check_refused(ask(attr::map_freeze{.map_fd = nowhere}), errc::ebadf, command::map_freeze);
}

TEST_CASE("a program runs on input") {
    auto const program = new_program(program_type::socket_filter, 42);
    std::array<std::byte, 64> data{};
    attr::prog_test_run run{.prog_fd = program, .data_size_in = data.size(), .data_in = data.data(), .repeat = 3};
    must(ask(run));
    CHECK(run.retval == 42);

    attr::prog_test_run too_short{.prog_fd = program, .data_size_in = 4, .data_in = data.data()};
    check_refused(ask(too_short), errc::einval, command::prog_test_run);
    auto const tracepoint = new_program(program_type::tracepoint, 0);
    attr::prog_test_run not_this_type{.prog_fd = tracepoint};
    check_refused(ask(not_this_type), errc::enotsupp, command::prog_test_run);
}

TEST_CASE("the verifier's log comes with its true size") {
    std::array const insns{leave}; // r0 was never set
    std::array<char, 4096> log{};
    attr::prog_load load{
        .prog_type = program_type::socket_filter,
        .insn_cnt = insns.size(),
        .insns = insns.data(),
        .license = "GPL",
        .log_level = log_level::failing_path,
        .log_size = log.size(),
        .log_buf = log.data(),
    };
    check_refused(ask(load), errc::eacces, command::prog_load);
    CHECK(std::string_view{log.data()}.find("R0 !read_ok") != std::string_view::npos);
    if (load.log_true_size != 0) CHECK(load.log_true_size == std::strlen(log.data()) + 1); // since Linux 6.4
}

TEST_CASE("objects are pinned and come back as their own kind") {
    support::bpffs const fs;
    if (!fs) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const map = new_map(map_type::hash);
    auto const path = fs.path("map");
    must(ask(attr::obj_pin{.pathname = path.c_str(), .bpf_fd = map}));
    check_refused(ask(attr::obj_pin{.pathname = path.c_str(), .bpf_fd = map}), errc::eexist, command::obj_pin);
    auto const again = must(ask(attr::obj_get<kind::map>{.pathname = path.c_str()}));
    auto const id = must(sys::get_info<sys::info::map>(map))->id;
    CHECK(must(sys::get_info<sys::info::map>(again))->id == id);
    check_refused(ask(attr::obj_get<kind::map>{.pathname = fs.path("none").c_str()}), errc::enoent, command::obj_get);

    auto const directory = must(owned_fd<kind::directory>::adopt_raw(open(fs.root().c_str(), O_PATH | O_CLOEXEC)));
    auto const relative = sys::open_pinned<kind::map>(directory, "map");
    if (!relative && relative.error().code == errc::einval) return support::skip("path_fd needs Linux 6.5");
    CHECK(must(sys::get_info<sys::info::map>(*relative))->id == id);
    unlink(path.c_str());
}

TEST_CASE("every kind of id leads on, and back to a descriptor") {
    auto const map = new_map(map_type::hash);
    auto const program = new_program(program_type::raw_tracepoint, 0);
    auto const link = must(ask(attr::raw_tracepoint_open{.name = "sys_enter", .prog_fd = program}));
    auto const map_number = must(sys::get_info<sys::info::map>(map))->id;
    auto const program_number = must(sys::get_info<sys::info::program>(program))->id;
    auto const link_number = must(sys::get_info<sys::info::link_raw_tracepoint>(link))->id;

    auto const before = [](auto id) { return decltype(id){static_cast<std::uint32_t>(id) - 1}; };
    CHECK(must(ask(attr::map_get_next_id{.start_id = before(map_number)})) == map_number);
    CHECK(must(ask(attr::prog_get_next_id{.start_id = before(program_number)})) == program_number);
    CHECK(must(ask(attr::link_get_next_id{.start_id = before(link_number)})) == link_number);
    constexpr std::uint32_t last = 0x7fff'ffff;
    check_refused(ask(attr::map_get_next_id{.start_id = map_id{last - 1}}), errc::enoent, command::map_get_next_id);
    check_refused(ask(attr::map_get_next_id{.start_id = map_id{last}}), errc::einval, command::map_get_next_id);

    auto const map_again = must(ask(attr::map_get_fd_by_id{.map_id = map_number, .open_flags = open_flags::rdonly}));
    CHECK(must(sys::get_info<sys::info::map>(map_again))->id == map_number);
    std::uint32_t const key = 0;
    check_refused(ask(attr::map_delete_elem{.map_fd = map_again, .key = &key}), errc::eperm, command::map_delete_elem);
    auto const program_again = must(ask(attr::prog_get_fd_by_id{.prog_id = program_number}));
    CHECK(must(sys::get_info<sys::info::program>(program_again))->id == program_number);
    auto const link_again = must(ask(attr::link_get_fd_by_id{.link_id = link_number}));
    CHECK(must(sys::get_info<sys::info::link_head>(link_again))->id == link_number);

    CHECK((fcntl(link_again.raw(), F_GETFD) & FD_CLOEXEC) != 0);
    check_refused(ask(attr::map_get_fd_by_id{.map_id = map_id{last}}), errc::enoent, command::map_get_fd_by_id);
}

TEST_CASE("information says what was made") {
    auto const map = new_map(map_type::array, 5, map_flags::mmapable);
    sys::info::map about{};
    auto const length = must(ask(attr::obj_get_info_by_fd<sys::info::map>{.bpf_fd = map, .info = &about}));
    CHECK(length >= 80);
    CHECK(length <= sizeof about);
    CHECK(about.type == map_type::array);
    CHECK(about.key_size == 4);
    CHECK(about.value_size == 8);
    CHECK(about.max_entries == 5);
    CHECK(about.map_flags == map_flags::mmapable);
    CHECK(std::string_view{about.name} == "bpfxx_live");

    auto const program = new_program(program_type::xdp, 2);
    auto const known = must(sys::get_info<sys::info::program>(program));
    CHECK(known->type == program_type::xdp);
    CHECK(std::string_view{known->name} == "bpfxx_live");
    CHECK(known->xlated_prog_len == 16);

    // Another kind of descriptor than the struct speaks of: the kernel fills what it has, and the length tells.
    auto const not_a_map = fd_ref<kind::btf>::from_raw(2);
    check_refused(sys::get_info<sys::info::btf>(not_a_map), errc::einval, command::obj_get_info_by_fd);
}

TEST_CASE("type information: load, id, descriptor, info") {
    // A header, one 32-bit int, and its name: written out by hand.
    struct {
        std::uint16_t magic = 0xeb9f;
        std::uint8_t version = 1;
        std::uint8_t flags = 0;
        std::uint32_t header_size = 24;
        std::uint32_t types_at = 0, types_size = 16, strings_at = 16, strings_size = 5;
        std::uint32_t name = 1, info = 1u << 24, size = 4, encoding = 32 | 1u << 24;
        char strings[5] = "\0int";
        std::uint8_t past_the_end[3]{};
    } const blob;
    std::array<char, 4096> log{};
    attr::btf_load load{
        .btf = reinterpret_cast<std::byte const*>(&blob),
        .btf_log_buf = log.data(),
        .btf_size = 24 + 16 + 5,
        .btf_log_size = log.size(),
        .btf_log_level = log_level::failing_path,
    };
    auto const btf = ask(load);
    INFO(std::string{log.data()});
    REQUIRE(btf);
    auto const known = must(sys::get_info<sys::info::btf>(*btf));
    CHECK(known->btf_size == 24 + 16 + 5);
    CHECK(known->kernel_btf == 0);
    CHECK(must(ask(attr::btf_get_next_id{.start_id = btf_id{static_cast<std::uint32_t>(known->id) - 1}})) == known->id);
    auto const again = must(ask(attr::btf_get_fd_by_id{.btf_id = known->id}));
    CHECK(must(sys::get_info<sys::info::btf>(again))->id == known->id);

    load.btf_size = 24 + 16 + 4;
    check_refused(ask(load), errc::einval, command::btf_load);
}

TEST_CASE("a raw tracepoint: open, and what stands behind its descriptor") {
    auto const program = new_program(program_type::raw_tracepoint, 0);
    auto const link = must(ask(attr::raw_tracepoint_open{.name = "sys_enter", .prog_fd = program}));
    check_refused(ask(attr::raw_tracepoint_open{.name = "no_such_tracepoint", .prog_fd = program}), errc::enoent,
                  command::raw_tracepoint_open);

    std::array<char, 64> tracepoint{};
    attr::task_fd_query query{
        .pid = static_cast<std::uint32_t>(getpid()),
        .fd = static_cast<std::uint32_t>(link.raw()),
        .buf_len = tracepoint.size(),
        .buf = tracepoint.data(),
    };
    must(ask(query));
    CHECK(std::string_view{tracepoint.data()} == "sys_enter");
    CHECK(query.buf_len == std::strlen("sys_enter"));
    CHECK(query.fd_type == task_fd_type::raw_tracepoint);
    CHECK(query.prog_id == must(sys::get_info<sys::info::program>(program))->id);

    check_refused(ask(attr::link_detach{.link_fd = link}), errc::eopnotsupp, command::link_detach);
    check_refused(ask(attr::link_update{.link_fd = link, .new_prog_fd = program}), errc::einval, command::link_update);
}

TEST_CASE("a cgroup without a link: attach, query, detach") {
    own_cgroup const cgroup;
    if (!cgroup) return support::lacks_privilege("no cgroup2 can be mounted here");
    auto const target = cgroup.open();
    auto const program = new_program(program_type::cgroup_skb, 1, attach_type::cgroup_inet_egress);
    must(ask(attr::prog_attach{
        .target_fd = target,
        .attach_bpf_fd = program,
        .attach_type = attach_type::cgroup_inet_egress,
        .attach_flags = attach_flags::allow_multi,
    }));

    std::array<program_id, 4> ids{};
    attr::prog_query query{
        .target_fd = target,
        .attach_type = attach_type::cgroup_inet_egress,
        .prog_ids = ids.data(),
        .prog_cnt = ids.size(),
    };
    must(ask(query));
    CHECK(query.prog_cnt == 1);
    CHECK(query.attach_flags == attach_flags::allow_multi);
    CHECK(ids[0] == must(sys::get_info<sys::info::program>(program))->id);

    attr::prog_detach const detach{
        .target_fd = target,
        .attach_bpf_fd = program,
        .attach_type = attach_type::cgroup_inet_egress,
    };
    must(ask(detach));
    check_refused(ask(detach), errc::enoent, command::prog_detach);
}

TEST_CASE("a cgroup with a link: create, update, detach") {
    own_cgroup const cgroup;
    if (!cgroup) return support::lacks_privilege("no cgroup2 can be mounted here");
    auto const target = cgroup.open();
    auto const first = new_program(program_type::cgroup_skb, 1, attach_type::cgroup_inet_ingress);
    auto const second = new_program(program_type::cgroup_skb, 1, attach_type::cgroup_inet_ingress);
    auto const link = must(ask(attr::link_create_cgroup{
        .prog_fd = first,
        .target_fd = target,
        .attach_type = attach_type::cgroup_inet_ingress,
    }));

    attr::link_update const swap{
        .link_fd = link,
        .new_prog_fd = second,
        .flags = link_update_flags::replace,
        .old_prog_fd = first,
    };
    must(ask(swap));
    check_refused(ask(swap), errc::eperm, command::link_update); // another one is there now
    auto const about = must(sys::get_info<sys::info::link_cgroup>(link));
    CHECK(about->type == link_type::cgroup);
    CHECK(about->attach_type == attach_type::cgroup_inet_ingress);
    CHECK(about->prog_id == must(sys::get_info<sys::info::program>(second))->id);

    must(ask(attr::link_detach{.link_fd = link}));
    check_refused(ask(attr::link_update{.link_fd = link, .new_prog_fd = first}), errc::enolink, command::link_update);
}

TEST_CASE("a perf event with a link") {
    auto const clock = new_clock();
    auto const program = new_program(program_type::perf_event, 0);
    auto made = ask(attr::link_create_perf_event{.prog_fd = program, .target_fd = clock, .bpf_cookie = 77});
    if (!made && made.error().code == errc::einval) return support::skip("perf event links need Linux 5.15");
    auto const link = must(std::move(made));
    auto const about = must(sys::get_info<sys::info::link_head>(link));
    CHECK(about->type == link_type::perf_event);
    auto const again = ask(attr::link_create_perf_event{.prog_fd = program, .target_fd = clock});
    check_refused(again, errc::eexist, command::link_create);
}

TEST_CASE("an iterator: link, then its descriptor is read") {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto const target = btf::find(kernel->view(), btf::kind::func, "bpf_iter_bpf_map");
    if (!target) return support::skip("this kernel has no iterator over maps");
    std::array const insns{set_r0(0), leave};
    attr::prog_load load{
        .prog_type = program_type::tracing,
        .insn_cnt = insns.size(),
        .insns = insns.data(),
        .license = "GPL",
        .expected_attach_type = attach_type::trace_iter,
        .attach_btf_id = btf::number(target->id()),
    };
    auto const program = must(ask(load));
    auto const link = must(ask(attr::link_create_iter{.prog_fd = program}));
    auto const iterator = must(ask(attr::iter_create{.link_fd = link}));
    char byte = 0;
    CHECK(read(iterator.raw(), &byte, 1) == 0); // the program prints nothing
    check_refused(ask(attr::iter_create{.link_fd = link, .flags = 1}), errc::einval, command::iter_create);
}

TEST_CASE("statistics count while their descriptor is open") {
    auto const program = new_program(program_type::socket_filter, 1);
    std::array<std::byte, 64> data{};
    attr::prog_test_run run{.prog_fd = program, .data_size_in = data.size(), .data_in = data.data()};
    auto const statistics = must(ask(attr::enable_stats{}));
    CHECK((fcntl(statistics.raw(), F_GETFD) & FD_CLOEXEC) != 0);
    must(ask(run));
    check_refused(ask(attr::enable_stats{.type = stats_type{99}}), errc::einval, command::enable_stats);
}

TEST_CASE("a map is bound to a program") {
    auto const program = new_program(program_type::socket_filter, 1);
    auto const map = new_map(map_type::array);
    must(ask(attr::prog_bind_map{.prog_fd = program, .map_fd = map}));
    CHECK(must(sys::get_info<sys::info::program>(program))->nr_map_ids == 1);
    check_refused(ask(attr::prog_bind_map{.prog_fd = program, .map_fd = map, .flags = 1}), errc::einval,
                  command::prog_bind_map);
}

TEST_CASE("a program that printed nothing has an empty stream") {
    auto const program = new_program(program_type::socket_filter, 1);
    std::array<char, 64> text{};
    attr::prog_stream_read read{
        .stream_buf = text.data(),
        .stream_buf_len = text.size(),
        .stream_id = stream_id::standard_output,
        .prog_fd = program,
    };
    auto const size = ask(read);
    if (!size && size.error().code == errc::einval) return support::skip("streams need Linux 6.17");
    CHECK(must(size) == 0);
    read.stream_id = stream_id{3};
    check_refused(ask(read), errc::enoent, command::prog_stream_read_by_fd);
}

TEST_CASE("no token in the first user namespace") {
    support::bpffs const fs;
    if (!fs) return support::lacks_privilege("a BPF file system cannot be mounted here");
    auto const root = must(owned_fd<kind::directory>::adopt_raw(open(fs.root().c_str(), O_DIRECTORY | O_CLOEXEC)));
    auto const token = ask(attr::token_create{.bpffs_fd = root});
    if (!token && token.error().code == errc::einval) return support::skip("tokens need Linux 6.9");
    check_refused(token, errc::eopnotsupp, command::token_create);
}

TEST_CASE("a map that is no struct_ops map is not associated") {
    auto const program = new_program(program_type::socket_filter, 1);
    auto const map = new_map(map_type::array);
    // Before Linux 7.0 the command is unknown, which is EINVAL as well.
    check_refused(ask(attr::prog_assoc_struct_ops{.map_fd = map, .prog_fd = program}), errc::einval,
                  command::prog_assoc_struct_ops);
}

TEST_CASE("the common attribute is refused as a whole by a kernel that does not know it") {
    auto const map = new_map(map_type::array);
    std::array<char, 256> log{};
    sys::common_attr common{.log_buf = log.data(), .log_size = log.size(), .log_level = 1};
    attr::map_freeze freeze{.map_fd = map};
    auto const done = sys::call(freeze, common);
    if (done) return support::skip("this kernel knows the common attribute: Linux 7.1");
    check_refused(done, errc::einval, command::map_freeze);
    CHECK(common.log_true_size == 0);
}

TEST_CASE("what this kernel does not know has to be zero") {
    auto const map = new_map(map_type::array);
    longer_map_freeze tail{.map_fd = map};
    tail.more[254] = 1;
    check_refused(sys::call(tail), errc::e2big, command::map_freeze);
    tail.more[254] = 0;
    tail.more[0] = 1;
    check_refused(sys::call(tail), errc::einval, command::map_freeze);
    tail.more[0] = 0;
    must(sys::call(tail));
}

TEST_CASE("every command has been asked of this kernel") {
    for (std::uint32_t number = 0; number != command_count; ++number)
        if (!asked.contains(number)) std::printf("not asked: %s\n", name(command{number}).data());
    std::printf("%zu of %u commands asked of the running kernel\n", asked.size(), command_count);
    if (asked.empty()) return support::skip("it counts what the other test cases ask");
    if (support::tally::skipped == 0) CHECK(asked.size() == command_count);
}

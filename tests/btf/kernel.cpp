// The kernel's own types by the names that programs are attached by, and those of its modules.
#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/kernel.hpp>

#include "btf/running_kernel.hpp"
#include "kernel/support/unprivileged.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace {

using namespace bpfxx;

error const not_found{errc::type_not_found, command::search};

/// A file with what a test wants in it.
struct file {
    std::string path;

    explicit file(std::string_view bytes) {
        char name[] = "/tmp/bpfxx_test_XXXXXX";
        int const made = mkostemp(name, O_CLOEXEC);
        REQUIRE(made >= 0);
        close(made);
        path = name;
        std::ofstream{path, std::ios::binary} << bytes;
    }
    file(file const&) = delete;
    file& operator=(file const&) = delete;
    ~file() { unlink(path.c_str()); }
};

/// Types in which each name stands more than once, for other kinds.
struct made_types {
    btf::builder<1024, 512> types;
    btf::type_id number = types.int_("file_open", 4, btf::int_encoding::is_signed);
    btf::type_id nameless = types.struct_("", 0, {});
    btf::type_id prototype = types.func_proto(number, {});
    btf::type_id plain_struct = types.struct_("file_open", 0, {});
    btf::type_id plain_function = types.func("file_open", prototype);
    btf::type_id longer_hook = types.func("bpf_lsm_file_opens", prototype);
    btf::type_id struct_like_hook = types.struct_("bpf_lsm_file_open", 0, {});
    btf::type_id hook = types.func("bpf_lsm_file_open", prototype);
    btf::type_id hook_again = types.func("bpf_lsm_file_open", prototype);
    btf::type_id function_like_tracepoint = types.func("btf_trace_file_open", prototype);
    btf::type_id tracepoint = types.typedef_("btf_trace_file_open", number);
    btf::type_id iterator = types.func("bpf_iter_file_open", prototype);
};

} // namespace

TEST_CASE("each question looks for its kind and its prefix, and takes the first") {
    made_types made;
    auto const blob = made.types.finish();
    REQUIRE(blob.size() != 0);
    file const source{blob.text()};
    auto const kernel = btf::kernel_types::open(source.path.c_str());
    REQUIRE(kernel);
    CHECK(*kernel->function("file_open") == made.plain_function);
    CHECK(*kernel->lsm_hook("file_open") == made.hook);
    CHECK(*kernel->lsm_hook("file_opens") == made.longer_hook);
    CHECK(*kernel->tracepoint("file_open") == made.tracepoint);
    CHECK(*kernel->iterator("file_open") == made.iterator);
    CHECK(*kernel->struct_ops("file_open") == made.plain_struct);
    CHECK(*kernel->function("bpf_lsm_file_open") == made.hook);
    CHECK(kernel->types().type_count() == btf::number(made.iterator));
}

TEST_CASE("a part of a name, more than it, or none is not found") {
    made_types made;
    auto const blob = made.types.finish();
    file const source{blob.text()};
    auto const kernel = btf::kernel_types::open(source.path.c_str());
    REQUIRE(kernel);
    using namespace std::string_view_literals;
    for (auto const name : {"file_ope"sv, "ile_open"sv, "file_openx"sv, "File_open"sv, ""sv, "file_open\0"sv, "\0"sv,
                            "file_open\0bpf_lsm_file_opens"sv}) {
        CAPTURE(name);
        CHECK(kernel->function(name).error() == not_found);
        CHECK(kernel->lsm_hook(name).error() == not_found);
        CHECK(kernel->tracepoint(name).error() == not_found);
        CHECK(kernel->iterator(name).error() == not_found);
        CHECK(kernel->struct_ops(name).error() == not_found);
    }
    CHECK(kernel->function(std::string(5000, 'x')).error() == not_found);
    CHECK(kernel->lsm_hook("file_opens\0bpf_lsm_file_open"sv).error() == not_found);
}

TEST_CASE("a name that ends where the strings end is compared up to there") {
    btf::builder<256, 64> made;
    auto const number = made.int_("int", 4, btf::int_encoding::is_signed);
    auto const function = made.func("last", made.func_proto(number, {}));
    auto const blob = made.finish();
    file const source{blob.text()};
    auto const kernel = btf::kernel_types::open(source.path.c_str());
    REQUIRE(kernel);
    CHECK(*kernel->function("last") == function);
    CHECK(kernel->function("lastly").error() == not_found);
    CHECK(kernel->function("last one of them").error() == not_found);
}

TEST_CASE("what is no BTF, or not there") {
    CHECK(btf::kernel_types::open("/sys/kernel/btf/bpfxx has no such file").error() ==
          error{errc::enoent, command::open_file});
    file const text{"this is no BTF, and long enough for a header of it"};
    CHECK(btf::kernel_types::open(text.path.c_str()).error() == error{errc::malformed_file, command::read_file});
    file const empty{""};
    CHECK(btf::kernel_types::open(empty.path.c_str()).error().code == errc::malformed_file);
}

TEST_CASE("the running kernel's types are those that other means find") {
    auto const* const read = btf_test::running_kernel::get();
    if (read == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto opened = btf::kernel_types::open();
    REQUIRE(opened);
    auto const kernel = std::move(*opened);
    CHECK(kernel.types().type_count() == read->view().type_count());

    struct row {
        result<btf::type_id> found;
        btf::kind kind;
        char const* name;
    };
    for (auto const& [found, kind, name] : {
             row{kernel.function("security_file_open"), btf::kind::func, "security_file_open"},
             row{kernel.lsm_hook("file_open"), btf::kind::func, "bpf_lsm_file_open"},
             row{kernel.tracepoint("sched_switch"), btf::kind::typedef_, "btf_trace_sched_switch"},
             row{kernel.iterator("task"), btf::kind::func, "bpf_iter_task"},
             row{kernel.struct_ops("tcp_congestion_ops"), btf::kind::struct_, "tcp_congestion_ops"},
         }) {
        CAPTURE(name);
        auto const expected = btf::find(read->view(), kind, name);
        REQUIRE(found.has_value() == expected.has_value());
        if (found) CHECK(*found == expected->id());
    }
    CHECK(kernel.function("bpfxx_has_no_such_function").error() == not_found);

    std::array wanted{btf::query{btf::kind::func, "bpf_lsm_file_open"},
                      btf::query{btf::kind::typedef_, "btf_trace_sched_switch"}};
    CHECK(btf::find(kernel.types(), wanted) != 0);
    CHECK(wanted[1].found == *kernel.tracepoint("sched_switch"));
}

TEST_CASE("the types of every module that has some") {
    auto opened = btf::kernel_types::open();
    if (!opened) return support::skip(btf_test::no_kernel_btf);
    auto kernel = std::make_optional(*std::move(opened));
    CHECK(btf::module_types::open("bpfxx_no_module", *kernel).error() == error{errc::enoent, command::btf_get_next_id});
    CHECK(btf::module_types::open(std::string(5000, 'x'), *kernel).error() ==
          error{errc::enoent, command::btf_get_next_id});
    int modules = 0;
    for (auto const& entry : std::filesystem::directory_iterator{"/sys/kernel/btf"}) {
        auto const name = entry.path().filename().string();
        if (name == "vmlinux") continue;
        CAPTURE(name);
        auto const module = btf::module_types::open(name, *kernel);
        REQUIRE(module);
        ++modules;
        CHECK(module->types().is_split());
        CHECK(btf::number(module->types().first_id()) == kernel->types().type_count() + 1);
        char told[64]{};
        auto const info = sys::get_info<sys::info::btf>(module->fd(), {.name = told, .name_len = sizeof told});
        REQUIRE(info);
        CHECK(name == told);
        CHECK((*info)->btf_size == std::filesystem::file_size(entry.path()));
        for (auto const each : module->types().types())
            if (each.kind() == btf::kind::func) {
                CHECK(module->function(each.name()).has_value());
                break;
            }
    }
    if (modules == 0) return support::skip("no module with types is loaded here");
    auto const name = std::filesystem::exists("/sys/kernel/btf/veth") ? "veth" : nullptr;
    if (name == nullptr) return;
    auto const veth = btf::module_types::open(name, *kernel);
    REQUIRE(veth);
    auto const moved_to = *std::move(kernel); // the bytes stay where they are
    kernel.reset();
    auto const function = veth->function("veth_xmit");
    REQUIRE(function);
    CHECK(*function >= veth->types().first_id());
    CHECK(moved_to.function("veth_xmit").error() == not_found);
    CHECK(veth->function("security_file_open").error() == not_found); // the kernel's own
}

TEST_CASE("anybody may read the kernel's types, and not look for those of modules") {
    auto const kernel = btf::kernel_types::open();
    if (!kernel) return support::skip(btf_test::no_kernel_btf);
    CHECK(support::unprivileged([] { return btf::kernel_types::open(); }) == error{});
    CHECK(support::unprivileged([&] { return btf::module_types::open("veth", *kernel); }) ==
          error{errc::eperm, command::btf_get_next_id});
}

// A struct of functions that a module of the kernel has, with the module's types in files of ours: no kernel at hand has
// such a module. What is not about it, the running kernel answers.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/command.hpp>
#include <bpfxx/map/type.hpp>
#include <bpfxx/object/file.hpp>
#include <bpfxx/object/module_types.hpp>
#include <bpfxx/sys/attr/map.hpp>
#include <bpfxx/sys/attr/program.hpp>
#include <bpfxx/sys/info/btf.hpp>

#include "btf/blob.hpp"
#include "fake/kernel.hpp"
#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bpfxx;
using btf_test::blob_builder;

constexpr std::uint32_t info(unsigned kind, unsigned members = 0) { return kind << 24 | members; }
constexpr unsigned integer = 1, pointer = 2, array = 3, structure = 4;

blob_builder kernel_types() {
    blob_builder out{std::endian::little};
    out.record("unsigned int", info(integer), 4); // 1
    out.words({32});
    out.record("tcp_sock", info(structure, 1), 4); // 2
    out.named("snd_cwnd", 1, 0);
    out.record("", info(pointer), 0);     // 3
    out.record("char", info(integer), 1); // 4
    out.words({8});
    out.record("long unsigned int", info(integer), 8); // 5
    out.words({64});
    return out;
}

/// Its members lie elsewhere than in the object.
blob_builder module_types(std::uint32_t first_string, bool with_wrapper) {
    blob_builder out{std::endian::little, first_string};
    out.string("in front");         // strings of a module need not begin with an empty one
    out.record("", info(array), 0); // 6
    out.words({4, 1, 16});
    out.record("tcp_congestion_ops", info(structure, 7), 64); // 7
    out.named("owner", 3, 0);
    out.named("flags", 1, 8 * 8);
    out.named("name", 6, 12 * 8);
    out.named("init", 3, 32 * 8);
    out.named("undo_cwnd", 3, 40 * 8);
    out.named("cong_avoid", 3, 48 * 8);
    out.named("ssthresh", 3, 56 * 8);
    if (!with_wrapper) return out;
    out.record("bpf_struct_ops_tcp_congestion_ops", info(structure, 1), 128); // 8
    out.named("data", 7, 64 * 8);
    return out;
}

void write(std::string const& path, blob_builder const& types) {
    auto const blob = types.finish();
    std::ofstream{path, std::ios::binary} << blob.text();
}

/// In the place of /sys/kernel/btf for as long as it lives.
class kernel_folder {
  public:
    kernel_folder() {
        there_ = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                 mount("none", path.c_str(), "tmpfs", 0, nullptr) == 0;
        if (!there_) return;
        auto const kernel = kernel_types();
        write(path + "/vmlinux", kernel);
        for (std::string const name : {"one", "two", "three"})
            write(path + "/" + name, module_types(kernel.strings_size(), name == "two"));
    }
    kernel_folder(kernel_folder const&) = delete;
    kernel_folder& operator=(kernel_folder const&) = delete;
    ~kernel_folder() {
        if (there_) umount2(path.c_str(), MNT_DETACH);
    }
    [[nodiscard]] explicit operator bool() const { return there_; }

  private:
    std::string const path = "/sys/kernel/btf";
    bool there_ = false;
};

int any_file() { return memfd_create("bpfxx", MFD_CLOEXEC); }

/// A kernel with three modules, that takes any program.
struct kernel_with_modules {
    std::map<int, std::string> modules{};
    int struct_map = -1;
    sys::attr::map_create created{};
    std::vector<sys::attr::prog_load> loaded{};
    std::array<char, 128> value{};

    template <class Attribute>
    static Attribute attribute(fake::bpf_call const& call) {
        Attribute made{};
        std::memcpy(static_cast<void*>(&made), call.attr().data(), std::min(sizeof made, call.attr().size()));
        return made;
    }

    long answer(fake::bpf_call& call) {
        constexpr std::array<char const*, 3> names{"one", "two", "three"};
        auto const number = call.field<std::uint32_t>(0);
        switch (static_cast<command>(call.command)) {
        case command::btf_get_next_id:
            if (number >= names.size()) return -ENOENT;
            call.put(4, number + 1);
            return 0;
        case command::btf_get_fd_by_id: {
            int const fd = any_file();
            modules[fd] = names.at(number - 1);
            return fd;
        }
        case command::obj_get_info_by_fd: {
            auto const found = modules.find(static_cast<int>(number));
            if (found == modules.end()) return call.pass_through();
            auto* const about = call.pointer<sys::info::btf>(8);
            std::strcpy(about->name.get(), found->second.c_str());
            about->kernel_btf = 1;
            return 0;
        }
        case command::map_create: {
            auto const asked = attribute<sys::attr::map_create>(call);
            if (asked.map_type != map_type::struct_ops) return call.pass_through();
            created = asked;
            return struct_map = any_file();
        }
        case command::prog_load: loaded.push_back(attribute<sys::attr::prog_load>(call)); return any_file();
        case command::map_update_elem:
            if (static_cast<int>(number) != struct_map) return call.pass_through();
            std::memcpy(value.data(), call.pointer<char>(16), value.size());
            return 0;
        case command::map_delete_elem: return 0;
        default: return call.pass_through();
        }
    }
    [[nodiscard]] std::string module(int fd) const {
        auto const found = modules.find(fd);
        return found == modules.end() ? "" : found->second;
    }
};

} // namespace

TEST_CASE(
    "object modules: a struct of functions of a module's is created and its programs loaded for the module's types") {
    if (char const* const why = fake::unavailable()) return support::skip(why);
    kernel_folder const folder;
    if (!folder) return support::lacks_privilege("no file system can be mounted");
    auto object = object_file::open(BPFXX_TESTS "/object/struct_ops.bpf.o");
    REQUIRE(object);
    kernel_with_modules made;
    fake::kernel kernel{[&](fake::bpf_call& call) { return made.answer(call); }};
    auto const done = object->load();
    auto const registered = done ? object->attach_all() : done;
    kernel.stop();
    char text[512];
    if (!done) FAIL(std::string{done.error().describe(text)});
    CHECK(registered);

    int const module = made.created.value_type_btf_obj_fd.raw();
    CHECK(made.module(module) == "two");
    CHECK(has(made.created.flags, map_flags::vtype_btf_obj_fd));
    CHECK(made.created.btf_vmlinux_value_type_id == 8);
    CHECK(made.created.value_size == 128);
    std::vector<std::uint32_t> members;
    for (auto const& one : made.loaded) {
        CHECK(one.attach_btf_id == 7);
        CHECK(one.attach_target_fd.raw() == module);
        members.push_back(static_cast<std::uint32_t>(one.expected_attach_type));
    }
    CHECK(members == std::vector<std::uint32_t>{3, 6, 5, 4}); // init, ssthresh, cong_avoid, undo_cwnd
    CHECK(std::string_view{made.value.data() + 64 + 12} == "bpfxx_simple");
    for (unsigned const at : {32u, 40u, 48u, 56u}) {
        std::uint64_t program = 0;
        std::memcpy(&program, made.value.data() + 64 + at, sizeof program);
        CHECK(program != 0);
    }
}

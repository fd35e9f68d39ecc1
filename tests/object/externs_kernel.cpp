// Externs of the committed objects on the running kernel, and what is known of that.
// SPDX-License-Identifier: BSL-1.0

#include "../btf/running_kernel.hpp"
#include "../kernel/support/skip.hpp"
#include "kernel_externs.hpp"

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/object/find_externs.hpp>
#include <bpfxx/object/kernel_config.hpp>
#include <bpfxx/object/kernel_facts.hpp>
#include <bpfxx/object/kernel_symbols.hpp>

#include <doctest/doctest.h>

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

using namespace object_test;
using btf_test::running_kernel;
using object::extern_answer;
using object::reason;

TEST_CASE("object externs kernel: functions are found in the kernel's BTF") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    kernel_blobs blobs{{kernel->blob()}};
    committed of{"kfuncs.bpf.o"};
    auto const problem = blobs.find(of);
    REQUIRE(problem.why == reason::none);
    CHECK_FALSE(of.answer("bpf_no_such_function").is_set);
    for (object::extern_symbol const& one : of.externs()) {
        CAPTURE(one.name);
        auto const& answer = of.answer(one.name);
        if (!answer.is_set) continue; // older kernels have fewer
        CHECK(answer.how == extern_answer::type);
        CHECK(blobs.type(answer).kind() == btf::kind::func);
        CHECK(blobs.type(answer).has_name(one.name));
    }
    if (btf::find(kernel->view(), btf::kind::func, "bpf_iter_num_new")) CHECK(of.answer("bpf_iter_num_new").is_set);
}

TEST_CASE("object externs kernel: a function with another prototype is told") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    if (!btf::find(kernel->view(), btf::kind::func, "bpf_task_release"))
        return support::skip("the kernel has no bpf_task_release (Linux 6.1)");
    kernel_blobs blobs{{kernel->blob()}};
    committed of{"kfunc_differs.bpf.o"};
    auto const problem = blobs.find(of);
    CHECK(problem.why == reason::extern_type_differs);
    CHECK(problem.name == "bpf_task_release");
    committed missing{"kfunc_missing.bpf.o"};
    CHECK(blobs.find(missing).why == reason::none);
    CHECK(object::check_externs(missing.externs(), missing.found).why == reason::extern_not_found);
}

TEST_CASE("object externs kernel: variables are found in the kernel's BTF") {
    auto const* const kernel = running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    kernel_blobs blobs{{kernel->blob()}};
    committed of{"ksyms_typed.bpf.o"};
    REQUIRE(blobs.find(of).why == reason::none);
    CHECK_FALSE(of.answer("no_such_variable").is_set);
    for (std::string_view const name : {"runqueues", "bpf_prog_active"}) {
        CAPTURE(name);
        CHECK(of.answer(name).is_set == btf::find(kernel->view(), btf::kind::var, name).has_value());
        if (of.answer(name).is_set) CHECK(blobs.type(of.answer(name)).has_name(name));
    }
}

TEST_CASE("object externs kernel: variables without a type are found by their names") {
    committed of{"ksyms_typeless.bpf.o"};
    REQUIRE(object::begin_externs(of.types(), of.externs(), of.found));
    REQUIRE(object::find_symbols(of.types(), of.externs(), of.found));
    CHECK_FALSE(of.answer("no_such_variable").is_set);
    std::ifstream symbols{"/proc/kallsyms"};
    bool is_there = false;
    for (std::string line; std::getline(symbols, line);) {
        std::istringstream words{line};
        std::string address, type, name;
        words >> address >> type >> name;
        if (name != "__start_BTF") continue;
        is_there = true;
        CHECK(of.answer(name).how == extern_answer::address);
        CHECK(of.answer(name).place == std::strtoull(address.c_str(), nullptr, 16));
    }
    CHECK(of.answer("__start_BTF").is_set == is_there);
}

TEST_CASE("object externs kernel: variables with a type are not looked for among names") {
    btf::builder<256, 512> to;
    auto const typed = to.var("typed", to.int_("int", 4), btf::linkage::extern_);
    auto const typeless = to.var("typeless", to.const_(btf::void_id), btf::linkage::extern_);
    auto const blob = to.finish();
    auto const view = btf::view::parse(blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> offsets(view->index_size());
    auto const types = *view->index(offsets);
    for (btf::type_id const type : {typed, typeless}) {
        object::extern_symbol const one{.name = "_stext", .from = object::extern_source::ksym, .type = type};
        object::resolved_extern found{};
        REQUIRE(object::find_symbols(types, std::span{&one, 1}, std::span{&found, 1}));
        CHECK(found.is_set == (type == typeless));
    }
}

TEST_CASE("object externs kernel: a name that the kernel has twice is told") {
    std::ifstream symbols{"/proc/kallsyms"};
    std::string twice;
    std::unordered_map<std::string, std::string> addresses;
    for (std::string line; twice.empty() && std::getline(symbols, line);) {
        std::istringstream words{line};
        std::string address, type, name;
        words >> address >> type >> name;
        if (addresses.try_emplace(name, address).first->second != address && type != "d") twice = name;
    }
    if (twice.empty()) return support::skip("no two symbols have one name, or addresses are hidden");
    btf::builder<256, 512> to;
    auto const type = to.var("it", to.const_(btf::void_id), btf::linkage::extern_);
    auto const blob = to.finish();
    auto const view = btf::view::parse(blob.text());
    REQUIRE(view);
    std::vector<std::uint32_t> offsets(view->index_size());
    object::extern_symbol const one{.name = twice, .from = object::extern_source::ksym, .type = type};
    object::resolved_extern found{};
    auto const made = object::find_symbols(*view->index(offsets), std::span{&one, 1}, std::span{&found, 1});
    REQUIRE_FALSE(made);
    CHECK(made.error().problem.why == reason::extern_address_ambiguous);
    CHECK(made.error().during == object::step::resolve_extern);
    CHECK(made.error().name.view() == std::string_view{twice}.substr(0, 64));
}

/// What the running kernel's configuration says of an option, read by another hand; empty where it says nothing.
std::string option(std::string const& name) {
    std::FILE* const pipe =
        ::popen("zcat /proc/config.gz 2>/dev/null || cat /boot/config-$(uname -r) 2>/dev/null", "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) != 0;) text.append(buffer, got);
    ::pclose(pipe);
    std::string const start = "\n" + name + "=";
    std::size_t const at = ("\n" + text).find(start);
    if (at == std::string::npos) return {};
    std::size_t const value = at + start.size() - 1;
    return text.substr(value, text.find('\n', value) - value);
}

template <class T>
T number_at(std::vector<char> const& contents, object::resolved_extern const& where) {
    T value{};
    std::memcpy(&value, contents.data() + where.place, sizeof value);
    return value;
}

TEST_CASE("object externs kernel: options of the running kernel") {
    committed of{"kconfig.bpf.o"};
    REQUIRE(object::begin_externs(of.types(), of.externs(), of.found));
    std::vector<char> contents(object::kconfig_size(object::kconfig_section(of.types())));
    auto const made = object::find_options(of.types(), of.externs(), of.found, contents);
    if (!made && made.error().failure.code == bpfxx::errc::enoent)
        return support::skip("the kernel's configuration is in neither /proc/config.gz nor /boot");
    REQUIRE(made);
    CHECK(object::check_externs(of.externs(), of.found).why == reason::none);

    struct ::utsname names{};
    REQUIRE(::uname(&names) == 0);
    unsigned major = 0, minor = 0, patch = 0;
    REQUIRE(std::sscanf(names.release, "%u.%u.%u", &major, &minor, &patch) >= 2);
    auto const version = number_at<std::uint32_t>(contents, of.answer("LINUX_KERNEL_VERSION"));
    CHECK((version >> 8) == (major << 8 | minor));
    bool const has_cookie = major > 5 || (major == 5 && minor >= 15);
    CHECK(number_at<bool>(contents, of.answer("LINUX_HAS_BPF_COOKIE")) == has_cookie);
#if defined(__x86_64__)
    CHECK(number_at<bool>(contents, of.answer("LINUX_HAS_SYSCALL_WRAPPER")));
#endif
    CHECK(number_at<bool>(contents, of.answer("CONFIG_BPF_SYSCALL")));
    std::string const jit = option("CONFIG_BPF_JIT");
    CHECK(number_at<std::uint32_t>(contents, of.answer("CONFIG_BPF_JIT")) == (jit == "y" ? 1u : 0u));
    CHECK(number_at<char>(contents, of.answer("CONFIG_NET")) == 'y');
    CHECK(std::to_string(number_at<std::uint32_t>(contents, of.answer("CONFIG_HZ"))) == option("CONFIG_HZ"));
    CHECK(std::to_string(number_at<std::uint64_t>(contents, of.answer("CONFIG_NR_CPUS"))) == option("CONFIG_NR_CPUS"));
    std::string const compiler = option("CONFIG_CC_VERSION_TEXT");
    std::string_view const cut{contents.data() + of.answer("CONFIG_CC_VERSION_TEXT").place, 6};
    CHECK(cut == compiler.substr(1, 5) + '\0');
    CHECK_FALSE(of.answer("CONFIG_NOT_THERE").is_set);
}

TEST_CASE("object externs kernel: a configuration of the caller's comes first, and may be enough") {
    committed of{"kconfig.bpf.o"};
    REQUIRE(object::begin_externs(of.types(), of.externs(), of.found));
    std::vector<char> contents(object::kconfig_size(object::kconfig_section(of.types())));
    auto const all = "CONFIG_BPF_SYSCALL=n\nCONFIG_BPF_JIT=m\nCONFIG_NET=m\nCONFIG_HZ=77\nCONFIG_NR_CPUS=5\n"
                     "CONFIG_DEFAULT_HOSTNAME=\"here\"\nCONFIG_CC_VERSION_TEXT=\"\"\nCONFIG_NOT_THERE=-6\n"
                     "CONFIG_NOT_THERE_EITHER=\"x\"\n";
    REQUIRE(object::find_options(of.types(), of.externs(), of.found, contents, all));
    CHECK(number_at<std::uint32_t>(contents, of.answer("CONFIG_HZ")) == 77);
    CHECK(number_at<std::int32_t>(contents, of.answer("CONFIG_NOT_THERE")) == -6);
    CHECK(number_at<std::uint32_t>(contents, of.answer("CONFIG_BPF_JIT")) == 2);
    CHECK_FALSE(number_at<bool>(contents, of.answer("CONFIG_BPF_SYSCALL")));
    CHECK(number_at<char>(contents, of.answer("CONFIG_NET")) == 'm');
    for (auto const& one : of.found) CHECK(one.is_set);

    // What is wrong in it is told.
    for (auto& one : of.found) one.is_set = false;
    auto const wrong = object::find_options(of.types(), of.externs(), of.found, contents, "CONFIG_HZ=\"77\"");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().problem.why == reason::extern_value);
    CHECK(wrong.error().name.view() == "CONFIG_HZ");
    char words[200];
    CHECK(wrong.error().describe(words) == "looking in the kernel for CONFIG_HZ: the value of a kernel option does not "
                                           "fit its variable");
}

TEST_CASE("object externs kernel: facts that no kernel knows yet") {
    committed of{"kconfig.bpf.o"};
    object::extern_symbol one = of.externs()[of.number("CONFIG_HZ")];
    one.name = "LINUX_HAS_SOMETHING_NEW";
    std::vector<char> contents(64, '!');
    for (bool const weak : {false, true}) {
        one.weak = weak;
        object::resolved_extern found{};
        REQUIRE(object::begin_externs(of.types(), std::span{&one, 1}, std::span{&found, 1}));
        auto const made = object::find_options(of.types(), std::span{&one, 1}, std::span{&found, 1}, contents);
        CHECK(static_cast<bool>(made) == weak);
        CHECK(found.is_set == weak);
        if (!made) CHECK(made.error().problem.why == reason::extern_not_found);
        if (weak) CHECK(number_at<std::uint32_t>(contents, found) == 0);
    }
    one.name = "NEITHER_CONFIG_NOR_LINUX";
    object::resolved_extern found{};
    REQUIRE(object::begin_externs(of.types(), std::span{&one, 1}, std::span{&found, 1}));
    auto const made = object::find_options(of.types(), std::span{&one, 1}, std::span{&found, 1}, contents);
    REQUIRE_FALSE(made);
    CHECK(made.error().problem.why == reason::extern_not_found);
    CHECK(made.error().name.view() == "NEITHER_CONFIG_NOR_LINUX");
    CHECK(made.error().problem.name.empty()); // it would point into the object
}

TEST_CASE("object externs kernel: versions as the kernel's macro makes them") {
    CHECK(object::version_code("6.18.44-fc") == 0x06122c);
    CHECK(object::version_code("4.9.337") == 0x0409ff); // the last part has room for no more
    CHECK(object::version_code("5.10.0") == 0x050a00);
    for (auto const* const text : {"", "6", "6.1", "6.1.", "6-1-1", ".6.1.1", "six", "6.1.x", "99999999999.1.1"})
        CHECK(object::version_code(text) == 0);
    CHECK(object::kernel_version() != 0);
}

TEST_CASE("object externs kernel: lines of symbols") {
    object::kernel_symbol symbol;
    CHECK(object::detail::read_symbol("ffffffff81000000 T _stext", symbol));
    CHECK(symbol == object::kernel_symbol{0xffff'ffff'8100'0000, 'T', "_stext"});
    CHECK(object::detail::read_symbol("ffffffffc0000000 t init_module\t[veth]", symbol));
    CHECK(symbol == object::kernel_symbol{0xffff'ffff'c000'0000, 't', "init_module"});
    for (auto const* const line :
         {"", "ffff", "ffff ", "ffff T", "ffff T ", "xyz T name", "ffffT name", "ffff TT name"})
        CHECK_FALSE(object::detail::read_symbol(line, symbol));
    CHECK(object::kernel_symbol{0, 'd', "count.llvm.123"}.name_in_source() == "count");
    CHECK(object::kernel_symbol{0, 't', "count.llvm.123"}.name_in_source() == "count.llvm.123");
    CHECK(object::kernel_symbol{0, 'd', "count"}.name_in_source() == "count");
    CHECK(object::has_kernel_symbol("_stext"));
    CHECK_FALSE(object::has_kernel_symbol("no_such_symbol_anywhere"));
}

TEST_CASE("object externs kernel: configurations in files") {
    std::string const path = "/tmp/bpfxx_config_" + std::to_string(::getpid());
    auto const write = [&](std::string_view bytes) { std::ofstream{path, std::ios::binary} << bytes; };
    write("CONFIG_HZ=250\n");
    {
        auto const plain = object::kernel_config::open(path.c_str());
        REQUIRE(plain);
        CHECK(plain->text() == "CONFIG_HZ=250\n");
    }
    REQUIRE(std::system(("gzip -c " + path + " >" + path + ".gz").c_str()) == 0);
    std::string const packed = read_file(path + ".gz");
    {
        auto const unpacked = object::kernel_config::open((path + ".gz").c_str());
        REQUIRE(unpacked);
        CHECK(unpacked->text() == "CONFIG_HZ=250\n");
    }
    auto const refused = [&](std::string bytes) {
        write(bytes);
        auto const made = object::kernel_config::open(path.c_str());
        REQUIRE_FALSE(made);
        return made.error().code;
    };
    std::string damaged = packed;
    damaged[packed.size() - 6] = static_cast<char>(damaged[packed.size() - 6] ^ 1);
    CHECK(refused(damaged) == bpfxx::errc::malformed_file);
    damaged = packed;
    damaged.back() = 5; // more than 64 MiB
    CHECK(refused(damaged) == bpfxx::errc::malformed_file);
    CHECK(refused(packed.substr(0, 12)) == bpfxx::errc::malformed_file);
    CHECK(refused("") == bpfxx::errc::malformed_file);
    ::unlink(path.c_str());
    ::unlink((path + ".gz").c_str());
    auto const missing = object::kernel_config::open(path.c_str());
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == bpfxx::error{bpfxx::errc::enoent, bpfxx::command::open_file});
}

} // namespace

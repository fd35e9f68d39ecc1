// SPDX-License-Identifier: BSL-1.0

#include "abi/enumerations.hpp"
#include "abi/facts.hpp"
#include "abi/leaves.hpp"
#include "abi/records.hpp"
#include "btf/running_kernel.hpp"
#include "kernel/support/skip.hpp"

#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/member_at.hpp>

#include <doctest/doctest.h>

#include <sys/utsname.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The library's structs and enums against those of the running kernel, which says in /sys/kernel/btf/vmlinux what it was
// compiled with. The facts only say since when there is something, so that an older kernel may lack it.
namespace {

using namespace bpfxx;
using abi::composite;
using abi::leaf;
using btf_test::running_kernel;

struct running_release {
    std::string text;
    since version{};

    running_release() {
        utsname name{};
        REQUIRE(uname(&name) == 0);
        text = name.release;
        version = abi::version_of(text);
    }
};

/// What the last test case sums up.
struct tally {
    static inline std::set<std::string_view> structs;
    static inline int members = 0;
    static inline int enumerators = 0;
    static inline int newer_members = 0;
    static inline int newer_enumerators = 0;
    static inline int macros = 0;
};

running_release const& running() {
    static running_release const release;
    return release;
}

/// True when the kernel may lack what `first` is about; says so, or fails.
bool is_newer(std::string const& what, std::optional<since> first) {
    if (!first) {
        FAIL_CHECK(what, ": not in the facts, so nobody can say since when the kernel has it");
        return false;
    }
    if (*first > running().version) {
        static std::set<std::string> said;
        if (said.insert(what).second)
            std::printf("newer than this kernel: %s (Linux %s)\n", what.c_str(), abi::spelled(*first).c_str());
        return true;
    }
    FAIL_CHECK(what, ": Linux ", running().text, " does not have it, though it is there since ", abi::spelled(*first));
    return false;
}

// ---- ours, as the kernel has it ----

void compare_member(abi::structure const& ours, abi::member const& member, std::string_view path, btf::type kernel) {
    std::string const full = ours.path(path);
    std::string const what = std::string{ours.kernel_type} + '.' + full;
    auto const there = btf::member_at(running_kernel::get()->index(), kernel.id(), full);
    if (!there) {
        if (is_newer(what, abi::facts::get().since(ours.kernel_type, full))) ++tally::newer_members;
        return;
    }
    auto const [offset, size] = abi::place_of(*there);
    CHECK_MESSAGE(member.offset == offset, std::string{ours.name}, "::", std::string{member.name}, ": the kernel has ",
                  what, " at ", offset, ", we at ", member.offset);
    CHECK_MESSAGE(member.size == size, std::string{ours.name}, "::", std::string{member.name}, ": the kernel has ",
                  what, " with ", size, " bytes, we with ", member.size);
    ++tally::members;
    tally::structs.insert(ours.name);
}

TEST_CASE("every member of our structs is where the kernel has it") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    for (abi::structure const& ours : abi::structures()) {
        auto const kernel = composite(ours.kernel_type);
        if (!kernel) {
            if (is_newer("struct " + std::string{ours.kernel_type}, abi::facts::get().since_type(ours.kernel_type)))
                tally::newer_members += static_cast<int>(ours.members.size());
            continue;
        }
        for (abi::member const& member : ours.members)
            for (std::string_view const path : member.paths)
                if (!path.empty()) compare_member(ours, member, path, *kernel);
    }
}

// ---- the kernel's, as we have it ----

/// The leaves of every type of the kernel's that a struct of ours models.
std::map<std::string_view, std::vector<leaf>> const& kernel_leaves() {
    static auto const all = [] {
        std::map<std::string_view, std::vector<leaf>> found;
        for (abi::structure const& ours : abi::structures()) {
            if (found.contains(ours.kernel_type)) continue;
            if (auto const kernel = composite(ours.kernel_type))
                found.emplace(ours.kernel_type, abi::leaf_walk{*kernel}.leaves());
        }
        return found;
    }();
    return all;
}

TEST_CASE("every member that the kernel has is in one of our structs") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    std::set<std::pair<std::string_view, std::string>> modelled;
    for (abi::structure const& ours : abi::structures())
        for (abi::member const& member : ours.members)
            for (std::string_view const path : member.paths)
                if (!path.empty() && member.how == abi::use::compared)
                    modelled.emplace(ours.kernel_type, ours.path(path));
    for (auto const& [type, leaves] : kernel_leaves()) {
        REQUIRE_FALSE(leaves.empty());
        for (leaf const& one : leaves)
            CHECK_MESSAGE(modelled.contains({type, one.path}), "the kernel has ", std::string{type}, ".", one.path,
                          " at ", one.at.offset, ", which no struct of ours models");
    }
}

/// The innermost structs of the kernel's that hold a member which this struct of ours models.
std::set<int> owners_of(abi::structure const& ours, std::vector<leaf> const& leaves) {
    std::set<int> owners;
    for (abi::member const& member : ours.members)
        for (std::string_view const path : member.paths)
            for (leaf const& one : leaves)
                if (!path.empty() && one.path == ours.path(path)) owners.insert(one.owner);
    return owners;
}

TEST_CASE("our reserved bytes are no member of the kernel's") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    int reserved = 0;
    for (abi::structure const& ours : abi::structures()) {
        auto const leaves = kernel_leaves().find(ours.kernel_type);
        if (leaves == kernel_leaves().end()) continue;
        auto const owners = owners_of(ours, leaves->second);
        for (abi::member const& member : ours.members) {
            if (member.how != abi::use::reserved) continue;
            ++reserved;
            for (leaf const& one : leaves->second) {
                bool const apart = one.at.offset >= member.offset + member.size ||
                                   one.at.offset + one.at.size <= member.offset || !owners.contains(one.owner);
                CHECK_MESSAGE(apart, std::string{ours.name}, "::", std::string{member.name}, " covers ",
                              std::string{ours.kernel_type}, ".", one.path);
            }
        }
    }
    CHECK(reserved > 0);
}

/// Types of which each struct of ours models one arm of a union.
bool has_arms(std::string_view kernel_type) {
    return kernel_type == "bpf_attr" || kernel_type == "bpf_link_info" || kernel_type == "bpf_iter_link_info";
}

/// Whether this kernel has every member that ours models.
bool knows_all_of(btf::type kernel, abi::structure const& ours) {
    for (abi::member const& member : ours.members)
        for (std::string_view const path : member.paths)
            if (!path.empty() && !btf::member_at(running_kernel::get()->index(), kernel.id(), ours.path(path)))
                return false;
    return true;
}

TEST_CASE("our structs are as long as the kernel's, but for members that it does not know yet") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    for (abi::structure const& ours : abi::structures()) {
        auto const kernel = composite(ours.kernel_type);
        if (!kernel) continue;
        std::string const name{ours.name};
        if (knows_all_of(*kernel, ours))
            CHECK_MESSAGE(ours.size <= kernel->size(), name, " has ", ours.size, " bytes, the kernel's ",
                          kernel->size());
        if (!has_arms(ours.kernel_type))
            CHECK_MESSAGE(ours.size >= kernel->size(), name, " has ", ours.size, " bytes, the kernel's ",
                          kernel->size());
    }
}

// ---- enumerators ----

struct kernel_enumerator {
    btf::type_id in{};
    std::uint64_t value = 0;
};

/// Every enumerator of the kernel's by name, those of nameless enums too; a name may be in several.
std::multimap<std::string_view, kernel_enumerator> const& kernel_enumerators() {
    static auto const all = [] {
        std::multimap<std::string_view, kernel_enumerator> found;
        for (btf::type const type : running_kernel::get()->view().types())
            for (btf::enumerator const one : type.enumerators())
                found.emplace(one.name(), kernel_enumerator{type.id(), one.unsigned_value()});
        return found;
    }();
    return all;
}

void compare_enumerator(abi::enumeration const& ours, abi::entry const& one) {
    bool const may_be_macro = one.in_btf.empty();
    std::string const& name = may_be_macro ? one.uapi : one.in_btf;
    auto const [first, last] = kernel_enumerators().equal_range(name);
    auto const since_when = abi::facts::get().since_value(one.uapi);
    if (first == last) {
        if (may_be_macro)
            ++tally::macros;
        else if (ours.of_an_option && since_when && *since_when <= running().version)
            std::printf("%s: this kernel was built without what uses it\n", name.c_str());
        else if (is_newer(one.uapi, since_when))
            ++tally::newer_enumerators;
        return;
    }
    for (auto at = first; at != last; ++at)
        CHECK_MESSAGE(one.value == at->second.value, std::string{ours.name}, "::", std::string{one.ours}, " is ",
                      one.value, ", the kernel's ", name, " is ", at->second.value);
    ++tally::enumerators;
}

TEST_CASE("every enumerator has the kernel's value") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    for (abi::enumeration const& ours : abi::enumerations()) {
        CHECK_FALSE(ours.entries.empty());
        for (abi::entry const& one : ours.entries) compare_enumerator(ours, one);
    }
}

/// Enumerators that only programs use, as arguments of helpers and kernel functions. Each stands for its whole enum.
constexpr std::string_view for_programs[] = {
    "BPF_F_INDEX_MASK",
    "BPF_F_GET_BRANCH_RECORDS_SIZE",
    "BPF_F_TIMER_ABS",
    "BPF_F_PAD_ZEROS",
    "BPF_F_INGRESS",
    "BPF_F_SKIP_FIELD_MASK",
    "BPF_F_SYSCTL_BASE_NAME",
    "BPF_F_BPRM_SECUREEXEC",
    "BPF_F_BROADCAST",
    "BPF_F_RECOMPUTE_CSUM",
    "BPF_F_HDR_FIELD_MASK",
    "BPF_F_PSEUDO_HDR",
    "BPF_F_ZERO_CSUM_TX",
    "BPF_F_TUNINFO_IPV6",
    "BPF_F_TUNINFO_FLAGS",
    "BPF_F_ADJ_ROOM_FIXED_GSO",
    "BPF_F_NEIGH",
    "BPF_F_CURRENT_NETNS",
};

/// The kernel's enums that ours stand for: those with the given name, and any that one of our enumerators is in.
std::set<std::uint32_t> modelled_enums() {
    std::set<std::uint32_t> found;
    for (abi::enumeration const& ours : abi::enumerations()) {
        if (!ours.kernel_enum.empty())
            for (btf::type const type :
                 btf::find_all(running_kernel::get()->view(), btf::kind::enum_, ours.kernel_enum))
                found.insert(btf::number(type.id()));
        for (abi::entry const& one : ours.entries) {
            auto const [first, last] = kernel_enumerators().equal_range(one.in_btf);
            for (auto at = first; at != last; ++at) found.insert(btf::number(at->second.in));
        }
    }
    return found;
}

std::set<std::string_view> known_enumerators() {
    std::set<std::string_view> known;
    for (abi::enumeration const& ours : abi::enumerations()) {
        for (abi::entry const& one : ours.entries) known.insert(one.in_btf.empty() ? one.uapi : one.in_btf);
        known.insert(ours.kernel_only.begin(), ours.kernel_only.end());
    }
    return known;
}

/// The last of an enum, which counts the others.
bool is_end_marker(std::string_view name) {
    return name.starts_with("__") || name.starts_with("NR_") || name.starts_with("MAX_");
}

TEST_CASE("every enumerator that the kernel has is one of ours") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    auto const known = known_enumerators();
    auto const enums = modelled_enums();
    CHECK(enums.size() > 10);
    for (auto const& [name, where] : kernel_enumerators()) {
        if (!enums.contains(btf::number(where.in)) || is_end_marker(name)) continue;
        CHECK_MESSAGE(known.contains(name), "the kernel has ", std::string{name}, " = ", where.value,
                      ", which no enum of ours has");
    }
}

TEST_CASE("every enum of the kernel's with BPF_F_ flags is ours, or one for programs") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    auto enums = modelled_enums();
    for (std::string_view const name : for_programs) {
        auto const [first, last] = kernel_enumerators().equal_range(name);
        for (auto at = first; at != last; ++at) enums.insert(btf::number(at->second.in));
    }
    for (auto const& [name, where] : kernel_enumerators())
        CHECK_MESSAGE((!name.starts_with("BPF_F_") || enums.contains(btf::number(where.in))), "the kernel has ",
                      std::string{name}, " = ", where.value, " in an enum that none of ours stands for");
}

// ---- commands ----

TEST_CASE("every command has an attribute struct that was compared") {
    if (!running_kernel::get()) return support::skip(btf_test::no_kernel_btf);
    std::map<command, std::string> models;
    for (abi::structure const& ours : abi::structures()) {
        if (!ours.during) continue;
        auto& line = models[*ours.during];
        line += (line.empty() ? "" : ", ") + std::string{ours.name};
    }
    std::size_t modelled = 0;
    for (std::uint32_t number = 0; number != command_count; ++number) {
        auto const which = static_cast<command>(number);
        CHECK_MESSAGE(models.contains(which), std::string{name(which)}, " has no attribute struct in attributes.hpp");
        if (!models.contains(which)) continue;
        ++modelled;
        std::printf("%s: %s\n", std::string{name(which)}.c_str(), models[which].c_str());
    }
    CHECK(models.size() == modelled);
    std::printf(
        "abi: %zu of %u commands, %zu structs, %d members, %d enumerators compared with Linux %s; newer than it: "
        "%d members, %d enumerators; macros, compared with the facts alone: %d\n",
        modelled, command_count, tally::structs.size(), tally::members, tally::enumerators, running().text.c_str(),
        tally::newer_members, tally::newer_enumerators, tally::macros);
}

} // namespace

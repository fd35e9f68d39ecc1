// SPDX-License-Identifier: BSL-1.0

#include "abi/facts.hpp"
#include "abi/enumerations.hpp"
#include "abi/records.hpp"

#include <bpfxx/insn/reg.hpp>
#include <bpfxx/spec/name.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The library's structs and enums against the facts that are kept beside this test: what holds for one command alone,
// what is newer than the running kernel, and macros, which no kernel knows at run time.
namespace {

using namespace bpfxx;

/// "attr::map_create::flags, 4 bytes at 16".
std::string described(abi::structure const& ours, abi::member const& member) {
    return std::string{ours.name} + "::" + std::string{member.name} + ", " + std::to_string(member.size) +
           " bytes at " + std::to_string(member.offset);
}

bool is_for(abi::member_fact const& fact, abi::structure const& ours) {
    if (fact.type != ours.kernel_type) return false;
    if (!ours.during) return fact.commands.empty();
    return std::ranges::find(fact.commands, name(*ours.during)) != fact.commands.end();
}

/// The members of all structs that the fact is about, those alone that stand for its path.
std::vector<std::string> models_of(abi::member_fact const& fact, std::string const& for_command) {
    std::vector<std::string> found;
    for (abi::structure const& ours : abi::structures()) {
        if (!is_for(fact, ours) || (ours.during && name(*ours.during) != for_command)) continue;
        for (abi::member const& member : ours.members) {
            if (member.how != abi::use::compared) continue;
            for (std::string_view const path : member.paths) {
                if (path.empty() || ours.path(path) != fact.path) continue;
                CHECK_MESSAGE((member.offset == fact.offset && member.size == fact.size), described(ours, member),
                              ": the facts have ", fact.type, ".", fact.path, ", ", fact.size, " bytes at ",
                              fact.offset);
                found.push_back(described(ours, member));
            }
        }
    }
    return found;
}

TEST_CASE("every field that the facts have for a command is in a struct of that command") {
    for (abi::member_fact const& fact : abi::facts::get().members())
        for (std::string const& one : fact.commands) {
            auto const models = models_of(fact, one);
            CHECK_MESSAGE(!models.empty(), one, " takes ", fact.path, " at ", fact.offset,
                          ", and no struct of that command has it");
        }
}

TEST_CASE("every member that the facts have for another struct is in one of ours") {
    for (abi::member_fact const& fact : abi::facts::get().members()) {
        if (!fact.commands.empty()) continue;
        auto const models = models_of(fact, "");
        CHECK_MESSAGE(!models.empty(), fact.type, ".", fact.path, " at ", fact.offset, ": no struct of ours has it");
    }
}

TEST_CASE("every member of ours is one that the facts have for its command, or one that the command does not read") {
    for (abi::structure const& ours : abi::structures())
        for (abi::member const& member : ours.members)
            for (std::string_view const path : member.paths) {
                bool const compared = member.how == abi::use::compared;
                if (path.empty() || (!compared && !ours.during)) continue;
                bool const is_read = std::ranges::any_of(abi::facts::get().members(), [&](auto const& fact) {
                    return fact.path == ours.path(path) && is_for(fact, ours);
                });
                CHECK_MESSAGE(is_read == compared, described(ours, member), ": for this command the facts ",
                              std::string{is_read ? "have " : "do not have "}, ours.path(path));
            }
}

TEST_CASE("every attribute is as long as what its command reads") {
    std::map<command, std::size_t> longest;
    for (abi::structure const& ours : abi::structures())
        if (ours.during) longest[*ours.during] = std::max(longest[*ours.during], ours.size);
    abi::fact_table{"commands"}.for_each([&](auto cell) {
        auto const which = static_cast<command>(abi::number_of(cell("value")));
        std::size_t const end = abi::number_of(cell("last_field_end"));
        std::size_t const rounded = (end + 7) / 8 * 8;
        CHECK_MESSAGE((longest[which] >= end && longest[which] <= rounded), cell("name"), " reads ", end,
                      " bytes, and the longest of its structs has ", longest[which]);
    });
    CHECK(longest.size() == command_count);
}

TEST_CASE("every other struct is as long as the kernel's, and none with arms longer") {
    std::map<std::string, std::size_t> longest;
    for (abi::structure const& ours : abi::structures()) {
        auto& size = longest[std::string{ours.kernel_type}];
        size = std::max(size, ours.size);
    }
    for (abi::member_fact const& fact : abi::facts::get().members())
        if (fact.type_size != 0)
            CHECK_MESSAGE(longest[fact.type] == fact.type_size, fact.type, " has ", fact.type_size, " bytes, ours ",
                          longest[fact.type]);
}

// ---- enumerators and macros ----

/// Groups of the facts that the library has no enum for: what programs use, and what other interfaces use.
constexpr std::string_view not_modelled[] = {
    "xdp_netlink",    "xdp_attached_mode", "xdp_action",     "tcx_action", "sk_action",
    "ringbuf_output", "ringbuf_query",     "ringbuf_record", "timer",      "perf_event_output",
    "get_stackid",    "redirect_map",      "redirect",       "btf_dump",   "stack_build_id_status",
    "limits",         "local_storage_get",
};

TEST_CASE("every value that the facts have is that of an enumerator of ours") {
    for (abi::value_fact const& fact : abi::facts::get().values()) {
        bool claimed = std::ranges::find(not_modelled, fact.group) != std::end(not_modelled);
        bool found = claimed;
        for (abi::enumeration const& ours : abi::enumerations()) {
            if (std::ranges::find(ours.groups, fact.group) == ours.groups.end()) continue;
            claimed = true;
            for (abi::entry const& one : ours.entries) found = found || one.uapi == fact.name;
        }
        CHECK_MESSAGE(claimed, "no enum of ours is for the group ", fact.group);
        CHECK_MESSAGE(found, "no enum of ours for the group ", fact.group, " has ", fact.name);
    }
}

TEST_CASE("every enumerator of ours has the value that the facts have") {
    for (abi::enumeration const& ours : abi::enumerations()) {
        CHECK_FALSE(ours.entries.empty());
        for (abi::entry const& one : ours.entries) {
            bool known = false;
            for (abi::value_fact const& fact : abi::facts::get().values()) {
                if (fact.name != one.uapi) continue;
                known = true;
                CHECK_MESSAGE(one.value == fact.value, std::string{ours.name}, "::", std::string{one.ours}, " is ",
                              one.value, ", ", fact.name, " is ", fact.value);
            }
            CHECK_MESSAGE(known, std::string{ours.name}, "::", std::string{one.ours}, ": the facts have no ", one.uapi);
        }
    }
}

/// What name() gives is the enumerator's own spelling; of two names for one value it may be either.
template <class E>
void check_names(char const* type) {
    for (abi::enumerator const& one : abi::enumerators<E>())
        CHECK_MESSAGE(name(static_cast<E>(one.value)) == one.name, std::string{type}, "::", std::string{one.name},
                      " prints as ", std::string{name(static_cast<E>(one.value))});
}

TEST_CASE("name() spells an enumerator as the source does") {
    check_names<map_type>("map_type");
    check_names<program_type>("program_type");
    check_names<attach_type>("attach_type");
    check_names<link_type>("link_type");
    check_names<insn::helper>("insn::helper");
    for (abi::enumeration const& ours : abi::enumerations())
        for (abi::entry const& one : ours.entries) {
            if (ours.name == "command" && one.uapi != "BPF_PROG_RUN")
                CHECK(name(static_cast<command>(one.value)) == one.uapi);
            if (ours.name == "btf::kind") CHECK(name(static_cast<btf::kind>(one.value)) == one.uapi);
        }
}

TEST_CASE("helpers take as many arguments as the facts say") {
    int helpers = 0;
    abi::fact_table{"helpers"}.for_each([&](auto cell) {
        auto const found = insn::facts(static_cast<insn::helper>(abi::number_of(cell("id"))));
        REQUIRE_MESSAGE(found, cell("name"));
        ++helpers;
        auto const counts = abi::split(cell("args"), '.'); // "3", or "2..5"
        CHECK_MESSAGE(found->least_arguments == abi::number_of(counts.front()), cell("name"));
        CHECK_MESSAGE(found->most_arguments == abi::number_of(counts.back()), cell("name"));
    });
    CHECK(helpers == 211);
}

TEST_CASE("limits that shape a type of ours are those of the facts") {
    std::map<std::string, std::uint64_t> limits;
    for (abi::value_fact const& fact : abi::facts::get().values())
        if (fact.group == "limits") limits[fact.name] = fact.value;
    CHECK(limits.at("BPF_OBJ_NAME_LEN") == object_name::capacity + 1);
    CHECK(limits.at("BPF_TAG_SIZE") == sizeof(sys::info::program_tag));
    CHECK(limits.at("MAX_BPF_REG") == insn::r10.number() + 1U);
}

// ---- the tables themselves ----

/// What a header declares outside of functions and structs with "struct NAME" and the like.
std::set<std::string> declared(std::string const& header, std::vector<std::string_view> const& introducers) {
    std::string const path = std::string{BPFXX_TESTS} + "/../include/bpfxx/" + header;
    std::ifstream file{path};
    REQUIRE_MESSAGE(file, "cannot read ", path);
    std::set<std::string> names;
    for (std::string line; std::getline(file, line);)
        for (std::string_view const introducer : introducers) {
            if (!line.starts_with(introducer)) continue;
            std::string const rest = line.substr(introducer.size());
            names.insert(rest.substr(0, rest.find_first_of(" :{;=")));
        }
    return names;
}

TEST_CASE("every struct of sys/attr and sys/info is in the tables") {
    std::set<std::string> listed;
    for (abi::structure const& ours : abi::structures()) {
        std::string const name{ours.name.substr(ours.name.rfind("::", ours.name.find('<')) + 2)};
        listed.insert(name.substr(0, name.find('<')));
    }
    // Templates that have other names in the tables, second names, and the type of a member.
    std::set<std::string> const others{"get_next_id", "map_batch",          "link_create_target", "link_create_tcx",
                                       "link_tcx",    "link_create_netkit", "link_netkit",        "program_tag"};
    for (auto const* header : {"attr/btf", "attr/iter", "attr/link", "attr/map", "attr/object", "attr/program",
                               "attr/token", "info/btf", "info/debug", "info/link", "info/map", "info/program"})
        for (std::string const& name : declared("sys/" + std::string{header} + ".hpp", {"struct ", "using "}))
            CHECK_MESSAGE((listed.contains(name) || others.contains(name)), "sys/", std::string{header}, ".hpp has ",
                          name, ", which is in no table of this test");
}

TEST_CASE("every enum of the headers is in the tables") {
    std::set<std::string> listed{"atomic_op"}; // compared row by row in encodings.cpp
    for (abi::enumeration const& ours : abi::enumerations())
        listed.insert(std::string{ours.name.substr(ours.name.rfind(':') + 1)}); // npos + 1 is 0
    for (auto const* header : {"command", "btf/wire", "insn/helper", "insn/opcode", "link/type", "map/type",
                               "program/attach_type", "program/type", "sys/flags", "sys/info/debug"}) {
        auto const names = declared(std::string{header} + ".hpp", {"enum class "});
        CHECK_FALSE(names.empty());
        for (std::string const& name : names)
            CHECK_MESSAGE(listed.contains(name), std::string{header}, ".hpp has ", name,
                          ", which is in no table of this test");
    }
}

} // namespace

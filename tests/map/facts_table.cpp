// docs/maps.md has a table that is made from map/facts.hpp. With BPFXX_WRITE_DOCS=1 this test writes it, else it compares.
#include <bpfxx/map/facts.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace {

using namespace bpfxx;
using op = map_operations;

struct place {
    map_type type;
    char const* header;
};

/// Which header has the view of each type.
constexpr place places[]{
    {map_type::hash, "hash"},
    {map_type::array, "array"},
    {map_type::prog_array, "program_array"},
    {map_type::perf_event_array, "perf_event_array"},
    {map_type::percpu_hash, "per_cpu_hash"},
    {map_type::percpu_array, "per_cpu_array"},
    {map_type::stack_trace, "stack_trace"},
    {map_type::cgroup_array, "cgroup_array"},
    {map_type::lru_hash, "lru_hash"},
    {map_type::lru_percpu_hash, "lru_hash"},
    {map_type::lpm_trie, "lpm_trie"},
    {map_type::array_of_maps, "map_in_map"},
    {map_type::hash_of_maps, "map_in_map"},
    {map_type::devmap, "dev_map"},
    {map_type::sockmap, "sock_map"},
    {map_type::cpumap, "cpu_map"},
    {map_type::xskmap, "xsk_map"},
    {map_type::sockhash, "sock_map"},
    {map_type::cgroup_storage, "cgroup_storage"},
    {map_type::reuseport_sockarray, "reuseport_array"},
    {map_type::percpu_cgroup_storage, "cgroup_storage"},
    {map_type::queue, "queue"},
    {map_type::stack, "stack"},
    {map_type::sk_storage, "local_storage"},
    {map_type::devmap_hash, "dev_map"},
    {map_type::struct_ops, "struct_ops"},
    {map_type::ringbuf, "ring_buffer"},
    {map_type::inode_storage, "local_storage"},
    {map_type::task_storage, "local_storage"},
    {map_type::bloom_filter, "bloom_filter"},
    {map_type::user_ringbuf, "ring_buffer"},
    {map_type::cgrp_storage, "local_storage"},
    {map_type::arena, "arena"},
    {map_type::insn_array, "insn_array"},
    {map_type::rhash, "rhash"},
};

std::string path_of(std::string_view file) { return std::string{BPFXX_TESTS} + "/../" + std::string{file}; }

std::string read(std::string const& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string version(since since) { return std::to_string(since.major) + "." + std::to_string(since.minor); }

std::string cell(map_facts const& facts, map_operations what, since later = {}) {
    if (!facts.can(what)) return "";
    return later > facts.available ? version(later) : "yes";
}

std::string batches(map_facts const& facts) {
    std::string all;
    auto const add = [&](map_operations what, char const* word) {
        if (facts.can(what)) all += (all.empty() ? "" : ", ") + std::string{word};
    };
    add(op::lookup_batch, "lookup");
    add(op::update_batch, "update");
    add(op::erase_batch, "erase");
    add(op::take_batch, "take");
    return all.empty() ? "" : all + " (" + version(facts.batch_available) + ")";
}

std::string table() {
    std::ostringstream out;
    out << "| type | header | Linux | lookup | update | insert | replace | erase | take | batches | lock | freeze | "
           "mmap | BTF | walk |\n"
        << "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (auto const& [type, header] : places) {
        auto const& facts = detail::map_table::row(type);
        out << "| " << name(type) << " | `map/" << header << ".hpp` | " << version(facts.available);
        for (auto const what : {op::lookup, op::update, op::insert, op::replace, op::erase})
            out << " | " << cell(facts, what);
        out << " | " << cell(facts, op::take, facts.take_available) << " | " << batches(facts);
        for (auto const what : {op::lock, op::freeze, op::map_memory}) out << " | " << cell(facts, what);
        out << " | " << (facts.takes_btf ? "yes" : "") << " | " << describe(facts.walk) << " |\n";
    }
    return out.str();
}

constexpr std::string_view begin_mark = "<!-- made by tests/map/facts_table.cpp -->\n";
constexpr std::string_view end_mark = "<!-- end -->\n";

TEST_CASE("the table in docs/maps.md is that of map/facts.hpp") {
    auto const path = path_of("docs/maps.md");
    auto text = read(path);
    auto const begin = text.find(begin_mark);
    auto const end = text.find(end_mark);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    auto const start = begin + begin_mark.size();
    auto const expected = table();
    if (std::getenv("BPFXX_WRITE_DOCS") != nullptr) {
        std::ofstream{path} << text.replace(start, end - start, expected);
        return;
    }
    INFO("write it anew: BPFXX_WRITE_DOCS=1, then run this test");
    CHECK(text.substr(start, end - start) == expected);
}

TEST_CASE("every type has a header") {
    CHECK(std::size(places) == all_map_facts.size());
    std::size_t row = 0;
    for (auto const& [type, header] : places) {
        CHECK(all_map_facts[row++].type == type);
        INFO(std::string_view{header});
        CHECK_FALSE(read(path_of("include/bpfxx/map/" + std::string{header} + ".hpp")).empty());
    }
}

} // namespace

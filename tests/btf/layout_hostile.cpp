// Layouts compared with BTF that lies: always within its bounds, and to an end.
// Each blob lies in a heap block of exactly its size, so that AddressSanitizer sees a read past either side.
// SPDX-License-Identifier: BSL-1.0

#include "running_kernel.hpp"

#include <bpfxx/btf/build.hpp>
#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/view.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using btf::type_id;

enum class state : std::uint8_t { idle, busy };
struct address {
    std::uint32_t host;
    std::uint16_t port;
    std::uint16_t zero;
};
union either {
    std::uint64_t numbers[2];
    unsigned char bytes[16];
};
struct record {
    std::uint64_t packets;
    address ends[2][2];
    either low;
    state now;
    char name[7];
};
struct reordered {
    address ends[2][2];
    std::uint64_t packets;
    either low;
    char name[7];
    state now;
};
/// As the kernel's.
struct in6_addr {
    union words {
        std::uint32_t u6_addr32[4];
    } in6_u;
};
struct sockaddr_in6 {
    std::uint16_t sin6_family, sin6_port;
    std::uint32_t sin6_flowinfo;
    in6_addr sin6_addr;
    std::uint32_t sin6_scope_id;
};
constexpr btf::member_shape flag_members[]{{"low", &btf::shape_of<std::uint32_t>, 0, 3},
                                           {"high", &btf::shape_of<std::uint32_t>, 3, 29}};
constexpr btf::shape flags{.form = btf::kind::struct_, .name = "flags", .size = 4, .members = flag_members};

/// A copy in a block of exactly its size.
class exact_copy {
  public:
    explicit exact_copy(std::string_view text) : bytes_{new char[text.size()]}, size_{text.size()} {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
    char& operator[](std::size_t position) { return bytes_[position]; }
    void put(std::size_t position, std::uint32_t word) { std::memcpy(&bytes_[position], &word, sizeof word); }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

/// How often there was a difference, and how often there was none.
struct outcomes {
    std::size_t differing = 0;
    std::size_t alike = 0;
    std::size_t malformed = 0;
};

void note(btf::layout_difference const& found, outcomes& seen) {
    auto const text = found.text();
    REQUIRE(found.member().size() <= btf::layout_difference::longest_path);
    REQUIRE(std::string_view{text.c_str()}.size() <= text.view().size()); // a name may hold a zero byte
    REQUIRE(text.c_str()[text.view().size()] == '\0');
    if (found.why() == btf::layout_fault::malformed)
        ++seen.malformed;
    else
        ++(found ? seen.differing : seen.alike);
}

/// Compares every type with types of all forms, if the blob can be read.
void compare_all(std::string_view text, outcomes& seen) {
    auto const view = btf::view::parse(text);
    if (!view) return;
    auto const storage = std::make_unique<std::uint32_t[]>(view->index_size());
    auto const index = view->index({storage.get(), view->index_size()});
    REQUIRE(index);
    for (std::uint32_t id = 0; id <= view->type_count() + 1; ++id) {
        note(btf::compare<record>(*index, type_id{id}), seen);
        note(btf::compare<sockaddr_in6>(*index, type_id{id}, {.names = true}), seen);
        note(btf::compare_layout(flags, *index, type_id{id}), seen);
    }
}

/// The blob cut off anywhere, with every byte changed to several values, and with every word changed to every id.
void lie_about(std::string_view sound) {
    outcomes seen;
    for (std::size_t size = 0; size <= sound.size(); ++size)
        compare_all(exact_copy{sound.substr(0, size)}.text(), seen);
    auto const types = btf::view::parse(sound);
    REQUIRE(types);
    std::size_t const strings = sound.size() - types->strings().own().size();
    for (std::size_t at = 0; at != sound.size(); ++at) {
        auto const original = static_cast<unsigned char>(sound[at]);
        for (unsigned const value : {0U, 1U, 0x7fU, 0x80U, 0xffU, original ^ 1U, original + 1U, original - 1U}) {
            if (at > strings && value > 1) continue; // of a name only its end matters
            exact_copy blob{sound};
            blob[at] = static_cast<char>(static_cast<unsigned char>(value));
            compare_all(blob.text(), seen);
        }
    }
    for (std::size_t at = 24; at != strings; at += 4) {
        for (std::uint32_t id = 0; id <= types->type_count(); ++id) {
            exact_copy blob{sound};
            blob.put(at, id);
            compare_all(blob.text(), seen);
        }
    }
    CHECK(seen.differing > seen.alike);
    CHECK(seen.alike > sound.size()); // most changes are to other types and to names
    CHECK(seen.malformed > sound.size());
}

TEST_CASE("layouts of blobs that lie: what describes C++ types") {
    lie_about(btf::describe<record, reordered>().blob.text());
}

TEST_CASE("layouts of blobs that lie: what only C has") {
    btf::builder<> to;
    type_id const number = to.int_("unsigned int", 4);
    type_id const wide = to.typedef_("__u64", to.const_(to.int_("unsigned long long", 8)));
    type_id const node = to.next_id();
    to.struct_("node", 16, {{"next", type_id{btf::number(node) + 1}, 0}, {"value", wide, 64}});
    to.ptr(node);
    type_id const inner = to.struct_("", 8, {{"host", number, 0}, {"zone", number, 32}});
    type_id const choice = to.union_("", 8, {{"all", wide}, {"", inner}});
    type_id const row = to.array(to.array(inner, number, 2), number, 2);
    to.struct_("record", 72, {{"packets", wide, 0}, {"ends", row, 64}, {"", choice, 320}, {"more", wide, 384}});
    to.struct_("flags", 4, {{"low", number, 0, 3}, {"high", number, 3, 29}});
    to.struct_("open", 4, {{"length", number, 0}, {"rest", to.array(number, number, 0), 32}});
    to.fwd("later");
    to.func("callback", to.func_proto(number, {{"first", wide}, {}}));
    to.datasec(".data", 24, {{to.var("counter", number), 4, 4}});
    auto const made = to.finish();
    REQUIRE(to.problem() == nullptr);
    lie_about(made.text());
}

/// A type of the kernel and all that lies in it, pointers to nothing.
class part_of {
  public:
    using builder = btf::builder<8192, 4096>;

    explicit part_of(btf::indexed_view const& kernel) : in_{kernel} {}

    type_id copy(type_id id) {
        if (id == btf::void_id) return id;
        auto const known = done_.find(id);
        if (known != done_.end()) return known->second;
        return done_[id] = write(in_.type(id));
    }
    builder& out() { return out_; }

  private:
    type_id write(btf::type what) {
        using enum btf::kind;
        switch (what.kind()) {
        case int_: return out_.int_(what.name(), what.size(), what.integer()->encoding);
        case array: {
            auto const from = *what.array();
            type_id const element = copy(from.element);
            return out_.array(element, copy(from.index), from.count);
        }
        case struct_:
        case union_: return write_members(what);
        case enum_: return out_.enum_(what.name(), what.size(), {{"one", 1}});
        case typedef_: return out_.typedef_(what.name(), copy(what.referenced()));
        case const_: return out_.const_(copy(what.referenced()));
        case volatile_: return out_.volatile_(copy(what.referenced()));
        case ptr: return out_.ptr(btf::void_id);
        default: return copy(what.referenced());
        }
    }
    type_id write_members(btf::type what) {
        std::vector<btf::member_spec> members;
        for (btf::member const each : what.members())
            members.push_back({each.name(), copy(each.type()), each.bit_offset(), each.bitfield_width()});
        return what.kind() == btf::kind::union_ ? out_.union_(what.name(), what.size(), std::span{members})
                                                : out_.struct_(what.name(), what.size(), std::span{members});
    }

    btf::indexed_view in_;
    builder out_;
    std::map<type_id, type_id> done_;
};

TEST_CASE("layouts of blobs that lie: a part of the kernel") {
    auto const* const kernel = btf_test::running_kernel::get();
    if (kernel == nullptr) return support::skip(btf_test::no_kernel_btf);
    auto const part = std::make_unique<part_of>(kernel->index());
    std::map<std::string, type_id> copied;
    for (char const* const name : {"sockaddr_in6", "iphdr", "tcphdr"}) {
        auto const found = btf::find(kernel->view(), btf::kind::struct_, name);
        REQUIRE(found);
        copied[name] = part->copy(found->id());
    }
    auto const made = part->out().finish();
    REQUIRE(part->out().problem() == nullptr);
    auto const view = btf::view::parse(made.text());
    REQUIRE(view);
    std::vector<std::uint32_t> storage(view->index_size());
    auto const index = view->index(storage);
    REQUIRE(index);
    CHECK(!btf::compare<sockaddr_in6>(*index, copied["sockaddr_in6"], {.names = true}));
    CHECK(btf::compare<sockaddr_in6>(*index, copied["iphdr"]));
    lie_about(made.text());
}

TEST_CASE("layouts of blobs that lie: several changes at once, always the same ones") {
    std::string_view const sound = btf::describe<record, reordered>().blob.text();
    std::mt19937 random{7};
    outcomes seen;
    for (int round = 0; round != 20'000; ++round) {
        exact_copy blob{sound};
        auto const changes = 1 + random() % 4;
        for (unsigned change = 0; change != changes; ++change) {
            // Past the header, whose faults hide all others.
            std::size_t const at = 24 + random() % (sound.size() - 24);
            blob[at] = static_cast<char>(random() % 3 == 0 ? random() : random() % 20);
        }
        compare_all(blob.text(), seen);
    }
    CHECK(seen.malformed > 1000);
    CHECK(seen.alike > 1000);
    CHECK(seen.differing > 1000);
}

} // namespace

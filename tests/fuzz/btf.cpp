// BTF blobs, alone and split: all types can be read, and every question about them has an end.
// SPDX-License-Identifier: BSL-1.0

#include "support.hpp"

#include <bpfxx/btf/describe.hpp>
#include <bpfxx/btf/find.hpp>
#include <bpfxx/btf/layout.hpp>
#include <bpfxx/btf/member_at.hpp>
#include <bpfxx/btf/resolve.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/reflect.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace {

namespace btf = bpfxx::btf;
using fuzz::lies_in;
using fuzz::require;

struct pair {
    std::uint32_t left;
    std::uint32_t right;
};
struct event {
    std::uint64_t time;
    pair both;
    char name[16];
};

/// Walks of which each may look at every type of a blob are made for so many of them only.
constexpr std::uint32_t asked_about = 48;

class reader {
  public:
    reader(btf::view const& from, std::string_view blob, std::string_view base, fuzz::digest& seen)
        : from_{from}, blob_{blob}, base_{base}, seen_{seen} {}

    void read() {
        std::vector<std::uint32_t> storage(from_.index_size());
        auto const index = from_.index(storage);
        require(index.has_value());
        auto const adopted = from_.adopt(storage);
        require(adopted.has_value());
        require(!storage.empty() || from_.type_count() == 0);
        std::uint32_t next = number(from_.first_id());
        for (btf::type const type : from_.types()) {
            require(number(type.id()) == next++);
            require(index->type(type.id()).record() == type.record());
            require(adopted->type(type.id()).record() == type.record());
            require(from_.position_of(type) < blob_.size());
            read(type);
            if (next - number(from_.first_id()) <= asked_about) ask(*index, type);
        }
        require(next - number(from_.first_id()) == from_.type_count());
        require(from_.contains(btf::type_id{next - 1}) && !from_.contains(btf::type_id{next}));
        if (!storage.empty()) {
            storage.back() ^= 4;
            require(!from_.adopt(storage));
        }
    }

  private:
    void name(std::string_view text) {
        require(lies_in(text, blob_) || lies_in(text, base_));
        seen_(text);
    }
    void id(btf::type_id what) {
        require(from_.contains(what));
        seen_(number(what));
    }

    void read(btf::type type) {
        name(type.name());
        require(type.has_name(type.name()));
        require(lies_in({type.record(), 12}, blob_));
        seen_(type.size());
        id(type.referenced());
        for (btf::member const member : type.members()) {
            name(member.name());
            id(member.type());
            seen_(member.bit_offset() + member.bitfield_width());
        }
        for (btf::enumerator const value : type.enumerators()) {
            name(value.name());
            seen_(value.unsigned_value());
        }
        for (btf::parameter const parameter : type.parameters()) {
            name(parameter.name());
            id(parameter.type());
        }
        for (btf::section_variable const variable : type.variables()) {
            id(variable.type());
            seen_(variable.offset() + variable.size());
        }
        if (auto const array = type.array()) {
            id(array->element);
            id(array->index);
        }
        if (auto const integer = type.integer()) seen_(integer->bit_offset + integer->bit_width);
        if (auto const linkage = type.linkage()) seen_(*linkage);
        if (auto const component = type.component()) seen_(*component);
    }

    template <class Answer>
    bool answered(Answer const& answer) {
        seen_(answer.error().why);
        if (answer) return true;
        require(btf::sentence(answer.error().why) != "unknown reason");
        require(answer.error().offset <= std::max(blob_.size(), base_.size()));
        return false;
    }

    void ask(btf::indexed_view const& index, btf::type type) {
        auto const resolved = btf::resolve(index, type.id());
        if (answered(resolved)) require(!resolved->is_alias());
        auto const size = btf::size_of(index, type.id());
        if (answered(size)) seen_(*size);
        auto const visited = btf::for_each_member(index, type.id(), [&](btf::located_member const& one) {
            name(one.name);
            seen_(one.bit_offset);
        });
        if (answered(visited)) seen_(*visited);
        for (std::string_view const path : {std::string_view{"both.left"}, type.name()}) {
            auto const member = btf::member_at(index, type.id(), path);
            if (answered(member)) seen_(member->bit_offset);
        }
        layout(btf::compare<event>(index, type.id()));
        layout(btf::compare<pair>(index, type.id(), {.names = true}));
        find(type);
    }

    void layout(btf::layout_difference const& difference) {
        seen_(difference.why());
        seen_(std::string_view{difference.text().c_str()});
    }

    void find(btf::type type) {
        auto const first = btf::find(from_, type.kind(), type.name());
        require(first && first->kind() == type.kind() && first->name() == type.name());
        require(number(first->id()) <= number(type.id()));
        btf::query one[] = {{btf::kind::struct_, "event"}, {type.kind(), type.name()}, {btf::kind::int_, "pair"}};
        auto const count = btf::find(from_, one);
        require(count >= 1 && one[1].found == first->id());
        bool found = false;
        for (btf::type const match : btf::find_all(from_, type.kind(), type.name())) found |= match.id() == type.id();
        require(found);
        auto const value = btf::find_enumerator(from_, type.name());
        require(!value || value->name() == type.name());
    }

    btf::view const& from_;
    std::string_view blob_;
    std::string_view base_;
    fuzz::digest& seen_;
};

void refused(btf::malformed problem, std::string_view blob) {
    require(problem.why != btf::reason::none && problem.offset <= blob.size());
    require(btf::sentence(problem.why) != "unknown reason");
}

/// An input that begins so has a base before it, with its length.
constexpr std::string_view split_mark{"split\0\0\0", 8};

fuzz::digest read_whole(std::string_view bytes) {
    fuzz::digest seen;
    btf::view base;
    std::string_view base_blob;
    std::string_view blob = bytes;
    if (bytes.substr(0, split_mark.size()) == split_mark) {
        fuzz::parts all{bytes.substr(split_mark.size())};
        base_blob = all.next();
        blob = all.rest();
        auto const found = btf::view::parse(base_blob);
        if (!found) return refused(found.error(), base_blob), seen;
        base = *found;
    }
    auto const parsed = btf::view::parse(blob, base);
    seen(parsed.error().why);
    if (parsed)
        reader{*parsed, blob, base_blob, seen}.read();
    else
        refused(parsed.error(), blob);
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}

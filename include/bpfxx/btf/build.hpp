#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/blob.hpp>
#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/ill_formed.hpp>
#include <bpfxx/slice.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <type_traits>

namespace bpfxx::btf {

/// A member of a struct or a union to be; `bitfield_width` is 0 for a plain member.
struct member_spec {
    std::string_view name;
    type_id type{};
    std::uint32_t bit_offset = 0;
    std::uint32_t bitfield_width = 0;
};

/// A named value of an enum to be.
struct enumerator_spec {
    std::string_view name;
    std::int64_t value = 0;
};

/// A parameter of a function prototype to be; `{}` at the end is C's `...`.
struct parameter_spec {
    std::string_view name;
    type_id type{};
};

/// A variable's place in a data section to be.
struct variable_spec {
    type_id variable{};
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
};

/// Writes a BTF blob: each call adds one type and gives its id, from 1 on; `finish` gives the blob. Equal names are
/// stored once. An id may be used before its type was added (`next_id` tells it), as lists that point to themselves
/// need; `finish` checks that all were. Names are at most 127 characters, what every kernel takes.
///
/// A mistake while compiling does not compile, with a sentence. At run time the first one is kept: `problem()` says it,
/// every later call does nothing, and `finish` gives an empty blob.
/// UAPI: Documentation/bpf/btf.rst
/// Since: Linux 4.18
/// Costs: no allocation; TypeBytes + StringBytes of room in the object
template <std::size_t TypeBytes = 1024, std::size_t StringBytes = 512>
class builder {
    static_assert(TypeBytes % 4 == 0 && StringBytes > 0, "room for types is counted in bytes, a multiple of four; that "
                                                         "for strings holds at least their first zero byte");

  public:
    static constexpr std::size_t longest_name = 127;
    static constexpr std::size_t capacity = sizeof(wire::header) + TypeBytes + StringBytes;

    constexpr builder() noexcept = default;

    /// What went wrong first, in a sentence; null when nothing did.
    [[nodiscard]] constexpr char const* problem() const noexcept { return problem_; }

    /// The id that the next added type will have.
    [[nodiscard]] constexpr type_id next_id() const noexcept { return type_id{count_ + 1}; }

    /// `int_("int", 4, int_encoding::is_signed)`: of 1, 2, 4, 8 or 16 bytes.
    constexpr type_id int_(std::string_view name, std::uint32_t size, int_encoding encoding = int_encoding::none) {
        if (!is_one_of(size, {1, 2, 4, 8, 16})) return fail("a BTF integer has 1, 2, 4, 8 or 16 bytes");
        begin(kind::int_, required(name), size);
        word(static_cast<std::uint32_t>(encoding) << 24 | size * 8);
        return end();
    }

    /// Of 2, 4, 8, 12 or 16 bytes.
    /// Since: Linux 5.13
    constexpr type_id float_(std::string_view name, std::uint32_t size) {
        if (!is_one_of(size, {2, 4, 8, 12, 16})) return fail("a BTF float has 2, 4, 8, 12 or 16 bytes");
        begin(kind::float_, required(name), size);
        return end();
    }

    constexpr type_id ptr(type_id to) { return reference(kind::ptr, 0, to); }
    constexpr type_id const_(type_id of) { return reference(kind::const_, 0, of); }
    constexpr type_id volatile_(type_id of) { return reference(kind::volatile_, 0, of); }
    constexpr type_id restrict_(type_id of) { return reference(kind::restrict_, 0, of); }
    constexpr type_id typedef_(std::string_view name, type_id of) {
        return reference(kind::typedef_, identifier(name), of);
    }
    /// Since: Linux 5.17
    constexpr type_id type_tag(std::string_view text, type_id of) {
        return reference(kind::type_tag, required(text), of);
    }

    /// A struct, or a union, that is declared and nothing more.
    constexpr type_id fwd(std::string_view name, kind what = kind::struct_) {
        if (what != kind::struct_ && what != kind::union_) return fail("BTF declares a struct_ or a union_ forward");
        begin(kind::fwd, identifier(name), 0, 0, what == kind::union_);
        return end();
    }

    /// `index` is an integer type, by custom the C compiler's `int`.
    constexpr type_id array(type_id element, type_id index, std::uint32_t elements) {
        begin(kind::array, 0, 0);
        refer(element);
        refer(index);
        word(elements);
        return end();
    }

    /// Members in the order of their offsets; an empty name makes an anonymous struct.
    constexpr type_id struct_(std::string_view name, std::uint32_t size, slice<member_spec const> members) {
        return composite(kind::struct_, name, size, members);
    }
    constexpr type_id struct_(std::string_view name, std::uint32_t size, std::initializer_list<member_spec> members) {
        return composite(kind::struct_, name, size, {members.begin(), members.size()});
    }
    constexpr type_id union_(std::string_view name, std::uint32_t size, slice<member_spec const> members) {
        return composite(kind::union_, name, size, members);
    }
    constexpr type_id union_(std::string_view name, std::uint32_t size, std::initializer_list<member_spec> members) {
        return composite(kind::union_, name, size, {members.begin(), members.size()});
    }

    /// Of 1, 2, 4 or 8 bytes. Values that need more than 32 bits make a BTF_KIND_ENUM64, and one below zero makes the
    /// enum signed.
    /// Since: Linux 4.18; 64 bits wide or signed since Linux 6.0
    constexpr type_id enum_(std::string_view name, std::uint32_t size, slice<enumerator_spec const> values) {
        if (!is_one_of(size, {1, 2, 4, 8})) return fail("a BTF enum has 1, 2, 4 or 8 bytes");
        bool is_signed = false;
        bool is_wide = false;
        for (enumerator_spec const& each : values) is_signed = is_signed || each.value < 0;
        for (enumerator_spec const& each : values) is_wide = is_wide || needs_more_than_32_bits(each.value, is_signed);
        begin(is_wide ? kind::enum64 : kind::enum_, optional_identifier(name), size, values.size(), is_signed);
        for (enumerator_spec const& each : values) {
            word(identifier(each.name));
            word(static_cast<std::uint32_t>(each.value));
            if (is_wide) word(static_cast<std::uint32_t>(static_cast<std::uint64_t>(each.value) >> 32));
        }
        return end();
    }
    constexpr type_id enum_(std::string_view name, std::uint32_t size, std::initializer_list<enumerator_spec> values) {
        return enum_(name, size, slice{values.begin(), values.size()});
    }

    /// Since: Linux 5.0
    constexpr type_id func_proto(type_id returned, slice<parameter_spec const> parameters) {
        begin(kind::func_proto, 0, 0, parameters.size());
        refer_last(returned);
        for (parameter_spec const& each : parameters) {
            word(optional_identifier(each.name));
            refer(each.type);
        }
        return end();
    }
    constexpr type_id func_proto(type_id returned, std::initializer_list<parameter_spec> parameters) {
        return func_proto(returned, slice{parameters.begin(), parameters.size()});
    }

    /// What `func_info` names.
    /// Since: Linux 5.0; a linkage other than static_ since 5.6
    constexpr type_id func(std::string_view name, type_id prototype, linkage where = linkage::static_) {
        begin(kind::func, identifier(name), 0, static_cast<std::size_t>(where));
        refer_last(prototype);
        return end();
    }

    /// Since: Linux 5.2
    constexpr type_id var(std::string_view name, type_id of, linkage where = linkage::static_) {
        begin(kind::var, identifier(name), 0);
        refer_last(of);
        word(static_cast<std::uint32_t>(where));
        return end();
    }

    /// `name` is that of the ELF section, such as ".data".
    /// Since: Linux 5.2
    constexpr type_id datasec(std::string_view name, std::uint32_t size, slice<variable_spec const> variables) {
        begin(kind::datasec, required(name), size, variables.size());
        for (variable_spec const& each : variables) {
            refer(each.variable);
            word(each.offset);
            word(each.size);
        }
        return end();
    }
    constexpr type_id datasec(std::string_view name, std::uint32_t size,
                              std::initializer_list<variable_spec> variables) {
        return datasec(name, size, slice{variables.begin(), variables.size()});
    }

    /// A tag on a declaration, or on one of its members or parameters.
    /// Since: Linux 5.16
    constexpr type_id decl_tag(std::string_view text, type_id on, std::int32_t component = -1) {
        begin(kind::decl_tag, required(text), 0);
        refer_last(on);
        word(static_cast<std::uint32_t>(component));
        return end();
    }

    /// A string that no type has as its name, for records that point into the blob: a file's name, a line of source.
    /// It may be long, and is not looked for among the others.
    constexpr std::uint32_t text(std::string_view any) {
        if (any.empty()) return 0;
        if (has_room(any)) return append(any);
        fail("these names do not fit the builder: give it more StringBytes");
        return 0;
    }

    /// Whether a string of this length can still be added.
    [[nodiscard]] constexpr bool has_room(std::string_view any) const noexcept {
        return any.size() < strings_.size() - characters_;
    }

    /// The blob of what was added so far.
    [[nodiscard]] constexpr blob<capacity> finish() {
        blob<capacity> made;
        if (highest_ > count_) fail("a BTF type refers to a type id that was never added");
        if (problem_ != nullptr) return made;
        auto const types = static_cast<std::uint32_t>(words_ * 4);
        auto const strings = static_cast<std::uint32_t>(characters_);
        put(made, wire::header{wire::magic, wire::version, 0, sizeof(wire::header), 0, types, types, strings});
        for (std::size_t at = 0; at != words_; ++at) put(made, types_[at]);
        for (std::size_t at = 0; at != characters_; ++at) made.characters_[made.size_++] = strings_[at];
        return made;
    }

  private:
    constexpr type_id fail(char const* sentence) {
        if (std::is_constant_evaluated()) ill_formed(sentence);
        if (problem_ == nullptr) problem_ = sentence;
        return void_id;
    }

    static constexpr bool is_one_of(std::uint32_t size, std::initializer_list<std::uint32_t> sizes) noexcept {
        for (std::uint32_t const allowed : sizes)
            if (size == allowed) return true;
        return false;
    }

    static constexpr bool needs_more_than_32_bits(std::int64_t value, bool is_signed) noexcept {
        if (is_signed) return value != static_cast<std::int32_t>(value);
        return value > std::int64_t{std::numeric_limits<std::uint32_t>::max()};
    }

    template <std::size_t Capacity, class Record>
    static constexpr void put(blob<Capacity>& made, Record const& record) noexcept {
        for (char const each : std::bit_cast<std::array<char, sizeof(Record)>>(record))
            made.characters_[made.size_++] = each;
    }

    constexpr void word(std::uint32_t value) {
        if (problem_ != nullptr) return;
        if (words_ == types_.size()) {
            fail("these types do not fit the builder: give it more TypeBytes");
            return;
        }
        types_[words_++] = value;
    }

    constexpr void refer(type_id to) {
        if (number(to) > highest_) highest_ = number(to);
        word(number(to));
    }

    // The third word of a record is a size or a type id: begin wrote 0 there.
    constexpr void refer_last(type_id to) {
        if (problem_ != nullptr) return;
        if (number(to) > highest_) highest_ = number(to);
        types_[words_ - 1] = number(to);
    }

    constexpr void begin(kind what, std::uint32_t name, std::uint32_t size, std::size_t entries = 0,
                         bool kind_flag = false) {
        if (entries > 0xffff) fail("a BTF type has at most 65535 members, enumerators, parameters or variables");
        word(name);
        word(wire::make_info(what, static_cast<std::uint32_t>(entries), kind_flag));
        word(size);
    }

    constexpr type_id end() noexcept { return problem_ == nullptr ? type_id{++count_} : void_id; }

    constexpr type_id reference(kind what, std::uint32_t name, type_id to) {
        begin(what, name, 0);
        refer_last(to);
        return end();
    }

    constexpr type_id composite(kind what, std::string_view name, std::uint32_t size,
                                slice<member_spec const> members) {
        bool bitfields = false;
        for (member_spec const& each : members) bitfields = bitfields || each.bitfield_width != 0;
        begin(what, optional_identifier(name), size, members.size(), bitfields);
        std::uint32_t last = 0;
        for (member_spec const& each : members) {
            if (each.bit_offset < last) return fail("BTF wants the members of a struct in the order of their offsets");
            if (what == kind::union_ && each.bit_offset != 0) return fail("a member of a BTF union lies at its start");
            if (each.bit_offset > std::uint64_t{size} * 8)
                return fail("a BTF member lies behind the end of its struct");
            if (each.bitfield_width > 0xff) return fail("a BTF bit-field has at most 255 bits");
            if (bitfields && each.bit_offset > 0xff'ffff) return fail("a BTF struct with bit-fields ends at 2 MiB");
            last = each.bit_offset;
            word(optional_identifier(each.name));
            refer(each.type);
            word(each.bitfield_width << 24 | each.bit_offset);
        }
        return end();
    }

    constexpr std::uint32_t required(std::string_view name) {
        if (name.empty()) fail("this BTF type needs a name, and the name is empty");
        return string(name);
    }

    constexpr std::uint32_t identifier(std::string_view name) {
        if (name.empty()) fail("this BTF type, or this part of it, needs a name, and the name is empty");
        return optional_identifier(name);
    }

    constexpr std::uint32_t optional_identifier(std::string_view name) {
        for (std::size_t at = 0; at != name.size(); ++at) {
            char const c = name[at];
            bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            if (letter || (at != 0 && c >= '0' && c <= '9')) continue;
            fail("a BTF name here is a C identifier: letters, digits and '_', no digit first");
            return 0;
        }
        return string(name);
    }

    /// The offset of a name among the strings, which it joins unless it is there already.
    constexpr std::uint32_t string(std::string_view name) {
        if (name.size() > longest_name) fail("a BTF name has at most 127 characters");
        for (char const each : name)
            if (each == '\0') fail("a BTF name holds no zero byte");
        if (name.empty()) return 0;
        for (std::size_t at = 1; at + name.size() < characters_;) {
            std::size_t same = 0;
            while (same != name.size() && strings_[at + same] == name[same]) ++same;
            if (same == name.size() && strings_[at + same] == '\0') return static_cast<std::uint32_t>(at);
            while (strings_[at + same] != '\0') ++same;
            at += same + 1;
        }
        return text(name);
    }

    constexpr std::uint32_t append(std::string_view any) {
        auto const offset = static_cast<std::uint32_t>(characters_);
        for (char const each : any) strings_[characters_++] = each;
        strings_[characters_++] = '\0';
        return offset;
    }

    std::array<std::uint32_t, TypeBytes / 4> types_{};
    std::array<char, StringBytes> strings_{};
    std::size_t words_ = 0;
    std::size_t characters_ = 1;
    std::uint32_t count_ = 0;
    std::uint32_t highest_ = 0;
    char const* problem_ = nullptr;
};

} // namespace bpfxx::btf

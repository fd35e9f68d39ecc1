#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/btf/id.hpp>
#include <bpfxx/btf/malformed.hpp>
#include <bpfxx/btf/type.hpp>
#include <bpfxx/btf/view.hpp>
#include <bpfxx/btf/wire.hpp>
#include <bpfxx/core/access.hpp>
#include <bpfxx/core/candidate.hpp>
#include <bpfxx/core/effort.hpp>
#include <bpfxx/core/locate.hpp>
#include <bpfxx/core/malformed.hpp>
#include <bpfxx/core/target.hpp>
#include <bpfxx/core/value.hpp>
#include <bpfxx/slice.hpp>

#include <cstddef>
#include <cstdint>

namespace bpfxx::core {

/// What a relocation comes to. `is_found` is false where the target lacks what the instruction needs: the program must
/// not reach it then. Questions whether something exists are always answered.
struct resolution {
    std::uint64_t old_value = 0;
    std::uint64_t new_value = 0;
    /// Bytes of the field in the object and in the target; 0 for what is no whole field.
    std::uint32_t old_size = 0;
    std::uint32_t new_size = 0;
    bool is_found = false;
    /// Whether the instruction has to hold old_value.
    bool is_certain = false;
    /// Whether a load or a store may take the target's size: for pointers and unsigned integers it reads the same.
    bool may_resize = true;

    friend constexpr bool operator==(resolution const&, resolution const&) noexcept = default;
};

/// A relocation that was resolved before: many of an object's are the same.
struct remembered {
    core_relo asked{};
    resolution answer{};
};

/// Resolves an object's relocations against the blobs of a target, one after the other in the order of the object: where
/// several types of the target have one name, each relocation leaves those that match it, so that all that start at one
/// type agree.
/// Costs: no allocation; 2 KB of stack for each question
class resolver {
  public:
    /// `found` has the candidates, `targets` the blobs that they were found in: the kernel's, then those of modules.
    /// `memory` may be empty; with 64 entries a large object takes a fraction of the time.
    constexpr resolver(btf::indexed_view const& local, candidates& found, slice<target> targets,
                       slice<remembered> memory = {}) noexcept
        : local_{local}, candidates_{found}, targets_{targets}, memory_{memory} {
        for (remembered& one : memory_) one.asked.kind = nothing;
    }

    /// Errors: what is wrong with the relocation, with the target, or that the target is ambiguous
    constexpr parsed<resolution> resolve(core_relo const& asked, std::uint32_t relocation_number = 0) noexcept {
        remembered* const memory = memory_of(asked);
        if (memory != nullptr && is_same(memory->asked, asked)) return memory->answer;
        detail::effort spent;
        btf::malformed target{};
        resolution made;
        btf::type_id const type{asked.type_id};
        if (!local_.contains(type)) return malformed{reason::no_such_type, relocation_number, type};
        bool const is_answered = find(asked, made, spent, target);
        // Types whose bytes are wrong read as void, from which other errors may have followed.
        if (target.why != btf::reason::none)
            return malformed{reason::target_malformed, relocation_number, type, target};
        if (!is_answered) return malformed{spent.why(), relocation_number, type};
        if (memory != nullptr) *memory = {asked, made};
        return made;
    }

  private:
    static constexpr core_relo_kind nothing{0xffff'ffff};

    [[nodiscard]] static constexpr bool is_same(core_relo const& left, core_relo const& right) noexcept {
        return left.type_id == right.type_id && left.access_str_off == right.access_str_off && left.kind == right.kind;
    }

    [[nodiscard]] constexpr remembered* memory_of(core_relo const& asked) const noexcept {
        if (memory_.empty()) return nullptr;
        std::uint32_t const mixed = (asked.type_id * 31 + asked.access_str_off) * 31 + std::uint32_t(asked.kind);
        return &memory_[mixed % memory_.size()];
    }

    constexpr bool find(core_relo const& asked, resolution& made, detail::effort& spent,
                        btf::malformed& target) noexcept {
        access wanted;
        btf::type_id const local_root{asked.type_id};
        if (!detail::access_reader{local_, wanted, spent}.read(asked)) return false;
        if (asked.kind == core_relo_kind::type_id_local) {
            made = {.old_value = asked.type_id, .new_value = asked.type_id, .is_found = true};
            return true;
        }
        detail::value ours;
        detail::place const from = detail::place_of(wanted, local_root);
        if (!detail::valuer{local_, spent}.find(asked.kind, from, ours)) return false;
        root* const start = candidates_.find(local_root);
        if (start == nullptr) return spent.fail(reason::no_such_type);
        if (choose(asked, wanted, ours, *start, made, spent, target)) return true;
        if (spent.failed()) return false;
        made = absent(asked.kind, ours);
        return true;
    }

    /// Compares with all candidates, and keeps those that match, if there are any.
    constexpr bool choose(core_relo const& asked, access const& wanted, detail::value const& ours, root& start,
                          resolution& made, detail::effort& spent, btf::malformed& target) noexcept {
        std::uint32_t* kept = &start.first;
        std::uint32_t const first = start.first;
        std::uint64_t bit_offset = 0;
        bool is_first = true;
        for (std::uint32_t at = first; at != no_candidate; at = candidates_.all()[at].next) {
            candidate& one = candidates_.all()[at];
            detail::place found;
            core::target& in = targets_[one.source];
            detail::locator<core::target> search{local_, in, spent};
            resolution answer;
            bool const fits = search.find(wanted, asked.kind, start.type, one.type, found) &&
                              compare(asked.kind, ours, in, found, answer, spent);
            target = in.problem();
            if (spent.failed() || target.why != btf::reason::none) return false;
            if (!fits) continue;
            if (is_first) made = answer;
            if (is_first) bit_offset = found.bit_offset;
            if (found.bit_offset != bit_offset) return spent.fail(reason::ambiguous_offset);
            if (answer.new_value != made.new_value) return spent.fail(reason::ambiguous_value);
            is_first = false;
            *kept = at;
            kept = &one.next;
        }
        if (is_first) return false;
        *kept = no_candidate;
        return true;
    }

    constexpr bool compare(core_relo_kind kind, detail::value const& ours, core::target& in, detail::place const& where,
                           resolution& made, detail::effort& spent) noexcept {
        detail::value theirs;
        if (!detail::valuer{in, spent}.find(kind, where, theirs)) return false;
        made = {ours.number, theirs.number, ours.size, theirs.size, true, ours.is_certain, true};
        if (ours.size != theirs.size) {
            btf::type const old_type = local_.type(ours.type);
            btf::type const new_type = in.type(theirs.type);
            made.may_resize = (old_type.kind() == btf::kind::ptr && new_type.kind() == btf::kind::ptr) ||
                              (is_unsigned(old_type) && is_unsigned(new_type));
        }
        return true;
    }

    /// Only what is nothing but signed is not: the reference loader lets signed characters pass.
    [[nodiscard]] static constexpr bool is_unsigned(btf::type what) noexcept {
        auto const integer = what.integer();
        return integer && integer->encoding != btf::int_encoding::is_signed;
    }

    /// What the target lacks: questions are answered with 0, everything else stays unresolved.
    [[nodiscard]] static constexpr resolution absent(core_relo_kind kind, detail::value const& ours) noexcept {
        using enum core_relo_kind;
        bool const has_answer = kind == field_exists || kind == enumval_exists || subject_of(kind) == subject::type;
        return {.old_value = ours.number, .is_found = has_answer, .is_certain = ours.is_certain};
    }

    detail::local_types local_;
    candidates& candidates_;
    slice<target> targets_;
    slice<remembered> memory_;
};

} // namespace bpfxx::core

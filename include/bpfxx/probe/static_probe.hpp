#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/elf/malformed.hpp>
#include <bpfxx/elf/note.hpp>
#include <bpfxx/elf/strings.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/elf/wire.hpp>
#include <bpfxx/iterator_tags.hpp>
#include <bpfxx/probe/argument.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bpfxx::probe {

/// One place of a static probe (USDT): the same probe may be at several, as where its function was inlined.
struct probe_site {
    std::string_view provider{};
    std::string_view name{};
    /// Where its instruction lies in the file, as uprobes want it.
    std::uint64_t offset = 0;
    /// Where in the file the counter lies that the kernel raises while a program is attached, so that the process finds
    /// out; 0 where the probe has none.
    std::uint64_t semaphore = 0;
    /// What the file says of its arguments, to be taken apart by `argument`.
    std::string_view arguments{};
    elf::machine machine{};

    [[nodiscard]] constexpr std::size_t argument_count() const noexcept {
        std::size_t count = 0;
        for (std::string_view rest = arguments; !detail::cut_argument(rest).empty();) ++count;
        return count;
    }

    /// Where an argument is, the first is 0: at each site it may be elsewhere.
    [[nodiscard]] constexpr probe::argument argument(std::size_t number) const noexcept {
        std::string_view rest = arguments;
        std::string_view text = detail::cut_argument(rest);
        for (; number != 0 && !text.empty(); --number) text = detail::cut_argument(rest);
        return text.empty() ? probe::argument{} : parse_argument(machine, text);
    }
};

namespace detail {

/// Reads the notes of static probes.
class probe_notes {
  public:
    constexpr probe_notes() noexcept = default;

    [[nodiscard]] static constexpr elf::parsed<probe_notes> of(elf::view const& file) noexcept {
        probe_notes made;
        made.file_ = file;
        auto const from = file.find(".note.stapsdt");
        if (!from) return made;
        auto const all = elf::notes(file, *from);
        if (!all) return all.error();
        made.notes_ = *all;
        made.section_ = from->index();
        if (auto const base = file.find(".stapsdt.base")) made.base_ = base->address();
        return made;
    }

    [[nodiscard]] constexpr elf::note_range const& notes() const noexcept { return notes_; }

    /// What a note says; nothing for one that is no probe, or whose code the linker left out.
    [[nodiscard]] constexpr elf::parsed<std::optional<probe_site>> site(elf::note const& from) const noexcept {
        using answer = std::optional<probe_site>;
        constexpr std::uint32_t static_probe = 3;
        if (from.type != static_probe || from.owner != "stapsdt") return answer{};
        std::string_view rest = from.descriptor;
        if (rest.size() < addresses_size) return problem(elf::reason::probe_note, from);
        elf::wire::reader addresses{rest.data(), file_.is_swapped()};
        auto const location = addresses.next<std::uint64_t>();
        auto const base = addresses.next<std::uint64_t>();
        auto const semaphore = addresses.next<std::uint64_t>();
        rest.remove_prefix(addresses_size);

        probe_site made{.machine = file_.machine()};
        for (auto* text : {&made.provider, &made.name, &made.arguments})
            if (!take_string(rest, *text)) return problem(elf::reason::probe_note, from);
        if (location == 0) return answer{};
        // When the whole file was moved after linking, what this section's address was is how far.
        std::uint64_t const moved = base_ != 0 && base != 0 ? base_ - base : 0;
        auto const offset = file_.file_offset(location + moved);
        auto const counter = semaphore == 0 ? std::uint64_t{0} : file_.file_offset(semaphore + moved);
        if (!offset || !counter) return problem(elf::reason::address_outside, from);
        made.offset = *offset;
        made.semaphore = *counter;
        return answer{made};
    }

  private:
    static constexpr std::size_t addresses_size = 24;

    [[nodiscard]] static constexpr bool take_string(std::string_view& rest, std::string_view& text) noexcept {
        text = elf::string_table::first_string(rest);
        if (text.size() == rest.size()) return false;
        rest.remove_prefix(text.size() + 1);
        return true;
    }

    [[nodiscard]] constexpr elf::malformed problem(elf::reason why, elf::note const& at) const noexcept {
        return {why, section_, static_cast<std::uint64_t>(at.descriptor.data() - file_.bytes().data())};
    }

    elf::view file_;
    elf::note_range notes_;
    std::uint64_t base_ = 0;
    std::uint32_t section_ = elf::no_section;
};

} // namespace detail

/// The sites of static probes in a binary, of one provider and name or of all. It points into the file.
class static_probe {
  public:
    class iterator {
      public:
        using value_type = probe_site;
        using reference = probe_site;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() noexcept = default;
        constexpr iterator(static_probe const& probe, elf::note_range::iterator at) noexcept : probe_{&probe}, at_{at} {
            skip_others();
        }

        [[nodiscard]] constexpr probe_site operator*() const noexcept { return *site_; }
        constexpr iterator& operator++() noexcept {
            ++at_;
            skip_others();
            return *this;
        }
        constexpr iterator operator++(int) noexcept {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(iterator const& left, iterator const& right) noexcept {
            return left.at_ == right.at_;
        }

      private:
        constexpr void skip_others() noexcept {
            for (; at_ != probe_->notes_.notes().end(); ++at_) {
                site_ = *probe_->notes_.site(*at_);
                if (site_ && probe_->is_wanted(*site_)) return;
            }
        }

        static_probe const* probe_ = nullptr;
        elf::note_range::iterator at_{};
        std::optional<probe_site> site_{};
    };

    constexpr static_probe() noexcept = default;

    [[nodiscard]] constexpr iterator begin() const& noexcept { return {*this, notes_.notes().begin()}; }
    [[nodiscard]] constexpr iterator end() const& noexcept { return {*this, notes_.notes().end()}; }
    iterator begin() const&& = delete; // the sites are read through the probe: keep it in a variable
    iterator end() const&& = delete;   // the sites are read through the probe: keep it in a variable

    /// How many sites there are.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

    /// The first site; an empty one where there is none.
    [[nodiscard]] constexpr probe_site front() const& noexcept { return size_ == 0 ? probe_site{} : *begin(); }

    /// The offsets of all sites, and of their semaphores, each 0 or one per site, as hooks for many places take them.
    /// Nothing where either buffer holds fewer than `size()`.
    [[nodiscard]] constexpr std::optional<std::size_t> copy_to(std::span<std::uint64_t> offsets,
                                                               std::span<std::uint64_t> semaphores) const& noexcept {
        if (offsets.size() < size_ || semaphores.size() < size_) return std::nullopt;
        std::size_t stored = 0;
        for (probe_site const site : *this) {
            offsets[stored] = site.offset;
            semaphores[stored++] = site.semaphore;
        }
        return stored;
    }

  private:
    friend constexpr elf::parsed<static_probe> static_probes(elf::view const& file, std::string_view provider,
                                                             std::string_view name) noexcept;

    [[nodiscard]] constexpr bool is_wanted(probe_site const& site) const noexcept {
        return (provider_.empty() || provider_ == site.provider) && (name_.empty() || name_ == site.name);
    }

    // The file's own text, as what was asked with may be gone later.
    constexpr void keep_names(probe_site const& site) noexcept {
        if (!provider_.empty()) provider_ = site.provider;
        if (!name_.empty()) name_ = site.name;
    }

    detail::probe_notes notes_;
    std::string_view provider_;
    std::string_view name_;
    std::size_t size_ = 0;
};

/// The static probes of a provider and name, either of which may be empty for any; it may find none. Notes of code that
/// the linker left out are passed over.
/// UAPI: NT_STAPSDT, as systemtap's sys/sdt.h writes it
/// Errors: `probe_note`, `address_outside` a note that leads nowhere, whichever probe's it is
/// Costs: one pass over the notes, no allocation; walking over the sites is one more
[[nodiscard]] constexpr elf::parsed<static_probe> static_probes(elf::view const& file, std::string_view provider = {},
                                                                std::string_view name = {}) noexcept {
    auto const notes = detail::probe_notes::of(file);
    if (!notes) return notes.error();
    static_probe made;
    made.notes_ = *notes;
    made.provider_ = provider;
    made.name_ = name;
    for (elf::note const one : notes->notes()) {
        auto const site = notes->site(one);
        if (!site) return site.error();
        if (!*site || !made.is_wanted(**site)) continue;
        ++made.size_;
        made.keep_names(**site);
    }
    return made.size_ == 0 ? static_probe{} : made;
}

/// The same where there has to be one.
/// Errors: `no_such_probe`
[[nodiscard]] constexpr elf::parsed<static_probe> find_static_probe(elf::view const& file, std::string_view provider,
                                                                    std::string_view name) noexcept {
    auto const found = static_probes(file, provider, name);
    if (found && found->size() == 0) return elf::malformed{elf::reason::no_such_probe};
    return found;
}

} // namespace bpfxx::probe

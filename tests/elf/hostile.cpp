// ELF files that lie: whatever their bytes say, they are refused, or read within their bounds and to an end. Each lies in
// a heap block of exactly its size, so that AddressSanitizer sees a read past either side.
// SPDX-License-Identifier: BSL-1.0
#include <bpfxx/elf/note.hpp>
#include <bpfxx/elf/relocation.hpp>
#include <bpfxx/elf/symbol.hpp>
#include <bpfxx/elf/version.hpp>
#include <bpfxx/elf/view.hpp>
#include <bpfxx/probe/function.hpp>
#include <bpfxx/probe/library_cache.hpp>
#include <bpfxx/probe/static_probe.hpp>

#include "image.hpp"
#include "small_object.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace {

using namespace elf_test;
using elf::reason;

/// A copy in a block of exactly its size.
class exact_copy {
  public:
    explicit exact_copy(std::string_view text) : bytes_{new char[text.size()]}, size_{text.size()} {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
    char& operator[](std::size_t position) { return bytes_[position]; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

/// Adds up everything it is shown, so that no read can be left out by the optimiser.
struct touch {
    std::uint64_t sum = 0;
    std::string_view file;

    void operator()(std::uint64_t value) { sum = sum * 31 + value; }
    void operator()(std::string_view text) {
        for (char const letter : text) (*this)(static_cast<unsigned char>(letter));
    }
    template <class T>
    bool operator()(elf::parsed<T> const& answer) {
        if (answer) return true;
        REQUIRE(answer.error().why != reason::none);
        REQUIRE(answer.error().offset <= file.size());
        return false;
    }
};

void read_section(elf::view const& file, elf::section const& section, touch& seen) {
    seen(section.name());
    seen(section.contents());
    if (auto const symbols = elf::symbols(file, section); seen(symbols)) {
        auto const versions = elf::versions(file, *symbols);
        for (auto const symbol : *symbols) {
            seen(symbol.name());
            seen(symbol.value() + symbol.size() + symbol.has_name("count"));
            if (auto const lies_in = symbol.section()) REQUIRE(*lies_in < file.section_count());
            if (versions) seen(versions->of(symbol.index()).name);
        }
    }
    if (auto const relocations = elf::relocations(file, section); seen(relocations))
        for (auto const one : *relocations) seen(one.offset + one.symbol);
    if (auto const notes = elf::notes(file, section); seen(notes))
        for (auto const note : *notes) {
            seen(note.owner);
            seen(note.descriptor);
        }
}

void read_probes(elf::view const& file, touch& seen) {
    std::uint64_t offsets[3];
    if (auto const found = bpfxx::probe::find_function(file, "count"); seen(found)) {
        REQUIRE(found->offset < file.bytes().size());
        seen(found->name);
    }
    if (auto const found = bpfxx::probe::find_functions(file, "[a-z]*", offsets); seen(found)) seen(found->stored);
    auto const probes = bpfxx::probe::static_probes(file);
    if (!seen(probes)) return;
    std::size_t count = 0;
    for (auto const site : *probes) {
        ++count;
        REQUIRE(site.offset < file.bytes().size());
        REQUIRE(site.semaphore < file.bytes().size());
        seen(site.provider);
        seen(site.name);
        for (std::size_t i = 0; i != site.argument_count(); ++i) seen(site.argument(i).text);
    }
    REQUIRE(count == probes->size());
}

/// Reads everything there is, and says whether the file was taken.
bool read_whole(std::string_view text) {
    touch seen{.file = text};
    auto const parsed = elf::view::parse(text);
    if (!seen(parsed)) return false;
    for (auto const section : parsed->sections()) read_section(*parsed, section, seen);
    for (auto const segment : parsed->segments()) seen(segment.file_offset() + segment.memory_size());
    for (std::uint64_t const address : {0x1000u, 0x2000u, 0x2008u}) seen(parsed->file_offset(address).value_or(0));
    read_probes(*parsed, seen);
    [[maybe_unused]] std::uint64_t const volatile kept = seen.sum;
    return true;
}

/// Has one of everything.
std::string sample(std::endian order) {
    image made{.order = order};
    made.add({".text", elf::section_type::progbits, std::string(32, 'c'), 0, 0, 0, 0x1000});
    add_symbols(made, {{"count", 0x1000, 8}, {"other", 0x1010, 8}});
    auto const exported = add_symbols(made, {{"count", 0x1000, 8}}, true);
    bytes indices{order}, definitions{order}, relocations{order};
    indices.put(std::uint16_t{0}).put(std::uint16_t{2});
    for (unsigned const half : {1u, 0u, 2u, 1u}) definitions.put(static_cast<std::uint16_t>(half));
    definitions.put(std::uint32_t{0}).put(std::uint32_t{20}).put(std::uint32_t{0}).put(std::uint32_t{1});
    definitions.put(std::uint32_t{0});
    relocations.put(std::uint64_t{4}).put(std::uint64_t{1} << 32 | 1).put(std::uint64_t{9});
    made.add({".gnu.version", elf::section_type::gnu_versym, indices.data(), exported, 0, 2});
    made.add({".gnu.version_d", elf::section_type::gnu_verdef, definitions.data(), exported - 1});
    made.add({".rela", elf::section_type::rela, relocations.data(), exported, 1, 24});
    auto const probes = probe_notes(
        order, {{0x1004, 0x1020, 0x2000, "p", "one", "-4@%eax 8@-8(%rbp) 4@$5"}, {0x1008, 0x1020, 0, "p", "two", ""}});
    made.add({".note.stapsdt", elf::section_type::note, probes, 0, 0, 0, 0, 4});
    made.add({".stapsdt.base", elf::section_type::progbits, "b", 0, 0, 0, 0x1020});
    made.segments = {{64 + 2 * 56, 0x1000, 0x40, 0x40}, {0x200, 0x2000, 8, 16, 6}};
    return made.finish().data();
}

TEST_CASE("elf hostile: a file cut off anywhere is refused, as its section headers stand last") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        auto const whole = sample(order);
        REQUIRE(read_whole(exact_copy{whole}.text()));
        for (std::size_t size = 0; size != whole.size(); ++size) {
            CAPTURE(size);
            CHECK_FALSE(read_whole(exact_copy{std::string_view{whole}.substr(0, size)}.text()));
        }
    }
    // Here the symbols and strings stand first, and yet nothing is read that is not there.
    for (std::size_t size = 0; size != sizeof small_object; ++size) read_whole(exact_copy{{small_object, size}}.text());
}

TEST_CASE("elf hostile: every byte with every bit turned") {
    for (std::endian const order : {std::endian::little, std::endian::big}) {
        exact_copy file{sample(order)};
        for (std::size_t at = 0; at != file.text().size(); ++at) {
            for (unsigned bit = 0; bit != 8; ++bit) {
                file[at] = static_cast<char>(file[at] ^ (1 << bit));
                read_whole(file.text());
                file[at] = static_cast<char>(file[at] ^ (1 << bit));
            }
        }
    }
}

TEST_CASE("elf hostile: many bytes and numbers changed at once") {
    std::mt19937 random{7};
    std::string const wholes[] = {
        sample(std::endian::little), sample(std::endian::big), {small_object, sizeof small_object}};
    std::uint64_t const interesting[] = {0, 1, 0x7f, 0xff, 0xffff, 0x7fff'ffff, 0xffff'ffff, ~std::uint64_t{0}};
    int taken = 0;
    for (int round = 0; round != 20'000; ++round) {
        std::string const& whole = wholes[random() % 3];
        exact_copy file{whole};
        for (auto changes = random() % 4 + 1; changes != 0; --changes) {
            // Headers matter most, at the start and at the end.
            std::size_t at = random() % whole.size();
            if (random() % 2 == 0) at = random() % 2 == 0 ? at % 64 : whole.size() - 1 - at % (64 * 8);
            std::uint64_t const value = random() % 2 == 0 ? interesting[random() % 8] : random();
            std::size_t const width = std::size_t{1} << random() % 4;
            for (std::size_t i = 0; i != width && at + i < whole.size(); ++i)
                file[at + i] = static_cast<char>(value >> 8 * i);
        }
        taken += read_whole(file.text());
    }
    CHECK(taken > 1000);
    CHECK(taken < 19'000);
}

// ---- the list of libraries ----

std::string sample_cache() {
    bytes made{std::endian::native};
    std::string const texts{"libc.so.6\0/lib/libc.so.6\0libm.so.6\0/lib/libm.so.6\0", 50};
    std::uint32_t const start = 48 + 2 * 24;
    made.text("glibc-ld.so.cache1.1").put(std::uint32_t{2}).put(std::uint32_t{50}).zeroes(20);
    for (std::uint32_t i : {0u, 1u}) {
        made.put(std::uint32_t{0x303}).put(start + i * 25).put(start + 10 + i * 25).put(std::uint32_t{0});
        made.put(std::uint64_t{0});
    }
    return made.text(texts).data();
}

void read_cache(std::string_view text) {
    auto const cache = bpfxx::probe::library_cache::parse(text);
    if (!cache) return;
    for (std::string_view name : {"c", "libm.so.6", "none"})
        if (auto const path = cache->find(name)) REQUIRE(path->data() + path->size() <= text.data() + text.size());
}

TEST_CASE("elf hostile: lists of libraries that are cut off or changed") {
    auto const whole = sample_cache();
    for (std::size_t size = 0; size <= whole.size(); ++size)
        read_cache(exact_copy{std::string_view{whole}.substr(0, size)}.text());
    std::mt19937 random{11};
    for (int round = 0; round != 20'000; ++round) {
        exact_copy file{(round % 2 == 0 ? std::string{} : std::string{"ld.so-1.7.0\0\0\0\0\0", 16}) + whole};
        for (int i = 0; i != 3; ++i) file[random() % whole.size()] = static_cast<char>(random());
        read_cache(file.text());
    }
}

} // namespace

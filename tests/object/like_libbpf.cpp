// SPDX-License-Identifier: BSL-1.0
// Every object is loaded here and by libbpf: maps, programs as loaded by the kernel, types and their records are the same.

#include <bpfxx/object/load.hpp>
#include <bpfxx/object/map_definition.hpp>
#include <bpfxx/object/opened.hpp>
#include <bpfxx/sys/file_bytes.hpp>

#include "kernel/support/skip.hpp"
#include "peer/libbpf.hpp"
#include "peer/newer_sections.hpp"

#include <doctest/doctest.h>

#include <bpf/bpf.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bpfxx;

std::string const directory = BPFXX_TESTS "/object";

/// What libbpf calls a map.
std::string name_of(object::map_definition const& map, std::string_view object) {
    if (!map.is_data() || map.name.find('.', 1) != map.name.npos) return std::string{map.name};
    return std::string{object::kernel_name(map, object).view()};
}

/// An object that this library loads, as one, or each program of it alone where it is refused as one.
class by_bpfxx {
  public:
    by_bpfxx(std::string const& path, peer::how_to_load const& how) {
        object_.name = path.substr(path.rfind('/') + 1);
        auto bytes = sys::file_bytes::open(path.c_str());
        REQUIRE(bytes);
        bytes_.emplace(*std::move(bytes));
        if (!how.target.empty()) target_ = std::make_unique<by_bpfxx>(how.target, peer::how_to_load{});
        auto const read = opened_.read(bytes_->view(), object::name_of_file(path));
        if (!read) {
            object_.refused = static_cast<int>(read.error().failure.code);
            return;
        }
        describe_programs();
        set(how);
        load_all();
    }

    [[nodiscard]] peer::loaded_object const& object() const { return object_; }

    ~by_bpfxx() {
        if (object_.btf_fd >= 0) ::close(object_.btf_fd);
    }
    by_bpfxx(by_bpfxx const&) = delete;
    by_bpfxx& operator=(by_bpfxx const&) = delete;

    [[nodiscard]] int first_program() const { return loads_.front()->programs.front().program().raw(); }

  private:
    struct one_load {
        std::vector<object::loaded_map> maps;
        std::vector<object::loaded_program> programs;
    };

    void describe_programs() {
        for (auto const& one : opened_.plan().programs) {
            auto const* const newer = one.section ? nullptr : peer::newer(std::string{one.section_text}.c_str());
            peer::loaded_program made;
            made.name = one.name;
            made.section = one.section_text.starts_with('?') ? one.section_text.substr(1) : one.section_text;
            if (one.section) made.type = static_cast<std::uint32_t>(one.section->type);
            if (one.section) made.expected_attach_type = static_cast<std::uint32_t>(one.section->attach_type);
            if (newer != nullptr) made.type = newer->type;
            made.asked = one.autoload();
            object_.programs.push_back(made);
        }
    }

    void set(peer::how_to_load const& how) {
        pins_ = how.pins;
        auto const& plan = opened_.plan();
        maps_.resize(plan.maps.size());
        programs_.resize(plan.programs.size());
        for (std::size_t at = 0; at != maps_.size(); ++at) size(plan.maps[at], maps_[at]);
        for (std::size_t at = 0; at != programs_.size(); ++at) {
            auto const& one = plan.programs[at];
            if (how.asks_for_all) programs_[at].loaded = object_.programs[at].asked = true;
            if (target_ == nullptr || !one.section || !one.section->target) continue;
            bool const traces =
                one.section->hook == object::hook::function || one.section->hook == object::hook::extension;
            if (traces) programs_[at].target_program = fd_ref<kind::program>::from_raw(target_->first_program());
        }
    }

    void size(object::map_definition const& map, object::map_settings& into) {
        peer::sizes const defined{map.max_entries, map.value_size, map.map_extra};
        auto const wanted = peer::as_user_code_sets(static_cast<std::uint32_t>(map.type), defined);
        if (wanted.max_entries != defined.max_entries) into.max_entries = wanted.max_entries;
        if (wanted.value_size != defined.value_size) into.value_size = wanted.value_size;
        if (wanted.extra != defined.extra) into.map_extra = wanted.extra;
        bool const of_maps = map.type == map_type::array_of_maps || map.type == map_type::hash_of_maps;
        if (!of_maps || map.inner) return;
        inner_ = ::bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", 4, 4, 1, nullptr);
        into.inner_map = fd_ref<kind::map>::from_raw(inner_);
    }

    int load() {
        auto made = std::make_unique<one_load>();
        made->maps.resize(maps_.size());
        made->programs.resize(programs_.size());
        object::settings how{.maps = maps_, .programs = programs_};
        if (!pins_.empty()) how.pin_directory = pins_;
        auto const loaded = object::load(opened_.plan(), how, {made->maps, made->programs});
        if (!loaded) {
            char text[512];
            MESSAGE(object_.name << ": " << std::string{loaded.error().describe(text)});
            return loaded.error().failure.code == errc::malformed_file ? EINVAL
                                                                       : static_cast<int>(loaded.error().failure.code);
        }
        loads_.push_back(std::move(made));
        return 0;
    }

    void load_all() {
        int const refused = load();
        if (refused == 0) {
            for (std::size_t at = 0; at != programs_.size(); ++at)
                if (object_.programs[at].asked) note(at);
        } else {
            each_alone(refused);
        }
        if (loads_.empty()) {
            list(std::vector<object::loaded_map>(maps_.size()), object_.maps);
            return;
        }
        list(loads_.front()->maps, object_.maps);
        for (auto const& each : loads_)
            if (refused != 0) list(each->maps, object_.twins);
        object_.btf_fd = types_of_first();
    }

    void each_alone(int refused) {
        bool any = false;
        for (std::size_t at = 0; at != programs_.size(); ++at) {
            if (!object_.programs[at].asked) continue;
            for (std::size_t other = 0; other != programs_.size(); ++other) programs_[other].loaded = other == at;
            int const error = load();
            any = any || error == 0;
            if (error == 0)
                note(at);
            else
                object_.programs[at].refused = error;
        }
        if (!any) object_.refused = refused;
    }

    void note(std::size_t at) { object_.programs[at].fd = loads_.back()->programs[at].program().raw(); }

    void list(std::vector<object::loaded_map> const& from, std::vector<peer::loaded_map>& into) {
        auto const& plan = opened_.plan();
        for (std::size_t at = 0; at != from.size(); ++at)
            into.push_back({name_of(plan.maps[at], plan.name), from[at].map() ? from[at].map().raw() : -1});
    }

    [[nodiscard]] int types_of_first() const {
        for (auto const& one : object_.programs) {
            if (one.fd < 0) continue;
            auto const asked = peer::ask_program(one.fd);
            if (asked && asked->info.btf_id != 0) return ::bpf_btf_get_fd_by_id(asked->info.btf_id);
        }
        return -1;
    }

    std::optional<sys::file_bytes> bytes_;
    object::opened opened_;
    std::unique_ptr<by_bpfxx> target_;
    std::vector<object::map_settings> maps_;
    std::vector<object::program_settings> programs_;
    std::string pins_;
    int inner_ = 0;
    std::vector<std::unique_ptr<one_load>> loads_;
    peer::loaded_object object_;
};

/// How the instructions were before the kernel took them is told by other tests.
peer::loaded_object comparable(peer::loaded_object object, bool has_types) {
    for (auto& program : object.programs) {
        program.instructions.clear();
        program.expected_attach_type = 0;
        program.refused = program.refused == 0 ? 0 : 1;
    }
    object.refused = object.refused == 0 ? 0 : 1;
    if (!has_types) object.btf_fd = -1;
    return object;
}

/// Tags are hashes of the instructions as they were given, without the descriptors of maps; numbers in fd_array stay in.
std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> made;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
        if (auto const tag = line.find(" tag="); tag != line.npos) line.erase(tag, 21);
        made.push_back(line);
    }
    return made;
}

/// The first lines that differ, where any do.
std::string difference(std::string const& ours, std::string const& theirs) {
    auto const left = lines_of(ours), right = lines_of(theirs);
    std::string text;
    unsigned count = 0;
    for (std::size_t at = 0; at < std::max(left.size(), right.size()) && count != 6; ++at) {
        std::string const one = at < left.size() ? left[at] : "(nothing)";
        std::string const other = at < right.size() ? right[at] : "(nothing)";
        if (one == other) continue;
        text += "\n  here:   " + one + "\n  libbpf: " + other;
        ++count;
    }
    return text;
}

std::string names_of_loaded(peer::loaded_object const& object, std::size_t& count) {
    std::string names;
    for (auto const& one : object.programs) {
        if (one.fd < 0) continue;
        names += " " + one.name;
        ++count;
    }
    return names;
}

void compare(std::string const& name, peer::how_to_load const& how = {}, std::string const& path_of_name = {}) {
    CAPTURE(name);
    std::string const path = path_of_name.empty() ? directory + "/" + name : path_of_name;
    by_bpfxx const ours{path, how};
    peer::by_libbpf const theirs{path, how};
    bool const types = ours.object().btf_fd >= 0;
    auto const left = peer::text(comparable(ours.object(), types));
    auto const right = peer::text(comparable(theirs.object(), types));
    auto const differs = difference(left, right);
    CHECK_MESSAGE(differs.empty(), name << differs);
}

/// What libbpf 1.1 does not know: arenas, callbacks for what is thrown, tables of jumps, sizes of inner maps, links of
/// structs, whether this kernel wraps its system calls (where it may not try); and static maps and programs, which it
/// refuses.
bool is_better_here(std::string const& name) {
    for (auto const* const one :
         {"arena.bpf.o", "struct_ops_link.bpf.o", "kconfig.bpf.o", "probes.bpf.o", "static_map.bpf.o",
          "static_program.bpf.o", "pinned.bpf.o", "exceptions.bpf.o", "jump_table.bpf.o", "inner_sizes.bpf.o"})
        if (name == one) return true;
    return false;
}

} // namespace

TEST_CASE("what libbpf loads is loaded the same") {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator{directory}) {
        std::string const name = entry.path().filename().string();
        if (name.ends_with(".bpf.o")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    REQUIRE(names.size() > 40);
    for (auto const& name : names) {
        if (is_better_here(name)) continue;
        peer::how_to_load how;
        if (name == "replacement.bpf.o") how.target = directory + "/replaced.bpf.o";
        compare(name, how);
    }
}

// Objects of others, such as those of Debian's libbpf-tools, which strangers.py writes to a folder.
TEST_CASE("what libbpf loads of strangers is loaded too") {
    char const* const folder = std::getenv("BPFXX_STRANGERS");
    if (folder == nullptr) return support::skip("no strangers: BPFXX_STRANGERS names no folder with objects");
    std::vector<std::filesystem::path> paths;
    for (auto const& entry : std::filesystem::directory_iterator{folder})
        if (entry.path().extension() == ".o") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    REQUIRE(!paths.empty());
    std::size_t ours_all = 0, theirs_all = 0, asked = 0;
    for (auto const& path : paths) {
        std::size_t ours_loaded = 0, theirs_loaded = 0;
        {
            by_bpfxx const ours{path, {}};
            peer::by_libbpf const theirs{path, {}};
            std::string const missing = names_of_loaded(theirs.object(), theirs_loaded);
            std::string const had = names_of_loaded(ours.object(), ours_loaded);
            for (auto const& one : ours.object().programs) asked += one.asked;
            CHECK_MESSAGE(ours_loaded >= theirs_loaded, path.filename().string()
                                                            << "\n  here:  " << had << "\n  libbpf:" << missing);
            std::printf("%-28s %3zu of %3zu programs, libbpf %3zu\n", path.filename().c_str(), ours_loaded,
                        ours.object().programs.size(), theirs_loaded);
        }
        compare(path.filename().string(), {}, path.string());
        ours_all += ours_loaded;
        theirs_all += theirs_loaded;
    }
    std::printf("%zu objects: %zu of %zu programs, libbpf %zu\n", paths.size(), ours_all, asked, theirs_all);
}

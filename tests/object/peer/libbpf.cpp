#include "libbpf.hpp"
#include "newer_sections.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstdarg>
#include <set>
#include <string_view>
#include <utility>

namespace peer {

namespace {

constexpr std::uint32_t arena = 33; // Linux 6.9

struct closes_object {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using object_owner = std::unique_ptr<bpf_object, closes_object>;

int speak(libbpf_print_level, char const* pattern, va_list values) { return std::vfprintf(stderr, pattern, values); }

// Whether max_entries has a meaning, for a kind whose definition may leave it out.
bool needs_entries(std::uint32_t type) {
    std::set<std::uint32_t> const needless{BPF_MAP_TYPE_CGROUP_STORAGE, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
                                           BPF_MAP_TYPE_SK_STORAGE,     BPF_MAP_TYPE_INODE_STORAGE,
                                           BPF_MAP_TYPE_TASK_STORAGE,   32 /* cgrp_storage */,
                                           BPF_MAP_TYPE_STRUCT_OPS,     BPF_MAP_TYPE_PERF_EVENT_ARRAY};
    return !needless.contains(type);
}

bool is_ring(std::uint32_t type) { return type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF; }

bool is_of_maps(std::uint32_t type) { return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS; }

// Targets of freplace, fentry and fexit programs: functions of programs that another object has loaded.
struct targets {
    object_owner object;
    int fd = -1;

    explicit targets(std::string const& path) {
        if (path.empty()) return;
        object.reset(bpf_object__open(path.c_str()));
        if (!object || bpf_object__load(object.get()) != 0) return;
        fd = bpf_program__fd(bpf_object__next_program(object.get(), nullptr));
    }

    void offer(bpf_program* program) const {
        std::string_view const section = bpf_program__section_name(program);
        auto const slash = section.find('/');
        bool const traces = section.find("fentry") < 2 || section.find("fexit") < 2 || section.find("freplace") < 2;
        if (fd < 0 || !traces || slash == section.npos) return;
        bpf_program__set_attach_target(program, fd, section.substr(slash + 1).data());
    }
};

void size(bpf_map* map) {
    auto const type = static_cast<std::uint32_t>(bpf_map__type(map));
    sizes const defined{bpf_map__max_entries(map), bpf_map__value_size(map), bpf_map__map_extra(map)};
    auto const wanted = as_user_code_sets(type, defined);
    if (wanted.max_entries != defined.max_entries) bpf_map__set_max_entries(map, wanted.max_entries);
    if (wanted.value_size != defined.value_size) bpf_map__set_value_size(map, wanted.value_size);
    if (wanted.extra != defined.extra) bpf_map__set_map_extra(map, wanted.extra);
    if (is_of_maps(type) && bpf_map__inner_map(map) == nullptr)
        bpf_map__set_inner_map_fd(map, bpf_map_create(BPF_MAP_TYPE_ARRAY, "inner", 4, 4, 1, nullptr));
}

void give_newer_type(bpf_program* program) {
    auto const* const known = newer(bpf_program__section_name(program));
    if (known == nullptr || bpf_program__type(program) != BPF_PROG_TYPE_UNSPEC) return;
    bpf_program__set_type(program, static_cast<bpf_prog_type>(known->type));
    bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(known->expected_attach_type));
    if (known->sleepable) bpf_program__set_flags(program, bpf_program__flags(program) | BPF_F_SLEEPABLE);
}

object_owner open(std::string const& path, targets const& targets, how_to_load const& how) {
    bpf_object_open_opts options{};
    options.sz = sizeof options;
    options.pin_root_path = how.pins.empty() ? nullptr : how.pins.c_str();
    object_owner object(bpf_object__open_file(path.c_str(), &options));
    if (!object) return object;
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object.get()) size(map);
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object.get()) {
        targets.offer(program);
        give_newer_type(program);
        if (how.asks_for_all) bpf_program__set_autoload(program, true);
    }
    return object;
}

loaded_program described(bpf_program const* program) {
    return {
        .name = bpf_program__name(program),
        .section = bpf_program__section_name(program),
        .type = static_cast<std::uint32_t>(bpf_program__type(program)),
        .expected_attach_type = static_cast<std::uint32_t>(bpf_program__expected_attach_type(program)),
        .asked = bpf_program__autoload(program),
        .instructions = {},
    };
}

void note(loaded_program& into, bpf_program const* program, int refused) {
    into.fd = bpf_program__fd(program);
    if (into.fd < 0) {
        into.fd = -1;
        into.refused = refused;
        return;
    }
    auto const* const first = bpf_program__insns(program);
    into.instructions.assign(first, first + bpf_program__insn_cnt(program));
}

void list_maps(bpf_object const* object, std::vector<loaded_map>& into) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) into.push_back({bpf_map__name(map), bpf_map__fd(map)});
}

std::string base_name(std::string const& path) { return path.substr(path.rfind('/') + 1); }

} // namespace

sizes as_user_code_sets(std::uint32_t map_type, sizes defined) {
    auto wanted = defined;
    if (wanted.max_entries == 0 && needs_entries(map_type)) wanted.max_entries = is_ring(map_type) ? 4096 : 16;
    if (wanted.value_size == 0 && map_type == BPF_MAP_TYPE_STACK_TRACE) wanted.value_size = 127 * 8;
    if (wanted.extra == 0 && map_type == arena) wanted.extra = std::uint64_t{1} << 44;
    return wanted;
}

struct by_libbpf::state {
    targets const targets_;
    std::vector<object_owner> owners;
    loaded_object object;
    bool whole = false;

    state(std::string const& path, how_to_load const& how) : targets_(how.target) {
        object.name = base_name(path);
        owners.push_back(open(path, targets_, how));
        auto* const first = owners.front().get();
        if (first == nullptr) {
            object.refused = errno;
            return;
        }
        bpf_program* program = nullptr;
        bpf_object__for_each_program(program, first) object.programs.push_back(described(program));
        auto const refused = -bpf_object__load(first);
        whole = refused == 0;
        if (!whole) each_alone(path, how, refused);
        note_maps(refused);
    }

    // What the whole was refused for stands where a program alone is not refused for a reason of its own.
    void each_alone(std::string const& path, how_to_load const& how, int refused) {
        bool any = false;
        for (std::size_t at = 0; at != object.programs.size(); ++at) {
            if (!object.programs[at].asked) continue;
            auto alone = open(path, targets_, how);
            std::size_t other = 0;
            bpf_program* program = nullptr;
            bpf_program* wanted = nullptr;
            bpf_object__for_each_program(program, alone.get()) {
                bpf_program__set_autoload(program, other == at);
                if (other++ == at) wanted = program;
            }
            auto const error = -bpf_object__load(alone.get());
            note(object.programs[at], wanted, error);
            if (error == 0 && !any) std::swap(owners.front(), alone); // its maps are the ones that are told of
            any |= error == 0;
            if (!alone) continue;
            list_maps(alone.get(), object.twins);
            owners.push_back(std::move(alone));
        }
        if (!any) object.refused = refused;
    }

    void note_maps(int refused) {
        auto* const first = owners.front().get();
        object.btf_fd = bpf_object__btf_fd(first);
        list_maps(first, object.maps);
        if (!whole) return;
        std::size_t at = 0;
        bpf_program* program = nullptr;
        bpf_object__for_each_program(program, first) {
            if (object.programs[at].asked) note(object.programs[at], program, refused);
            ++at;
        }
    }
};

by_libbpf::by_libbpf(std::string const& path, how_to_load const& how) {
    libbpf_set_print(how.log ? speak : nullptr);
    state_ = std::make_unique<state>(path, how);
}
by_libbpf::by_libbpf(by_libbpf&&) noexcept = default;
by_libbpf::~by_libbpf() = default;

loaded_object const& by_libbpf::object() const { return state_->object; }
bool by_libbpf::whole() const { return state_->whole; }

} // namespace peer

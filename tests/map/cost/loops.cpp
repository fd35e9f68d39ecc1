#include "map/cost/loops.hpp"

#include <bpfxx/map/hash.hpp>

#include <asm/unistd.h>
#include <cerrno>

#ifdef COST_WITH_LIBBPF
#    include <bpf/bpf.h>
#endif

namespace {

enum class amount : std::uint64_t {};

std::uint64_t number(amount value) { return static_cast<std::uint64_t>(value); }

} // namespace

namespace cost {

struct map::content {
    bpfxx::hash_map<std::uint32_t, amount> view;
};

map::map(std::uint32_t max_entries)
    : content_{new content{bpfxx::hash_map<std::uint32_t, amount>::create({.max_entries = max_entries}).value()}} {}

map::~map() = default;

void map::fill() {
    for (std::uint32_t key = 0; key < content_->view.max_entries(); ++key)
        content_->view.update(key, amount{1}).value();
}

std::uint64_t look_up_nothing(map::content const&, key_list const& keys) {
    for (auto const& key : keys) asm volatile("" : : "r"(&key) : "memory");
    return 0;
}

std::uint64_t look_up_by_bpfxx(map::content const& map, key_list const& keys) {
    std::uint64_t sum = 0;
    for (auto const& key : keys) {
        auto const found = map.view.lookup(key);
        if (!found) return failed;
        if (*found) sum += number(**found);
    }
    return sum;
}

std::uint64_t look_up_into_by_bpfxx(map::content const& map, key_list const& keys) {
    std::uint64_t sum = 0;
    for (auto const& key : keys) {
        amount value;
        auto const found = map.view.lookup(key, value);
        if (!found) return failed;
        if (*found) sum += number(value);
    }
    return sum;
}

std::uint64_t contains_by_bpfxx(map::content const& map, key_list const& keys) {
    std::uint64_t hits = 0;
    for (auto const& key : keys) {
        auto const found = map.view.contains(key);
        if (!found) return failed;
        if (*found) ++hits;
    }
    return hits;
}

std::uint64_t walk_by_entries(map::content const& map, key_list const&) {
    std::uint64_t sum = 0;
    for (auto const& [key, value] : map.view.entries()) sum += key + number(value);
    return sum;
}

std::uint64_t walk_by_for_each(map::content const& map, key_list const&) {
    std::uint64_t sum = 0;
    auto const walked = map.view.for_each([&](std::uint32_t key, amount value) { sum += key + number(value); });
    return walked ? sum : failed;
}

#ifdef COST_WITH_LIBBPF

std::uint64_t look_up_by_libbpf(map::content const& map, key_list const& keys) {
    int const fd = map.view.fd().raw();
    std::uint64_t sum = 0;
    for (auto const& key : keys) {
        std::uint64_t value;
        int const answer = bpf_map_lookup_elem(fd, &key, &value);
        if (answer == 0)
            sum += value;
        else if (answer != -ENOENT)
            return failed;
    }
    return sum;
}

#endif

#ifdef __x86_64__

namespace {

struct attribute {
    std::uint32_t map_fd;
    std::uint32_t zero;
    std::uint64_t key;
    std::uint64_t value;
};

struct batch_attribute {
    std::uint64_t in_batch;
    std::uint64_t out_batch;
    std::uint64_t keys;
    std::uint64_t values;
    std::uint32_t count;
    std::uint32_t map_fd;
};

template <class T>
std::uint64_t address(T* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer);
}

template <class Attribute>
long enter(long command, Attribute& attr) {
    long answer;
    asm volatile("syscall"
                 : "=a"(answer)
                 : "a"(__NR_bpf), "D"(command), "S"(&attr), "d"(sizeof attr)
                 : "rcx", "r11", "memory");
    return answer;
}

} // namespace

std::uint64_t look_up_by_hand(map::content const& map, key_list const& keys) {
    constexpr long map_lookup_elem = 1;
    auto const fd = static_cast<std::uint32_t>(map.view.fd().raw());
    std::uint64_t sum = 0;
    for (auto const& key : keys) {
        std::uint64_t value;
        attribute attr{fd, 0, address(&key), address(&value)};
        long const answer = enter(map_lookup_elem, attr);
        if (answer == 0)
            sum += value;
        else if (answer != -ENOENT)
            return failed;
    }
    return sum;
}

std::uint64_t walk_by_hand(map::content const& map, key_list const&) {
    constexpr long map_lookup_batch = 24;
    constexpr std::uint32_t room = bpfxx::default_batch<std::uint32_t, amount>;
    auto const fd = static_cast<std::uint32_t>(map.view.fd().raw());
    std::uint32_t keys[room];
    std::uint64_t values[room];
    std::uint32_t position = 0;
    std::uint64_t sum = 0;
    for (std::uint64_t in = 0;; in = address(&position)) {
        batch_attribute attr{in, address(&position), address(keys), address(values), room, fd};
        long const answer = enter(map_lookup_batch, attr);
        if (answer != 0 && answer != -ENOENT) return failed;
        for (std::uint32_t i = 0; i < attr.count; ++i) sum += keys[i] + values[i];
        if (answer != 0) return sum;
    }
}

[[gnu::naked]] std::uint64_t three_instructions(map::content const&, key_list const&) {
    asm("movl $110, %eax\n\t" // getppid: a system call counts as the one instruction that it is
        "syscall\n\t"
        "ret");
}

#endif

} // namespace cost

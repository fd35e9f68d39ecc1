#include "sys/attr_proof.hpp"

#include <cstdio>

namespace sys_test {

void check_map_attributes();
void check_program_attributes();
void check_link_attributes();
void check_object_attributes();

} // namespace sys_test

TEST_CASE("every command passes its own bytes and nothing else, once, and gives back what its type says") {
    sys_test::check_map_attributes();
    sys_test::check_program_attributes();
    sys_test::check_link_attributes();
    sys_test::check_object_attributes();

    for (std::uint32_t number = 0; number != bpfxx::command_count; ++number) {
        bool const seen = sys_test::commands_seen.contains(number);
        std::printf("%2u  %-32s %s\n", number, name(bpfxx::command{number}).data(), seen ? "seen" : "MISSING");
    }
    std::printf("%zu of %u commands, in %zu forms\n", sys_test::commands_seen.size(), bpfxx::command_count,
                sys_test::structs_checked);
    CHECK(sys_test::commands_seen.size() == bpfxx::command_count);
    CHECK(*sys_test::commands_seen.rbegin() == bpfxx::command_count - 1);
}

TEST_CASE("allocations would be noticed") {
    auto const before = sys_test::allocations();
    auto* const volatile number = new int{7};
    auto const after = sys_test::allocations();
    delete number;
    CHECK(after > before);

    auto const before_malloc = sys_test::allocations();
    void* const volatile memory = std::malloc(7);
    auto const after_malloc = sys_test::allocations();
    std::free(memory);
    CHECK((after_malloc > before_malloc) == sys_test::counts_malloc());
}

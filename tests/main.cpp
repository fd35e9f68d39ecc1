// The one `main` of all test executables, compiled once for each of the lists in tests/meson.build.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "kernel/support/leaks.hpp"
#include "kernel/support/skip.hpp"

#ifdef BPFXX_TESTS_USE_FAKE
#    include "fake/kernel.hpp"
#endif

REGISTER_LISTENER("leaks", 1, support::leak_listener);

namespace {

/// Why nothing of this executable can run here, or nullptr.
[[nodiscard]] char const* obstacle() {
#if defined(BPFXX_TESTS_USE_KERNEL)
    return support::bpf_is_denied();
#elif defined(BPFXX_TESTS_USE_FAKE)
    return fake::unavailable();
#else
    return nullptr;
#endif
}

constexpr bool ci_must_have_it =
#ifdef BPFXX_TESTS_USE_KERNEL
    true;
#else
    false;
#endif

} // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (auto const* reason = obstacle())
        return support::skip_all(reason, ci_must_have_it && support::kernel_is_required());

    doctest::Context context{argc, argv};
    int const failed = context.run();
    if (context.shouldExit()) return failed;

    using support::tally;
    if (tally::leaked > 0) std::printf("%d test case(s) changed the set of open descriptors\n", tally::leaked);
    if (failed != 0 || tally::leaked > 0) return EXIT_FAILURE;
    if (tally::run == 0) {
        std::printf("no test case ran\n");
        return EXIT_FAILURE;
    }
    return tally::skipped == tally::run ? support::exit_skipped : EXIT_SUCCESS;
}

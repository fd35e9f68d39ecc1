// What `.value()` on a failure does where exceptions are off: it prints the sentence and aborts. Where they are on, in
// another translation unit of the same program, it throws.
#include <bpfxx/result.hpp>

#include "../ending.hpp"

#include <cstdio>
#include <cstring>

void value_without_exceptions();
void nothing_without_exceptions();
int good_value_without_exceptions();

namespace {

int failures = 0;

void check(bool holds, char const* what) {
    std::printf("%s: %s\n", holds ? "ok" : "FAILED", what);
    failures += holds ? 0 : 1;
}

bool throws_with_exceptions() {
    bpfxx::result<int> const failed{bpfxx::error{bpfxx::errc::enotsupp, bpfxx::command::map_freeze}};
    try {
        static_cast<void>(failed.value());
    } catch (bpfxx::bpf_error const& caught) {
        return std::strcmp(caught.what(),
                           "BPF_MAP_FREEZE: ENOTSUPP (operation not supported by this kind of object)") == 0;
    }
    return false;
}

} // namespace

int main() {
    check(good_value_without_exceptions() == 7, "a value is a value");
    check(throws_with_exceptions(), "where exceptions are on, it throws");

    auto const value = ground_test::end_of(value_without_exceptions);
    check(value.said == "BPF_MAP_FREEZE: ENOTSUPP (operation not supported by this kind of object)\n", "it says why");
    check(value.aborted(), "it aborts");

    auto const nothing = ground_test::end_of(nothing_without_exceptions);
    check(nothing.said == "BPF_LINK_DETACH: unknown error 4095 (no name is known for this number)\n",
          "a result of nothing says why");
    check(nothing.aborted(), "a result of nothing aborts");
    return failures == 0 ? 0 : 1;
}

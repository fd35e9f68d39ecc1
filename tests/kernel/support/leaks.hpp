#pragma once
// Around every test case of an executable: the descriptors open before are the descriptors open after. doctest has
// counted a case's failures before its listeners hear of its end, so a leak is counted here and `main` fails by it.

#include "kernel/support/skip.hpp"

#include <doctest/doctest.h>

#include <dirent.h>
#include <map>
#include <string>

namespace support {

using open_descriptors = std::map<int, std::string>; // number, and what /proc says it is

inline open_descriptors descriptors() {
    open_descriptors found;
    DIR* const directory = opendir("/proc/self/fd");
    if (directory == nullptr) return found;
    while (dirent const* entry = readdir(directory)) {
        if (entry->d_name[0] == '.') continue;
        int const number = std::atoi(entry->d_name);
        if (number == dirfd(directory)) continue;
        char target[256];
        auto const length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target);
        found.emplace(number, std::string(target, length > 0 ? static_cast<std::size_t>(length) : 0));
    }
    closedir(directory);
    return found;
}

/// Prints what is in one and not in the other; the number of such descriptors.
inline int report(open_descriptors const& these, open_descriptors const& others, char const* what, char const* test) {
    int differences = 0;
    for (auto const& [number, target] : these) {
        auto const same = others.find(number);
        if (same != others.end() && same->second == target) continue;
        std::printf("%s: descriptor %d (%s) %s\n", test, number, target.c_str(), what);
        ++differences;
    }
    return differences;
}

struct leak_listener : doctest::IReporter {
    open_descriptors before;
    char const* name = "";

    explicit leak_listener(doctest::ContextOptions const&) {}

    void test_case_start(doctest::TestCaseData const& test) override {
        name = test.m_name;
        tally::current_skips = false;
        before = descriptors();
    }
    void test_case_end(doctest::CurrentTestCaseStats const&) override {
        ++tally::run;
        tally::skipped += tally::current_skips ? 1 : 0;
        auto const after = descriptors();
        int const differences = report(after, before, "was left open (a leak)", name) +
                                report(before, after, "was closed, though it was not the test's", name);
        tally::leaked += differences > 0 ? 1 : 0;
    }

    void report_query(doctest::QueryData const&) override {}
    void test_run_start() override {}
    void test_run_end(doctest::TestRunStats const&) override {}
    void test_case_reenter(doctest::TestCaseData const&) override {}
    void test_case_exception(doctest::TestCaseException const&) override {}
    void subcase_start(doctest::SubcaseSignature const&) override {}
    void subcase_end() override {}
    void log_assert(doctest::AssertData const&) override {}
    void log_message(doctest::MessageData const&) override {}
    void test_case_skipped(doctest::TestCaseData const&) override {}
};

} // namespace support

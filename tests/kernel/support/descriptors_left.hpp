#pragma once
// Lets the process open a few more descriptors and no more, to see a step fail in the middle of others with EMFILE.

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <vector>

namespace support {

class descriptors_left {
  public:
    explicit descriptors_left(std::size_t count) {
        std::vector<int> free(count + 1);
        for (int& number : free) number = ::fcntl(0, F_DUPFD_CLOEXEC, 1);
        for (int const number : free) REQUIRE((number > 0 && ::close(number) == 0));
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        ::rlimit const now{static_cast<::rlim_t>(free.back()), before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &now) == 0);
    }
    descriptors_left(descriptors_left const&) = delete;
    descriptors_left& operator=(descriptors_left const&) = delete;
    ~descriptors_left() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    ::rlimit before_{};
};

} // namespace support

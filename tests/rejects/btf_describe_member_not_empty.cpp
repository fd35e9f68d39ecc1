// reject: a struct is seen through when each member can begin empty
#include <bpfxx/btf/describe.hpp>

#include <cstddef>
#include <cstdint>

class port {
  public:
#ifndef REJECT
    constexpr port() = default;
#endif
    constexpr explicit port(std::uint16_t number) : number_{number} {}
    [[nodiscard]] constexpr std::uint16_t number() const { return number_; }

  private:
    std::uint16_t number_ = 0;
};
struct value {
    port from;
    std::uint16_t count;
};

static_assert(bpfxx::btf::describe<value>().blob.size() != 0);

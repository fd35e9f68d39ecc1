// reject: this object is for another machine than BPF: compile with -target bpf
#include <bpfxx/object/source.hpp>

#include "../object/embedded.hpp"

#include <array>
#include <cstddef>
#include <string_view>

inline constexpr auto other_machine = [] {
    std::array<char, sizeof callbacks_object> bytes{};
    for (std::size_t i = 0; i != bytes.size(); ++i) bytes[i] = callbacks_object[i];
    bytes[18] = 62;
    return bytes;
}();

#ifdef REJECT
inline constexpr auto object =
    bpfxx::object::require(bpfxx::object::open(std::string_view{other_machine.data(), other_machine.size() - 1}));
#else
inline constexpr auto object =
    bpfxx::object::require(bpfxx::object::open(std::string_view{callbacks_object, sizeof callbacks_object - 1}));
#endif

// Deflate streams: what comes out fits the room that there is, and is what zlib makes of the same bytes.
// SPDX-License-Identifier: BSL-1.0

#include "support.hpp"

#include <bpfxx/object/inflate.hpp>

#include <memory>
#include <span>

#if defined(BPFXX_FUZZ_ZLIB)
#    include <zlib.h>
#endif

namespace {

namespace object = bpfxx::object;
using fuzz::require;

constexpr std::size_t most = 1 << 16;

#if defined(BPFXX_FUZZ_ZLIB)
// It need not agree about why a stream is refused, only about which one is.
void compare(std::string_view packed, bool accepted, object::inflated made, std::string_view text) {
    static char room[most];
    z_stream stream{};
    require(inflateInit2(&stream, -15) == Z_OK);
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<unsigned>(packed.size());
    stream.next_out = reinterpret_cast<unsigned char*>(room);
    stream.avail_out = most;
    bool const expected = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    require(accepted == expected);
    if (expected) {
        require(made.used == stream.total_in);
        require(text == std::string_view{room, stream.total_out});
    }
    inflateEnd(&stream);
}
#else
void compare(std::string_view, bool, object::inflated, std::string_view) {}
#endif

fuzz::digest read_whole(std::string_view packed) {
    fuzz::digest seen;
    auto const whole = std::make_unique<char[]>(most);
    auto const made = object::inflate(packed, {whole.get(), most});
    seen(made.error().why);
    compare(packed, static_cast<bool>(made), *made, {whole.get(), made->written});
    if (!made) {
        require(made.error().offset <= packed.size());
        require(object::sentence(made.error()) != "unknown reason");
        return seen;
    }
    require(made->used <= packed.size() && made->written <= most);
    std::string_view const text{whole.get(), made->written};
    seen(text);

    // Exactly as much room, one byte less, and one byte less of the stream.
    auto const exact = std::make_unique<char[]>(text.size());
    require(*object::inflate(packed, {exact.get(), text.size()}) == *made);
    require(text == std::string_view{exact.get(), text.size()});
    if (!text.empty()) {
        auto const less = std::make_unique<char[]>(text.size() - 1);
        auto const refused = object::inflate(packed, {less.get(), text.size() - 1});
        require(refused.error().why == object::inflate_reason::output_too_small);
    }
    fuzz::exact_copy const cut{packed.substr(0, made->used - 1)};
    require(object::inflate(cut.text(), {exact.get(), text.size()}).error().why == object::inflate_reason::truncated);
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    return fuzz::twice(data, size, read_whole);
}

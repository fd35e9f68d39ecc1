// peer [--summary] [--all] [--log] [--target OBJECT] [--pins DIRECTORY] OBJECT...: what libbpf makes of objects, as text.
#include "libbpf.hpp"

#include <cstdio>
#include <string_view>

int main(int count, char** arguments) {
    peer::how_to_load how;
    bool summary = false;
    unsigned programs = 0, asked = 0, loaded = 0, objects = 0, whole = 0;
    for (int at = 1; at != count; ++at) {
        std::string_view const argument = arguments[at];
        if (argument == "--summary") {
            summary = true;
        } else if (argument == "--all") {
            how.asks_for_all = true;
        } else if (argument == "--log") {
            how.log = true;
        } else if (argument == "--target" && at + 1 != count) {
            how.target = arguments[++at];
        } else if (argument == "--pins" && at + 1 != count) {
            how.pins = arguments[++at];
        } else {
            peer::by_libbpf const by(arguments[at], how);
            std::fputs((summary ? peer::summary(by.object()) : peer::text(by.object())).c_str(), stdout);
            ++objects;
            whole += by.whole() ? 1 : 0;
            for (auto const& program : by.object().programs) {
                ++programs;
                asked += program.asked ? 1 : 0;
                loaded += program.fd >= 0 ? 1 : 0;
            }
        }
    }
    if (summary)
        std::printf("%u objects, %u of them loaded whole; %u programs, %u asked for, %u loaded\n", objects, whole,
                    programs, asked, loaded);
}

#pragma once
// What is left where a step of attaching or detaching fails, for every hook alike. A hook is described by a place:
//
//     struct at_xdp_link : support::place<program_kind::xdp> {
//         static constexpr std::size_t calls = 1, detach_calls = 1;      // as the documentation says
//         std::optional<std::string> obstacle() const;                   // why it cannot be tested here
//         auto attach(xdp_program const&) const;                         // what makes the system calls
//         std::string contents() const;                                  // what is at the hook, before and after
//     };
//
// It is made anew where a failure leaves something behind by intent, and takes all that with it.

#include "kernel/support/attach_state.hpp"
#include "kernel/support/descriptors_left.hpp"
#include "kernel/support/injected.hpp"
#include "kernel/support/leaks.hpp"
#include "kernel/support/skip.hpp"

#include <bpfxx/command.hpp>
#include <bpfxx/error.hpp>
#include <bpfxx/insn/assemble.hpp>
#include <bpfxx/program/handle.hpp>

#include <doctest/doctest.h>

#include <asm/unistd.h>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace support {

template <int Returned>
inline constexpr auto returning = [] {
    using namespace bpfxx::insn;
    return assemble(mov(r0, Returned), bpfxx::insn::exit());
}();

/// What most places have in common: a program that needs nothing to be loaded.
template <bpfxx::program_tag Kind, int Returned = 1>
struct place {
    using program = bpfxx::program<Kind>;

    /// Calls of the destructor of what is attached: of a link, to close it.
    static constexpr std::size_t ending_calls = 1;

    [[nodiscard]] bpfxx::result<program> load() const {
        static constexpr auto& code = returning<Returned>;
        return program::load({.insns = code, .license = "GPL", .name = "injected"});
    }
    /// Calls whose failure may be of no importance to `detach`.
    [[nodiscard]] static bool may_detach_without(made_call const&) { return false; }
    [[nodiscard]] char const* obstacle() const { return nullptr; }
    [[nodiscard]] std::string contents() const { return {}; }
};

namespace steps {

/// Which failures each call meets; the last two are of answers of netlink.
inline constexpr failing_call every_failure[]{
    {.code = EINTR},
    {.code = ENOMEM},
    {.code = EPERM},
    {.code = ENOENT},
    {.code = ENOBUFS, .how = failure_kind::lost},
    {.code = 0, .how = failure_kind::truncated},
};

/// Whether a call can fail so at all.
inline bool applies(failing_call const& fails, made_call const& call) {
    if (call.number == __NR_gettid || call.number == __NR_getpid) return false;
    return fails.how == failure_kind::refused || call.number == __NR_recvmsg;
}

/// Calls whose failure nobody is told of: descriptors are closed all the same, and netlink only says less.
inline bool is_let_pass(made_call const& call) {
    constexpr std::uint64_t netlink = 270; // SOL_NETLINK
    return call.number == __NR_close || (call.number == __NR_setsockopt && call.second == netlink);
}

inline bpfxx::command command_of(made_call const& call) {
    using bpfxx::command;
    switch (call.number) {
    case __NR_bpf: return static_cast<command>(call.first);
    case __NR_fcntl: return command::duplicate_fd;
    case __NR_openat: return command::open_file;
    case __NR_read: return command::read_file;
    case __NR_write: return command::write_file;
    case __NR_ioctl: return command::control_file;
    case __NR_perf_event_open: return command::open_perf_event;
    case __NR_socket:
    case __NR_bind:
    case __NR_getsockname: return command::open_socket;
    case __NR_sendmsg: return command::send_message;
    case __NR_recvmsg: return command::receive_message;
    case __NR_setsockopt: return command::set_socket_option;
    case __NR_getsockopt: return command::get_socket_option;
    default: break;
    }
    FAIL_CHECK("a system call that was not expected: ", call.number);
    return {};
}

inline bpfxx::error error_of(failing_call const& fails, made_call const& call) {
    using bpfxx::errc;
    auto const code = fails.how == failure_kind::truncated ? errc::buffer_too_small : static_cast<errc>(fails.code);
    return {code, command_of(call)};
}

inline std::string words(bpfxx::error const& failure) { return std::string{describe(failure).view()}; }

inline std::string words(failing_call const& fails, made_call const& call) {
    static constexpr char const* how[]{"refused", "lost", "truncated"};
    return "call " + std::to_string(fails.which) + " (" + std::string{name(command_of(call))} + ") " +
           how[static_cast<int>(fails.how)] + " with errno " + std::to_string(fails.code);
}

/// All that can be compared.
struct state {
    open_descriptors open;
    std::string contents;

    template <class Place>
    explicit state(Place const& place) : open{descriptors()}, contents{place.contents()} {}

    friend bool operator==(state const&, state const&) = default;
};

template <class Place>
using attached_to = decltype(std::declval<Place const&>().attach(std::declval<typename Place::program const&>()));

template <class Attached>
bpfxx::error error_in(Attached const& attached) {
    return attached ? bpfxx::error{} : static_cast<bpfxx::error>(attached.error());
}

inline bool lacks_feature(bpfxx::error const& failure) {
    using bpfxx::errc;
    return failure.code == errc::einval || failure.code == errc::eopnotsupp || failure.code == errc::enotsupp ||
           failure.code == errc::enoent || failure.code == errc::eperm;
}

template <class Place>
bpfxx::error first_failure(Place const& here) {
    auto const program = here.load();
    if (!program) return program.error();
    return error_in(here.attach(*program));
}

/// A place where things can be tried, or nothing after it has said why there is none.
template <class Place>
std::unique_ptr<Place> usable() {
    if (auto const* reason = fake::unavailable()) return skip(reason), nullptr;
    if (auto const* reason = bpf_is_denied()) return lacks_privilege(reason), nullptr;
    auto here = std::make_unique<Place>();
    if (auto const* reason = here->obstacle()) return skip(reason), nullptr;
    auto const failure = first_failure(*here);
    if (failure == bpfxx::error{}) return here;
    INFO(words(failure));
    CHECK(lacks_feature(failure));
    return skip(("this kernel says " + words(failure)).c_str()), nullptr;
}

template <class Attached>
concept can_detach = requires(Attached& attached) { attached->detach(); };

} // namespace steps

/// Whatever call of attaching fails: the error says which one and how, and all is as before. Also counts the calls.
template <class Place>
void check_attach_steps() {
    using namespace steps;
    auto const here = usable<Place>();
    if (!here) return;
    state const untouched{*here};
    std::vector<made_call> calls;
    {
        auto const program = here->load().value();
        std::optional<attached_to<Place>> attached;
        calls = with_failure({}, [&] { attached.emplace(here->attach(program)); });
        REQUIRE(*attached);
        CHECK(calls.size() == Place::calls);
    }
    CHECK(state{*here} == untouched);
    for (auto fails : every_failure) {
        for (fails.which = 1; fails.which <= calls.size(); ++fails.which) {
            auto const& call = calls[fails.which - 1];
            if (!applies(fails, call)) continue;
            INFO(words(fails, call));
            auto program = std::optional{here->load().value()};
            auto const id = program->id().value();
            state const before{*here};
            std::optional<attached_to<Place>> attached;
            auto const made = with_failure(fails, [&] { attached.emplace(here->attach(*program)); });
            CHECK(made.size() >= fails.which);
            // What is not there may be taken for a feature that is not, or for a place that is free.
            if (fails.code != ENOENT) {
                CHECK(attached->has_value() == is_let_pass(call));
                if (!*attached) CHECK(error_in(*attached) == error_of(fails, call));
            }
            CHECK((links_of(id) == 0 || attached->has_value()));
            attached.reset();
            CHECK(links_of(id) == 0);
            state const after{*here};
            CHECK(after.contents == before.contents);
            CHECK(after.open == before.open);
            program.reset();
            CHECK(vanishes(id));
        }
    }
    auto const program = here->load().value();
    CHECK(here->attach(program)); // and nothing is in its way
}

namespace steps {

/// The failure of one call of detaching: what is at the hook is as if nothing had been done, or as if all had.
template <class Place>
void check_failed_detach(failing_call const& fails, made_call const& call) {
    INFO(words(fails, call));
    auto const nothing = descriptors();
    auto here = std::make_unique<Place>();
    auto program = std::optional{here->load().value()};
    auto const id = program->id().value();
    state const before{*here};
    auto attached = std::optional{here->attach(*program)};
    REQUIRE(*attached);
    auto const contents = here->contents();
    bpfxx::error said{};
    static_cast<void>(with_failure(fails, [&] {
        auto const done = (*attached)->detach();
        said = done ? bpfxx::error{} : done.error();
    }));
    auto const left_by_failure = here->contents();
    bool const done = said == bpfxx::error{} && (is_let_pass(call) || Place::may_detach_without(call));
    if (done)
        CHECK((left_by_failure == before.contents));
    else
        CHECK(said == error_of(fails, call));
    bool const open_what_happened = call.number == __NR_recvmsg;
    CHECK((done || left_by_failure == contents || (open_what_happened && left_by_failure == before.contents)));
    bool const is_link = requires { (*attached)->info(); };
    CHECK((*attached)->detach()); // a link is detached now, anything else counts as over
    if (is_link) CHECK(here->contents() == before.contents);
    auto const left = here->contents();
    attached.reset();
    CHECK(here->contents() == left);
    CHECK(descriptors() == before.open);
    program.reset();
    here.reset();
    CHECK(descriptors() == nothing);
    CHECK(vanishes(id));
}

/// The same of a destructor, which has nobody to tell.
template <class Place>
std::vector<made_call> check_failed_destructor(failing_call const& fails) {
    CAPTURE(fails.which);
    auto const nothing = descriptors();
    auto here = std::make_unique<Place>();
    auto program = std::optional{here->load().value()};
    auto const id = program->id().value();
    state const before{*here};
    auto attached = std::optional{here->attach(*program)};
    REQUIRE(*attached);
    auto const contents = here->contents();
    auto calls = with_failure(fails, [&] { attached.reset(); });
    CHECK(descriptors() == before.open);
    CHECK((here->contents() == before.contents || (fails.which != 0 && here->contents() == contents)));
    program.reset();
    here.reset();
    CHECK(descriptors() == nothing);
    CHECK(vanishes(id));
    return calls;
}

} // namespace steps

/// Whatever call of detaching fails: it is told, and no descriptor stays. Also counts the calls of `detach`.
template <class Place>
void check_detach_steps() {
    using namespace steps;
    if (!usable<Place>()) return;
    if constexpr (can_detach<attached_to<Place>>) {
        std::vector<made_call> calls;
        {
            Place const here;
            auto const program = here.load().value();
            auto attached = here.attach(program);
            REQUIRE(attached);
            calls = with_failure({}, [&] { CHECK(attached->detach()); });
            CHECK(calls.size() == Place::detach_calls);
        }
        for (auto fails : every_failure) {
            if (fails.code == ENOMEM || fails.code == ENOENT) continue;
            for (fails.which = 1; fails.which <= calls.size(); ++fails.which)
                if (applies(fails, calls[fails.which - 1])) check_failed_detach<Place>(fails, calls[fails.which - 1]);
        }
    }
    auto const calls = check_failed_destructor<Place>({});
    CHECK(calls.size() == Place::ending_calls);
    for (std::size_t which = 1; which <= calls.size(); ++which)
        static_cast<void>(check_failed_destructor<Place>({.which = which, .code = EPERM}));
}

/// With no descriptor left, or too few for all steps: EMFILE, and all is as before.
template <class Place>
void check_without_descriptors() {
    using namespace steps;
    auto const here = usable<Place>();
    if (!here) return;
    bool done = false;
    for (std::size_t left = 0; !done && left != 8; ++left) {
        CAPTURE(left);
        auto program = std::optional{here->load().value()};
        auto const id = program->id().value();
        state const before{*here};
        std::optional<attached_to<Place>> attached;
        {
            descriptors_left const limit{left};
            attached.emplace(here->attach(*program));
        }
        done = attached->has_value();
        if (!done) CHECK(error_in(*attached).code == bpfxx::errc::emfile);
        CHECK((!done || left > 0));
        attached.reset();
        state const after{*here};
        CHECK(after.contents == before.contents);
        CHECK(after.open == before.open);
        program.reset();
        CHECK(vanishes(id));
    }
    CHECK(done);
}

} // namespace support

#pragma once
// What a tool that shows a table every second needs of its surroundings: options, a clock that a signal ends, a screen.

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

/// `--seconds N` and `--top N`; `--help` and what is not understood end the process.
struct table_options {
    unsigned seconds = 0; // 0: until a signal comes
    unsigned top = 20;

    table_options(int argc, char** argv, char const* what_it_does) {
        for (int i = 1; i < argc; ++i) {
            std::string_view const option = argv[i];
            unsigned* const number = option == "--seconds" ? &seconds : option == "--top" ? &top : nullptr;
            if (option == "--help") {
                std::printf("%s\n\n  --seconds N  end after N seconds (else with Ctrl-C)\n  --top N      show N rows "
                            "(else 20)\n",
                            what_it_does);
                std::exit(EXIT_SUCCESS);
            }
            if (number == nullptr || ++i == argc || !read(argv[i], *number)) {
                std::fprintf(stderr, "%s: --seconds and --top take a number from 1; see --help\n", argv[0]);
                std::exit(2);
            }
        }
    }

  private:
    static bool read(std::string_view text, unsigned& number) {
        auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
        return failure == std::errc{} && end == text.data() + text.size() && number != 0;
    }
};

/// Ticks once a second, until SIGINT or SIGTERM comes or the time is over. Signals are waited for, so that they interrupt
/// nothing else.
class ticks {
  public:
    explicit ticks(unsigned seconds) : seconds_left_{seconds == 0 ? -1L : static_cast<long>(seconds)} {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        sigprocmask(SIG_BLOCK, &signals_, nullptr);
    }

    /// Waits for the next tick; false when it is time to end.
    bool next() {
        using namespace std::chrono;
        if (seconds_left_-- == 0) return false;
        due_ += seconds{1};
        for (auto left = due_ - steady_clock::now(); left > left.zero(); left = due_ - steady_clock::now()) {
            timespec const wait{duration_cast<seconds>(left).count(), (left % seconds{1}).count()};
            if (sigtimedwait(&signals_, nullptr, &wait) > 0) return false;
        }
        auto const now = steady_clock::now();
        elapsed_ = duration<double>(now - last_).count();
        last_ = now;
        ++count_;
        return true;
    }

    /// Seconds between the last two ticks, which a busy machine may stretch.
    [[nodiscard]] double elapsed() const { return elapsed_; }
    [[nodiscard]] unsigned count() const { return count_; }

  private:
    using clock = std::chrono::steady_clock;

    sigset_t signals_;
    long seconds_left_;
    unsigned count_ = 0;
    double elapsed_ = 0;
    clock::time_point last_ = clock::now();
    clock::time_point due_ = last_;
};

/// A terminal is redrawn at every tick; a pipe or a file gets line after line.
class screen {
  public:
    /// How many of the wanted rows there is room for, beside a heading.
    [[nodiscard]] unsigned rows(unsigned wanted) const {
        winsize size{};
        if (!is_terminal_ || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 4) return wanted;
        return wanted < size.ws_row - 3u ? wanted : size.ws_row - 3u;
    }

    /// Starts a table.
    void begin(char const* heading) {
        if (is_terminal_)
            std::printf("\033[H\033[J%s\n", heading); // to the upper left corner, and clears what follows
        else if (!begun_)
            std::printf("%s\n", heading);
        begun_ = true;
    }

    /// Ends a table. False when nobody reads any more.
    static bool end() { return std::fflush(stdout) == 0; }

    /// Text of strangers with nothing in it that a terminal would obey.
    [[nodiscard]] static std::string plain(std::string_view text) {
        std::string shown{text.substr(0, text.find('\0'))};
        for (char& character : shown)
            if (character < ' ' || character > '~') character = '?';
        return shown;
    }

  private:
    bool is_terminal_ = isatty(STDOUT_FILENO) == 1;
    bool begun_ = false;
};

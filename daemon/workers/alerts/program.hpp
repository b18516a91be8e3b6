// A program of the administrator's that is told something: no shell, a fixed path, a time limit.
#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace consign::daemon {

struct Program {
    std::string path;  // absolute
    std::string input;
    /// "NAME=VALUE": all that it gets beside PATH and LANG.
    std::vector<std::string> environment{};
    std::chrono::milliseconds time_limit{30'000};
};

struct ProgramEnd {
    enum class How : std::uint8_t {
        exited,         // with `number`
        killed,         // by the signal `number`
        took_too_long,  // and was killed with its process group
        stopped,        // the same, at our own wish
        not_started     // for the reason `number` (errno)
    } how = How::not_started;
    int number = 0;

    [[nodiscard]] bool is_success() const { return how == How::exited && number == 0; }
    /// Words for people, without names.
    [[nodiscard]] std::string text() const;
};

/// Ends the programs that run. On one strand.
class ProgramStop {
  public:
    void stop() {
        is_stopped_ = true;
        for (auto* const timer : waiting_) timer->cancel();
    }
    [[nodiscard]] bool is_stopped() const { return is_stopped_; }

  private:
    friend class ProgramWait;
    std::set<boost::asio::steady_timer*> waiting_;
    bool is_stopped_ = false;
};

/// Starts it from `pool`, with `input` on its standard input, what it writes thrown away, all other
/// descriptors closed, no signal blocked or ignored, "/" as its folder, and a process group of its
/// own. When the time is up, all of that group is killed. Returns when it has ended; what it left
/// behind in the background goes on, where it ended by itself.
[[nodiscard]] boost::asio::awaitable<ProgramEnd> run_program(boost::asio::thread_pool& pool,
                                                             Program program, ProgramStop& stop);

}  // namespace consign::daemon

#include "daemon/workers/alerts/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <expected>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "base/offload.hpp"

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

struct Started {
    pid_t process = 0;
    int watch = -1;  // a pidfd; the caller's
};

/// In memory, so that neither a full pipe nor a program that reads nothing holds us up.
int file_of(const std::string& input) {
    Descriptor file(::memfd_create("alarm", MFD_CLOEXEC));
    if (file.get() < 0) return -1;
    for (std::size_t done = 0; done < input.size();) {
        const auto written =
            ::pwrite(file.get(), input.data() + done, input.size() - done, off_t(done));
        if (written < 0) return -1;
        done += static_cast<std::size_t>(written);
    }
    return file.release();
}

class SpawnFiles {
  public:
    explicit SpawnFiles(int input) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
    }
    SpawnFiles(const SpawnFiles&) = delete;
    SpawnFiles& operator=(const SpawnFiles&) = delete;
    ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions_); }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
  public:
    SpawnAttributes() {
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::sigdelset(&all, SIGKILL);
        ::sigdelset(&all, SIGSTOP);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

void kill_group(pid_t leader) {
    ::kill(-leader, SIGKILL);
}

/// The error: errno.
std::expected<Started, int> start(const Program& program) {
    const Descriptor input(file_of(program.input));
    if (input.get() < 0) return std::unexpected(errno);
    const SpawnFiles files(input.get());
    const SpawnAttributes attributes;
    std::string path = program.path;
    std::array<char*, 2> arguments{path.data(), nullptr};
    std::vector<std::string> settings{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                                      "LANG=C.UTF-8"};
    settings.insert(settings.end(), program.environment.begin(), program.environment.end());
    std::vector<char*> environment;
    for (std::string& setting : settings) environment.push_back(setting.data());
    environment.push_back(nullptr);

    Started started;
    if (const int wrong = ::posix_spawn(&started.process, path.c_str(), files.get(),
                                        attributes.get(), arguments.data(), environment.data());
        wrong != 0)
        return std::unexpected(wrong);
    started.watch = static_cast<int>(::syscall(SYS_pidfd_open, started.process, 0U));
    if (started.watch >= 0) return started;
    const int wrong = errno;
    kill_group(started.process);
    ::waitpid(started.process, nullptr, 0);
    return std::unexpected(wrong);
}

}  // namespace

/// The wait for one program.
class ProgramWait {
  public:
    ProgramWait(const asio::any_io_executor& strand, Started started, ProgramStop& stop)
        : process_(started.process), ended_(strand, started.watch), timer_(strand), stop_(stop) {
        stop_.waiting_.insert(&timer_);
    }
    ProgramWait(const ProgramWait&) = delete;
    ProgramWait& operator=(const ProgramWait&) = delete;
    ~ProgramWait() { stop_.waiting_.erase(&timer_); }

    asio::awaitable<ProgramEnd> end(std::chrono::milliseconds time_limit) {
        const auto until = std::chrono::steady_clock::now() + time_limit;
        bool is_over = false;
        // It is awaited in any case: what this refers to outlives it.
        ended_.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this, &is_over](boost::system::error_code) {
                              is_over = true;
                              timer_.cancel();
                          });
        auto how = ProgramEnd::How::exited;
        while (!is_over) {
            const bool is_late = std::chrono::steady_clock::now() >= until;
            if (how == ProgramEnd::How::exited && (is_late || stop_.is_stopped())) {
                // Not reaped yet, so that its number is nobody else's.
                kill_group(process_);
                how = is_late ? ProgramEnd::How::took_too_long : ProgramEnd::How::stopped;
            }
            timer_.expires_at(how == ProgramEnd::How::exited ? until : never);
            boost::system::error_code ignored;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        co_return reap(how);
    }

  private:
    static constexpr auto never = std::chrono::steady_clock::time_point::max();

    ProgramEnd reap(ProgramEnd::How how) const {
        siginfo_t came{};
        while (::waitid(P_PID, static_cast<id_t>(process_), &came, WEXITED) != 0 && errno == EINTR);
        if (how != ProgramEnd::How::exited) return {how, SIGKILL};
        if (came.si_code == CLD_EXITED) return {ProgramEnd::How::exited, came.si_status};
        return {ProgramEnd::How::killed, came.si_status};
    }

    const pid_t process_;
    asio::posix::stream_descriptor ended_;
    asio::steady_timer timer_;
    ProgramStop& stop_;
};

std::string ProgramEnd::text() const {
    switch (how) {
        case How::exited:
            return fmt::format("the program ended with status {}", number);
        case How::killed:
            return fmt::format("the program was ended by signal {}", number);
        case How::took_too_long:
            return "the program took too long, and was killed";
        case How::stopped:
            return "the program was killed, because the daemon stops";
        case How::not_started:
            return fmt::format("the program could not be started: {}",
                               std::generic_category().message(number));
    }
    return {};
}

asio::awaitable<ProgramEnd> run_program(asio::thread_pool& pool, Program program,
                                        ProgramStop& stop) {
    const auto strand = co_await asio::this_coro::executor;
    auto begin = [&program] { return start(program); };
    const auto started = co_await offload(pool, begin);
    if (!started) co_return ProgramEnd{ProgramEnd::How::not_started, started.error()};
    ProgramWait wait(strand, *started, stop);
    co_return co_await wait.end(program.time_limit);
}

}  // namespace consign::daemon

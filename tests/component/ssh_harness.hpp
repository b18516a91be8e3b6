// An SSH server in this process that logs anybody in, and the clients of the system to try it with.
// The name under which a client logs in chooses what its channels do:
//   echo    sends back what comes       sink    reads until the end, then answers how much it was
//   source  sends source_bytes          stopped never reads
//   tiny    sends three small pieces at once, then ends
//   idle    waits for a byte, which never comes
#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "protocols/sftp/ssh_connection.hpp"
#include "protocols/sftp/ssh_errc.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::test {

/// Key files made once per process with ssh-keygen: "ed25519", "ecdsa", "rsa" (3072, PEM),
/// "rsa_openssh", "rsa1024", "dsa".
[[nodiscard]] std::filesystem::path key_file(const std::string& name);

struct Outcome {
    int exit_code = -1;  // 124: it hung until `seconds` were over
    std::string output;  // both streams
};
[[nodiscard]] Outcome run(const std::string& command, int seconds = 20);
/// A python script in tests/component, with Debian's python.
[[nodiscard]] Outcome run_python(const std::string& script_and_arguments, int seconds = 20);

/// A command that runs beside the test, in a process group of its own that dies with the object.
class Process {
  public:
    explicit Process(const std::string& command);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    void signal(int number) const;
    /// Waits for its end.
    int exit_code();
    /// Waits for a line of its standard output.
    [[nodiscard]] std::string line();
    void close_input();

  private:
    int pid_ = -1;
    int input_ = -1;
    int output_ = -1;
};

class TestServer {
  public:
    struct Options {
        AlgorithmProfile profile = AlgorithmProfile::modern;
        std::vector<std::string> host_keys{"ed25519"};
        std::uint64_t rekey_after_bytes = 0;
        std::uint64_t budget_bytes = 64 * 1024 * 1024;
        std::uint64_t source_bytes = 0;
        int threads = 2;
        /// Called on the connection's strand, after it was noted.
        std::function<void(ssh::Refused)> on_refused = [](ssh::Refused) {};
    };
    static constexpr const char* password = "open sesame";

    explicit TestServer(Options options);
    ~TestServer();

    [[nodiscard]] int port() const { return port_; }
    /// `ssh` with options for this server, and no others; add a user and a command.
    [[nodiscard]] std::string ssh(const std::string& options = "") const;
    [[nodiscard]] std::string ssh_with_key(const std::string& key,
                                           const std::string& options = "") const;

    [[nodiscard]] std::vector<ssh::Refused> refused() const;
    [[nodiscard]] bool was_refused(ssh::Refused what) const;
    /// Waits until as many connections have ended, and answers why each did.
    [[nodiscard]] std::vector<std::error_code> ends(std::size_t count) const;
    /// Waits until as many have logged in.
    [[nodiscard]] bool wait_for_logins(std::size_t count, int seconds = 20) const;
    [[nodiscard]] std::vector<std::string> login_notes() const;
    [[nodiscard]] ssh::NegotiatedAlgorithms last_algorithms() const;
    [[nodiscard]] std::string last_client_version() const;
    /// Bytes that have come in on all channels, also on those that nobody reads.
    [[nodiscard]] std::uint64_t channel_bytes_in() const;
    /// Connections and channels that are still in memory.
    [[nodiscard]] std::size_t alive() const;
    /// Waits until nothing is.
    [[nodiscard]] bool wait_until_none_alive(int seconds = 20) const;
    [[nodiscard]] std::uint32_t widest_window() const;
    [[nodiscard]] ssh::WindowBudget& budget() { return *budget_; }
    [[nodiscard]] std::uint64_t most_budget_used() const;
    /// By "source": buffers that it filled anew.
    [[nodiscard]] std::size_t buffers_reused() const { return buffers_reused_; }
    /// Closes all connections from the strands they live on.
    void close_all(std::error_code why, bool when_sent = false);

  private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(std::shared_ptr<ssh::Connection> connection);
    boost::asio::awaitable<bool> log_in(std::shared_ptr<ssh::Connection> connection,
                                        std::string& user);
    boost::asio::awaitable<void> run_channel(std::shared_ptr<ssh::Channel> channel,
                                             std::string user);
    boost::asio::awaitable<void> echo(std::shared_ptr<ssh::Channel> channel);
    boost::asio::awaitable<void> sink(std::shared_ptr<ssh::Channel> channel);
    boost::asio::awaitable<void> source(std::shared_ptr<ssh::Channel> channel);
    void note(const std::string& text);

    Options options_;
    std::shared_ptr<ssh::WindowBudget> budget_;
    std::shared_ptr<ssh::Server> server_;
    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    int port_;

    mutable std::mutex mutex_;
    std::vector<ssh::Refused> refused_;
    std::vector<std::error_code> ends_;
    std::vector<std::string> notes_;
    std::size_t logins_ = 0;
    ssh::NegotiatedAlgorithms algorithms_;
    std::string client_version_;
    std::vector<std::weak_ptr<ssh::Connection>> connections_;
    std::vector<std::weak_ptr<ssh::Channel>> channels_;
    std::uint32_t widest_window_ = 0;
    std::uint64_t most_budget_used_ = 0;
    std::atomic<std::size_t> buffers_reused_ = 0;
    std::vector<std::thread> threads_;
};

/// The byte at `offset` of what "source" sends and the tests upload.
[[nodiscard]] inline std::uint8_t pattern(std::uint64_t offset) {
    return static_cast<std::uint8_t>((offset * 0x9E3779B97F4A7C15ULL) >> 56);
}
/// A file of that pattern; and whether a file is one.
void write_pattern(const std::filesystem::path& file, std::uint64_t size_bytes);
[[nodiscard]] bool is_pattern(const std::filesystem::path& file, std::uint64_t size_bytes);

/// Looks again every few milliseconds, since what is waited for happens in other processes.
[[nodiscard]] bool wait_for(const std::function<bool()>& happened, int seconds = 20);

[[nodiscard]] std::size_t resident_bytes();
[[nodiscard]] std::size_t open_descriptors();
[[nodiscard]] std::chrono::milliseconds processor_time();

}  // namespace consign::test

#include "ssh_harness.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>

namespace consign::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

std::filesystem::path key_file(const std::string& name) {
    static const TemporaryFolder folder;
    static const std::map<std::string, std::string> options{{"ed25519", "-t ed25519"},
                                                            {"ecdsa", "-t ecdsa"},
                                                            {"rsa", "-t rsa -b 3072 -m PEM"},
                                                            {"rsa_openssh", "-t rsa -b 3072"},
                                                            {"rsa1024", "-t rsa -b 1024 -m PEM"},
                                                            {"dsa", "-t dsa -m PEM"}};
    const auto file = folder / name;
    if (!std::filesystem::exists(file)) {
        const auto made =
            run("ssh-keygen -q -N '' -C '' " + options.at(name) + " -f " + file.string());
        BOOST_REQUIRE_MESSAGE(made.exit_code == 0, made.output);
    }
    return file;
}

Outcome run(const std::string& command, int seconds) {
    const auto whole = "timeout -k 1 " + std::to_string(seconds) + " sh -c '" + [&] {
        std::string quoted;
        for (const char c : command) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
        return quoted;
    }() + "' 2>&1 </dev/null";
    Outcome outcome;
    FILE* pipe = ::popen(whole.c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    std::array<char, 4096> part{};
    for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) != 0;)
        outcome.output.append(part.data(), got);
    const int status = ::pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

Outcome run_python(const std::string& script_and_arguments, int seconds) {
    return run("/usr/bin/python3 " CONSIGN_SOURCE_DIR "/tests/component/" + script_and_arguments,
               seconds);
}

bool wait_for(const std::function<bool()>& happened, int seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    asio::io_context io;
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        asio::steady_timer(io, 5ms).wait();
    }
    return true;
}

Process::Process(const std::string& command) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    BOOST_REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::array<std::string, 3> words{"sh", "-c", command};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    BOOST_REQUIRE(
        ::posix_spawn(&pid_, "/bin/sh", &actions, &attributes, arguments.data(), environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
}

Process::~Process() {
    if (pid_ > 0) {
        signal(SIGKILL);
        (void)exit_code();
    }
    close_input();
    ::close(output_);
}

void Process::signal(int number) const {
    ::kill(-pid_, number);
}

int Process::exit_code() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Process::line() {
    std::string text;
    for (char c = 0; ::read(output_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
}

void Process::close_input() {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
}

TestServer::TestServer(Options options)
    : options_(std::move(options)),
      budget_(std::make_shared<ssh::WindowBudget>(options_.budget_bytes)),
      acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      port_(acceptor_.local_endpoint().port()) {
    std::signal(SIGPIPE, SIG_IGN);
    ssh::Server::Options server;
    server.profile = options_.profile;
    server.rekey_after_bytes = options_.rekey_after_bytes;
    for (const auto& name : options_.host_keys) {
        auto key = ssh::HostKey::load(key_file(name));
        BOOST_REQUIRE_MESSAGE(key.has_value(), (key ? "" : key.error().message()));
        server.host_keys.push_back(std::move(*key));
    }
    auto made = ssh::Server::create(std::move(server));
    BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message()));
    server_ = *made;
    asio::co_spawn(io_, accept(), asio::detached);
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { io_.run(); });
}

TestServer::~TestServer() {
    close_all(ssh::ssh_errc::peer_closed);
    const bool all_gone = wait_until_none_alive();
    io_.stop();
    for (auto& thread : threads_) thread.join();
    BOOST_CHECK_MESSAGE(all_gone, "connections or channels are left over");
    BOOST_TEST(budget_->used_bytes() == 0U);
}

std::string TestServer::ssh(const std::string& options) const {
    return "ssh -F none -p " + std::to_string(port_) +
           " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes"
           " -o IdentityAgent=none -o GlobalKnownHostsFile=/dev/null -o BatchMode=yes " +
           options + " ";
}

std::string TestServer::ssh_with_key(const std::string& key, const std::string& options) const {
    return ssh("-i " + key_file(key).string() + " " + options);
}

asio::awaitable<void> TestServer::accept() {
    for (;;) {
        boost::system::error_code error;
        auto socket = co_await acceptor_.async_accept(
            asio::make_strand(io_), asio::redirect_error(asio::use_awaitable, error));
        if (error) continue;
        ssh::Connection::Options options;
        options.on_refused = [this](ssh::Refused what) {
            {
                const std::lock_guard lock(mutex_);
                refused_.push_back(what);
            }
            options_.on_refused(what);
        };
        const auto strand = socket.get_executor();
        auto started = ssh::Connection::start(server_, std::move(socket), budget_, options);
        if (!started) {
            const std::lock_guard lock(mutex_);
            ends_.push_back(started.error());
            continue;
        }
        {
            const std::lock_guard lock(mutex_);
            connections_.push_back(*started);
        }
        asio::co_spawn(strand, serve(*started), asio::detached);
    }
}

asio::awaitable<bool> TestServer::log_in(std::shared_ptr<ssh::Connection> connection,
                                         std::string& user) {
    for (;;) {
        auto request = co_await connection->next_login_request();
        if (!request) co_return false;
        user = request->user;
        if (request->method == ssh::LoginMethod::public_key) {
            note(request->key->algorithm +
                 (request->key->signature_verified ? " proof" : " offer"));
            if (!request->key->signature_verified) {
                connection->accept_key();
                continue;
            }
        } else if (request->method == ssh::LoginMethod::password) {
            note("password");
            if (request->password.view() != password) {
                connection->refuse({.public_key = true, .password = true});
                continue;
            }
            if (user == "both") {
                connection->partially_succeed({.public_key = true});
                continue;
            }
        } else {
            note(request->method == ssh::LoginMethod::none ? "none" : "other");
            connection->refuse({.public_key = true, .password = true});
            continue;
        }
        connection->succeed();
        co_return true;
    }
}

asio::awaitable<void> TestServer::serve(std::shared_ptr<ssh::Connection> connection) {
    std::string user;
    if (co_await log_in(connection, user)) {
        {
            const std::lock_guard lock(mutex_);
            ++logins_;
            algorithms_ = connection->algorithms();
            client_version_ = connection->client_version();
        }
        while (auto channel = co_await connection->next_channel()) {
            {
                const std::lock_guard lock(mutex_);
                channels_.push_back(*channel);
            }
            asio::co_spawn(co_await asio::this_coro::executor, run_channel(*channel, user),
                           asio::detached);
        }
    }
    co_await connection->closed();
    const std::lock_guard lock(mutex_);
    ends_.push_back(connection->why_closed());
}

asio::awaitable<void> TestServer::run_channel(std::shared_ptr<ssh::Channel> channel,
                                              std::string user) {
    if (user == "echo") {
        co_await echo(channel);
    } else if (user == "sink") {
        co_await sink(channel);
    } else if (user == "source") {
        co_await source(channel);
    } else if (user == "tiny") {
        for (const std::string_view piece : {"one", "two", "three"}) {
            const auto bytes = as_bytes(piece);
            (void)co_await channel->send(Bytes(bytes.begin(), bytes.end()));
        }
        channel->close(7);
    } else if (user != "stopped") {
        Bytes nothing;
        (void)co_await channel->receive(nothing);
        channel->close(0);
    }
}

asio::awaitable<void> TestServer::echo(std::shared_ptr<ssh::Channel> channel) {
    for (;;) {
        Bytes bytes;
        const auto size = co_await channel->receive(bytes);
        if (!size || *size == 0) break;
        if (!co_await channel->send(std::move(bytes))) break;
    }
    channel->close(0);
}

asio::awaitable<void> TestServer::sink(std::shared_ptr<ssh::Channel> channel) {
    Bytes bytes;
    std::uint64_t total = 0;
    bool whole = true;
    for (;;) {
        const auto size = co_await channel->receive(bytes);
        if (!size || *size == 0) break;
        whole =
            whole && bytes.front() == pattern(total) && bytes.back() == pattern(total + *size - 1);
        total += *size;
        bytes.clear();
        const std::lock_guard lock(mutex_);
        widest_window_ = std::max(widest_window_, channel->receive_window().target_bytes());
        most_budget_used_ = std::max(most_budget_used_, budget_->used_bytes());
    }
    const auto answer = std::to_string(total) + (whole ? " whole" : " broken");
    (void)co_await channel->send(Bytes(answer.begin(), answer.end()));
    channel->close(0);
}

asio::awaitable<void> TestServer::source(std::shared_ptr<ssh::Channel> channel) {
    constexpr std::uint64_t piece_bytes = 200'000;
    for (std::uint64_t at = 0; at < options_.source_bytes;) {
        Bytes piece = channel->take_sent();
        if (!piece.empty()) ++buffers_reused_;
        piece.resize(std::min(piece_bytes, options_.source_bytes - at));
        for (auto& byte : piece) byte = pattern(at++);
        if (!co_await channel->send(std::move(piece))) break;
    }
    channel->close(0);
}

void TestServer::note(const std::string& text) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(text);
}

std::vector<ssh::Refused> TestServer::refused() const {
    const std::lock_guard lock(mutex_);
    return refused_;
}

bool TestServer::was_refused(ssh::Refused what) const {
    const auto all = refused();
    return std::ranges::find(all, what) != all.end();
}

std::vector<std::error_code> TestServer::ends(std::size_t count) const {
    const auto enough = [&] {
        const std::lock_guard lock(mutex_);
        return ends_.size() >= count;
    };
    BOOST_TEST(wait_for(enough));
    const std::lock_guard lock(mutex_);
    return ends_;
}

bool TestServer::wait_for_logins(std::size_t count, int seconds) const {
    const auto enough = [&] {
        const std::lock_guard lock(mutex_);
        return logins_ >= count;
    };
    return wait_for(enough, seconds);
}

std::vector<std::string> TestServer::login_notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
}

ssh::NegotiatedAlgorithms TestServer::last_algorithms() const {
    const std::lock_guard lock(mutex_);
    return algorithms_;
}

std::string TestServer::last_client_version() const {
    const std::lock_guard lock(mutex_);
    return client_version_;
}

std::uint64_t TestServer::channel_bytes_in() const {
    std::vector<std::shared_ptr<ssh::Channel>> channels;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& weak : channels_)
            if (auto channel = weak.lock()) channels.push_back(std::move(channel));
    }
    std::uint64_t total = 0;
    for (const auto& channel : channels) {
        std::promise<std::uint64_t> bytes;
        asio::post(channel->executor(), [&] { bytes.set_value(channel->received_bytes()); });
        total += bytes.get_future().get();
    }
    return total;
}

std::size_t TestServer::alive() const {
    const std::lock_guard lock(mutex_);
    const auto lives = [](const auto& weak) { return !weak.expired(); };
    return static_cast<std::size_t>(std::ranges::count_if(connections_, lives) +
                                    std::ranges::count_if(channels_, lives));
}

bool TestServer::wait_until_none_alive(int seconds) const {
    return wait_for([&] { return alive() == 0; }, seconds);
}

std::uint32_t TestServer::widest_window() const {
    const std::lock_guard lock(mutex_);
    return widest_window_;
}

std::uint64_t TestServer::most_budget_used() const {
    const std::lock_guard lock(mutex_);
    return most_budget_used_;
}

void TestServer::close_all(std::error_code why, bool when_sent) {
    const std::lock_guard lock(mutex_);
    for (const auto& weak : connections_) {
        const auto connection = weak.lock();
        if (!connection) continue;
        asio::post(connection->executor(), [connection, why, when_sent] {
            if (when_sent)
                connection->close_when_sent(why);
            else
                connection->close(why);
        });
    }
}

void write_pattern(const std::filesystem::path& file, std::uint64_t size_bytes) {
    std::ofstream out(file, std::ios::binary);
    std::string part;
    for (std::uint64_t at = 0; at < size_bytes;) {
        part.clear();
        while (part.size() < 65536 && at < size_bytes)
            part.push_back(static_cast<char>(pattern(at++)));
        out.write(part.data(), static_cast<std::streamsize>(part.size()));
    }
    BOOST_REQUIRE(out.good());
}

bool is_pattern(const std::filesystem::path& file, std::uint64_t size_bytes) {
    if (std::filesystem::file_size(file) != size_bytes) return false;
    std::ifstream in(file, std::ios::binary);
    std::string part(65536, '\0');
    for (std::uint64_t at = 0; at < size_bytes;) {
        in.read(part.data(), static_cast<std::streamsize>(part.size()));
        const auto got = static_cast<std::size_t>(in.gcount());
        if (got == 0) return false;
        for (std::size_t i = 0; i < got; ++i)
            if (static_cast<std::uint8_t>(part[i]) != pattern(at++)) return false;
    }
    return true;
}

std::size_t resident_bytes() {
    std::ifstream in("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    in >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

std::chrono::milliseconds processor_time() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return std::chrono::duration_cast<std::chrono::milliseconds>(of(usage.ru_utime) +
                                                                 of(usage.ru_stime));
}

}  // namespace consign::test

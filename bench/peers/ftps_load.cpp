// Puts load on an FTPS server: ftps_load VERB --port ... (--help has the rest). How it paces
// itself, and what it prints, is measurement.hpp's.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <stdexcept>

#include "bench/peers/ftps_session.hpp"
#include "bench/peers/measurement.hpp"

namespace consign::bench {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t block_bytes = std::size_t{256} << 10;

struct Load {
    std::string folder;
    std::string name = "load";
    std::uint64_t bytes = 0;
    std::size_t files = 0;
    std::size_t sessions = 1;
};

std::string path_of(const Load& load, std::size_t index) {
    return fmt::format("{}/{}{}", load.folder, load.name,
                       load.sessions > 1 ? fmt::format("-{}", index) : "");
}

class Transfer : public Worker {
  public:
    Transfer(const FtpsServer& server, const Load& load, std::size_t index)
        : session_(server), load_(load), path_(path_of(load, index)), block_(block_bytes, '\0') {
        for (std::size_t i = 0, state = 1; i < block_.size(); ++i) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            block_[i] = static_cast<char>(state >> 56);
        }
    }

  protected:
    FtpsSession session_;
    Load load_;
    std::string path_;
    std::string block_;
};

class Put final : public Transfer {
  public:
    using Transfer::Transfer;
    Done work() override {
        const auto data = session_.transfer("STOR " + path_);
        for (std::uint64_t sent = 0; sent < load_.bytes; sent += block_.size())
            data->write(std::string_view(block_).substr(0, load_.bytes - sent));
        data->end();
        session_.transferred();
        return {.operations = 1, .bytes = load_.bytes, .latencies_ms = {}};
    }
};

class Get final : public Transfer {
  public:
    using Transfer::Transfer;
    Done work() override {
        auto data = session_.transfer("RETR " + path_);
        std::uint64_t got = 0;
        while (const std::size_t some = data->read(block_.data(), block_.size())) got += some;
        data.reset();
        session_.transferred();
        if (got != load_.bytes) throw std::runtime_error("a file of another size");
        return {.operations = 1, .bytes = got, .latencies_ms = {}};
    }
};

class Remove final : public Transfer {
  public:
    using Transfer::Transfer;
    Done work() override {
        session_.ask("DELE " + path_, "250");
        return {.operations = 1, .bytes = 0, .latencies_ms = {}};
    }
};

std::size_t share(const Load& load, std::size_t index) {
    return load.files / load.sessions + (index < load.files % load.sessions ? 1 : 0);
}

class Logins final : public Worker {
  public:
    Logins(const FtpsServer& server, const Load& load, std::size_t index)
        : server_(server), count_(share(load, index)) {}

    Done work() override {
        Done done;
        for (std::size_t i = 0; i < count_; ++i) {
            const auto begun = steady_clock::now();
            FtpsSession session(server_);
            session.ask("QUIT", "221");
            done.latencies_ms.push_back(
                std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
        }
        done.operations = count_;
        return done;
    }

  private:
    FtpsServer server_;
    std::size_t count_;
};

class Idle final : public Worker {
  public:
    Idle(const FtpsServer& server, const Load& load, std::size_t index) {
        for (std::size_t i = 0; i < share(load, index); ++i)
            sessions_.push_back(std::make_unique<FtpsSession>(server));
    }

    Done work() override {
        return {.operations = sessions_.size(), .bytes = 0, .latencies_ms = {}};
    }

  private:
    std::vector<std::unique_ptr<FtpsSession>> sessions_;
};

template <class T>
std::unique_ptr<Worker> make(const FtpsServer& server, const Load& load, std::size_t index) {
    return std::make_unique<T>(server, load, index);
}

using Make = std::unique_ptr<Worker> (*)(const FtpsServer&, const Load&, std::size_t);

struct Kind {
    const char* verb;
    const char* what;
    Make make;
};

constexpr Kind kinds[] = {
    {"put", "One large file up, in each session", make<Put>},
    {"get", "One large file down, in each session", make<Get>},
    {"remove", "One file, in each session, goes", make<Remove>},
    {"login", "Sessions come and go; --files of them", make<Logins>},
    {"idle", "Sessions stay, and do nothing; --files of them, over --sessions threads", make<Idle>},
};

void describe(CLI::App& app, FtpsServer& server, Load& load) {
    app.add_option("--host", server.host);
    app.add_option("--port", server.port)->required();
    app.add_option("--user", server.user)->required();
    app.add_option("--password", server.password, "A throwaway one: it stands in the command line");
    app.add_option("--folder", load.folder, "On the server");
    app.add_option("--name", load.name);
    app.add_option("--bytes", load.bytes, "Of each file");
    app.add_option("--files", load.files, "Of all sessions together");
    app.add_option("--sessions", load.sessions);
}

int run(int argc, char** argv) {
    CLI::App app("Puts load on an FTPS server");
    app.require_subcommand(1);
    FtpsServer server;
    Load load;
    Make make_worker = nullptr;
    for (const Kind& kind : kinds) {
        CLI::App* const verb = app.add_subcommand(kind.verb, kind.what);
        describe(*verb, server, load);
        verb->callback([&make_worker, &kind] { make_worker = kind.make; });
    }
    CLI11_PARSE(app, argc, argv);
    return run_workers(load.sessions,
                       [&](std::size_t index) { return make_worker(server, load, index); });
}

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    // A server may hang up first.
    std::signal(SIGPIPE, SIG_IGN);
    return consign::bench::run(argc, argv);
}

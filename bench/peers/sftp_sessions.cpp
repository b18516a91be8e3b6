// Work that is about sessions and names, not about content.
#include <fmt/format.h>

#include <stdexcept>

#include "bench/peers/sftp_transfers.hpp"

namespace consign::bench {

namespace {

using std::chrono::steady_clock;

class List final : public Worker {
  public:
    List(const Server& server, const Load& load) : session_(server, true), load_(load) {}

    Done work() override {
        Done done;
        Frames frames;
        const std::string path = load_.folder + "/" + load_.name;
        const std::string handle(
            session_.ask(frames.begin(Verb::opendir, 1).text(path).end()).handle());
        for (;;) {
            session_.send(frames.begin(Verb::readdir, 2).text(handle).end());
            const Reply reply = session_.receive();
            if (reply.type == Answer::status) {
                if (reply.number != status_end_of_file) throw std::runtime_error("no listing");
                break;
            }
            done.operations += reply.number;
            done.bytes += reply.body.size();
        }
        session_.ask(frames.begin(Verb::close, 3).text(handle).end());
        return done;
    }

  private:
    SftpSession session_;
    Load load_;
};

class Remove final : public Worker {
  public:
    Remove(const Server& server, const Load& load, std::size_t index)
        : session_(server, true),
          path_(fmt::format("{}/{}{}", load.folder, load.name,
                            load.sessions > 1 ? fmt::format("-{}", index) : "")) {}

    Done work() override {
        Frames frames;
        session_.ask(frames.begin(Verb::remove, 1).text(path_).end());
        return {.operations = 1, .bytes = 0, .latencies_ms = {}};
    }

  private:
    SftpSession session_;
    std::string path_;
};

class MakeFolder final : public Worker {
  public:
    MakeFolder(const Server& server, const Load& load)
        : session_(server, true), path_(load.folder + "/" + load.name) {}

    Done work() override {
        Frames frames;
        session_.ask(frames.begin(Verb::mkdir, 1).text(path_).number(0).end());
        return {.operations = 1, .bytes = 0, .latencies_ms = {}};
    }

  private:
    SftpSession session_;
    std::string path_;
};

class Logins final : public Worker {
  public:
    Logins(const Server& server, std::size_t count) : server_(server), count_(count) {}

    Done work() override {
        Done done;
        for (std::size_t i = 0; i < count_; ++i) {
            const auto begun = steady_clock::now();
            const SftpSession session(server_, false);
            done.latencies_ms.push_back(
                std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
        }
        done.operations = count_;
        return done;
    }

  private:
    Server server_;
    std::size_t count_;
};

class Idle final : public Worker {
  public:
    Idle(const Server& server, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            sessions_.push_back(std::make_unique<SftpSession>(server, false));
    }

    Done work() override {
        return {.operations = sessions_.size(), .bytes = 0, .latencies_ms = {}};
    }

  private:
    std::vector<std::unique_ptr<SftpSession>> sessions_;
};

std::size_t share(const Load& load, std::size_t index) {
    return load.files / load.sessions + (index < load.files % load.sessions ? 1 : 0);
}

}  // namespace

std::unique_ptr<Worker> list_worker(const Server& server, const Load& load, std::size_t) {
    return std::make_unique<List>(server, load);
}

std::unique_ptr<Worker> remove_worker(const Server& server, const Load& load, std::size_t index) {
    return std::make_unique<Remove>(server, load, index);
}

std::unique_ptr<Worker> make_folder_worker(const Server& server, const Load& load, std::size_t) {
    return std::make_unique<MakeFolder>(server, load);
}

std::unique_ptr<Worker> login_worker(const Server& server, const Load& load, std::size_t index) {
    return std::make_unique<Logins>(server, share(load, index));
}

std::unique_ptr<Worker> idle_worker(const Server& server, const Load& load, std::size_t index) {
    return std::make_unique<Idle>(server, share(load, index));
}

}  // namespace consign::bench

// Many small files a session: request by request, or several files at a time.
#include <fmt/format.h>

#include <stdexcept>

#include "bench/peers/sftp_transfers.hpp"

namespace consign::bench {

namespace {

using std::chrono::steady_clock;

double milliseconds_since(steady_clock::time_point begun) {
    return std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count();
}

class SmallFiles final : public Worker {
  public:
    SmallFiles(const Server& server, const Load& load, std::size_t index)
        : session_(server, true),
          load_(load),
          index_(index),
          files_(load.files / load.sessions + (index < load.files % load.sessions ? 1 : 0)),
          noise_(noise(load.bytes)) {}

    Done work() override {
        if (load_.in_flight > 1)
            several_at_a_time();
        else
            one_by_one();
        done_.operations = files_;
        done_.bytes = files_ * load_.bytes;
        return std::move(done_);
    }

  private:
    /// What a slot's request was, in the two low bits of its id.
    enum Stage : std::uint32_t { opened, written, synced, closed };
    static constexpr std::uint32_t stages = 4;

    struct Slot {
        steady_clock::time_point begun;
    };

    std::string next_path() {
        const std::size_t file = begun_++;
        if (load_.files_per_folder == 0)
            return fmt::format("{}/{}-{}-{}", load_.folder, load_.name, index_, file);
        const auto folder = fmt::format("{}/{}-{}-{}", load_.folder, load_.name, index_,
                                        file / load_.files_per_folder);
        if (file % load_.files_per_folder == 0) make_folder(folder);
        return fmt::format("{}/{}", folder, file);
    }

    /// Frames that wait are kept; replies that come in between belong to others.
    void make_folder(const std::string& folder) {
        constexpr std::uint32_t id = 0xffffffff;
        Frames frames;
        session_.send(frames.begin(Verb::mkdir, id).text(folder).number(0).end());
        for (;;) {
            const Reply reply = session_.receive();
            if (reply.id == id) {
                if (reply.number != status_ok) throw std::runtime_error("no folder " + folder);
                return;
            }
            settle(reply);
        }
    }

    void open(std::uint32_t id, const std::string& path) {
        frames_.begin(Verb::open, id).text(path).number(open_write_create_truncate).number(0).end();
    }
    void write(std::uint32_t id, std::string_view handle) {
        frames_.begin(Verb::write, id).text(handle).offset(0).text(noise_).end();
    }
    void sync(std::uint32_t id, std::string_view handle) {
        frames_.begin(Verb::extended, id).text("fsync@openssh.com").text(handle).end();
    }
    void close(std::uint32_t id, std::string_view handle) {
        frames_.begin(Verb::close, id).text(handle).end();
    }

    void one_by_one() {
        while (begun_ < files_) {
            const std::string path = next_path();
            const auto begun = steady_clock::now();
            open(opened, path);
            const std::string handle(session_.ask(frames_).handle());
            write(written, handle);
            session_.ask(frames_);
            if (load_.sync) {
                sync(synced, handle);
                session_.ask(frames_);
            }
            close(closed, handle);
            session_.ask(frames_);
            done_.latencies_ms.push_back(milliseconds_since(begun));
        }
    }

    void several_at_a_time() {
        slots_.resize(std::min(load_.in_flight, files_));
        for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) start(slot);
        while (done_.latencies_ms.size() < files_) {
            if (!frames_.bytes().empty() && !session_.has_reply()) session_.send(frames_);
            settle(session_.receive());
        }
    }

    void start(std::uint32_t slot) {
        if (begun_ == files_) return;
        const std::string path = next_path();
        slots_[slot].begun = steady_clock::now();
        open(slot * stages + opened, path);
    }

    void settle(const Reply& reply) {
        const std::uint32_t slot = reply.id / stages;
        if (reply.type == Answer::status && reply.number != status_ok)
            throw std::runtime_error("a small file was refused");
        if (reply.type == Answer::handle) {
            write(slot * stages + written, reply.handle());
            if (load_.sync) sync(slot * stages + synced, reply.handle());
            close(slot * stages + closed, reply.handle());
        } else if (reply.id % stages == closed) {
            done_.latencies_ms.push_back(milliseconds_since(slots_[slot].begun));
            start(slot);
        }
    }

    SftpSession session_;
    Load load_;
    std::size_t index_;
    std::size_t files_;
    std::string noise_;
    std::size_t begun_ = 0;
    std::vector<Slot> slots_;
    Frames frames_;
    Done done_;
};

}  // namespace

std::unique_ptr<Worker> small_files_worker(const Server& server, const Load& load,
                                           std::size_t index) {
    return std::make_unique<SmallFiles>(server, load, index);
}

}  // namespace consign::bench

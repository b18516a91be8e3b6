// One large file a session, with many requests on the way.
#include <fmt/format.h>

#include <cstring>
#include <map>
#include <random>
#include <stdexcept>

#include "bench/peers/sftp_transfers.hpp"

namespace consign::bench {

namespace {

std::string path_of(const Load& load, std::size_t index) {
    return fmt::format("{}/{}{}", load.folder, load.name,
                       load.sessions > 1 ? fmt::format("-{}", index) : "");
}

class LargeFile : public Worker {
  public:
    LargeFile(const Server& server, const Load& load, std::size_t index)
        : session_(server, true),
          load_(load),
          path_(path_of(load, index)),
          block_(load.block_bytes != 0 ? load.block_bytes : session_.block_bytes()) {}

  protected:
    std::string open(std::uint32_t flags) {
        return std::string(
            session_.ask(frames_.begin(Verb::open, 1).text(path_).number(flags).number(0).end())
                .handle());
    }

    SftpSession session_;
    Load load_;
    std::string path_;
    std::uint32_t block_;
    Frames frames_;
};

class Put final : public LargeFile {
  public:
    Put(const Server& server, const Load& load, std::size_t index)
        : LargeFile(server, load, index), noise_(noise(block_)) {}

    Done work() override {
        const std::string handle = open(open_write_create_truncate);
        for (std::uint64_t offset = 0; offset < load_.bytes; offset += block_) {
            while (waiting_ >= load_.in_flight || (waiting_ > 0 && session_.has_reply())) settle();
            const std::string_view data(noise_.data(),
                                        std::min<std::uint64_t>(block_, load_.bytes - offset));
            frames_.begin(Verb::write, 2).text(handle).offset(offset).text(data).end();
            session_.send(frames_);
            ++waiting_;
        }
        while (waiting_ > 0) settle();
        if (load_.sync)
            session_.ask(
                frames_.begin(Verb::extended, 3).text("fsync@openssh.com").text(handle).end());
        session_.ask(frames_.begin(Verb::close, 4).text(handle).end());
        return {.operations = 1, .bytes = load_.bytes, .latencies_ms = {}};
    }

  private:
    void settle() {
        const Reply reply = session_.receive();
        if (reply.type != Answer::status || reply.number != status_ok)
            throw std::runtime_error("a block was not written");
        --waiting_;
    }

    std::string noise_;
    std::size_t waiting_ = 0;
};

class Get final : public LargeFile {
  public:
    using LargeFile::LargeFile;

    Done work() override {
        handle_ = open(open_read);
        std::uint64_t asked = 0;
        std::uint64_t got = 0;
        while (got < load_.bytes) {
            for (; waiting_.size() < load_.in_flight && asked < load_.bytes; asked += block_)
                read(asked, static_cast<std::uint32_t>(
                                std::min<std::uint64_t>(block_, load_.bytes - asked)));
            if (!frames_.bytes().empty()) session_.send(frames_);
            got += settle();
        }
        session_.ask(frames_.begin(Verb::close, 1).text(handle_).end());
        return {.operations = 1, .bytes = got, .latencies_ms = {}};
    }

  private:
    struct Range {
        std::uint64_t offset;
        std::uint32_t length;
    };

    void read(std::uint64_t offset, std::uint32_t length) {
        waiting_[++last_id_] = {offset, length};
        frames_.begin(Verb::read, last_id_).text(handle_).offset(offset).number(length).end();
    }

    std::uint32_t settle() {
        const Reply reply = session_.receive();
        const auto found = waiting_.find(reply.id);
        if (reply.type != Answer::data || found == waiting_.end() ||
            reply.number > found->second.length)
            throw std::runtime_error("a block was not read");
        const Range range = found->second;
        waiting_.erase(found);
        if (reply.number < range.length)
            read(range.offset + reply.number, range.length - reply.number);
        return reply.number;
    }

    std::string handle_;
    std::map<std::uint32_t, Range> waiting_;
    std::uint32_t last_id_ = 0;
};

}  // namespace

std::string noise(std::size_t bytes) {
    std::mt19937_64 random(bytes);
    std::string noise(bytes, '\0');
    for (std::size_t i = 0; i + 8 <= bytes; i += 8) {
        const std::uint64_t word = random();
        std::memcpy(noise.data() + i, &word, sizeof word);
    }
    return noise;
}

std::unique_ptr<Worker> put_worker(const Server& server, const Load& load, std::size_t index) {
    return std::make_unique<Put>(server, load, index);
}

std::unique_ptr<Worker> get_worker(const Server& server, const Load& load, std::size_t index) {
    return std::make_unique<Get>(server, load, index);
}

}  // namespace consign::bench

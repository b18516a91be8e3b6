#include "daemon/workers/delivery/sftp_client.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "daemon/workers/delivery/errc.hpp"

namespace consign::delivery {

namespace {

constexpr std::size_t packet_limit_bytes = 512 * 1024;

enum class Type : std::uint8_t {
    init = 1,
    version = 2,
    open = 3,
    close = 4,
    read = 5,
    write = 6,
    lstat = 7,
    fstat = 8,
    opendir = 11,
    readdir = 12,
    remove = 13,
    mkdir = 14,
    rename = 18,
    status = 101,
    handle = 102,
    data = 103,
    name = 104,
    attrs = 105,
    extended = 200,
    extended_reply = 201,
};

constexpr std::uint32_t has_size = 1, has_owner = 2, has_permissions = 4, has_times = 8,
                        has_extended = 0x80000000;
constexpr std::uint32_t type_mask = 0170000, regular_file = 0100000;

enum class Status : std::uint32_t {
    ok = 0,
    eof = 1,
    no_such_file = 2,
    permission_denied = 3,
    // Of later versions; some servers say them in version 3, too.
    no_space = 14,
    quota_exceeded = 15
};

Result<> error_of(std::uint32_t status) {
    switch (static_cast<Status>(status)) {
        case Status::ok:
            return {};
        case Status::no_such_file:
            return failure(delivery_errc::no_such_name);
        case Status::permission_denied:
            return failure(delivery_errc::refused);
        case Status::no_space:
        case Status::quota_exceeded:
            return failure(delivery_errc::full);
        default:
            return failure(delivery_errc::far_end_failed);
    }
}

/// A broken answer leaves nothing to go on with.
std::unexpected<std::error_code> nonsense() {
    return failure(delivery_errc::connection_lost);
}

SftpAttributes attributes_in(ByteReader& reader) {
    SftpAttributes attributes;
    const std::uint32_t flags = reader.u32();
    if (flags & has_size) attributes.size_bytes = reader.u64();
    if (flags & has_owner) reader.take(8);
    if (flags & has_permissions) attributes.is_file = (reader.u32() & type_mask) == regular_file;
    if (flags & has_times) {
        reader.u32();
        attributes.modified = reader.u32();
    }
    if (flags & has_extended)
        for (std::uint32_t left = reader.u32(); left > 0 && !reader.failed(); --left) {
            reader.string();
            reader.string();
        }
    return attributes;
}

}  // namespace

/// A packet under way: its length is put in at the end.
class SftpClient::Request {
  public:
    explicit Request(Type type) : fields_(bytes_) {
        fields_.u32(0).u8(static_cast<std::uint8_t>(type));
    }
    Request(Type type, std::uint32_t id) : Request(type) { fields_.u32(id); }
    ByteWriter& fields() { return fields_; }
    ByteView finish() {
        Bytes length;
        ByteWriter(length).u32(static_cast<std::uint32_t>(bytes_.size() - 4));
        std::ranges::copy(length, bytes_.begin());
        return bytes_;
    }

  private:
    Bytes bytes_;
    ByteWriter fields_;
};

Result<> SftpClient::send(Request& request) {
    return ssh_->send(request.finish());
}

Result<SftpClient::Answer> SftpClient::receive(std::chrono::milliseconds patience) {
    std::array<std::uint8_t, 4> head{};
    if (auto done = ssh_->receive(head, patience); !done) return failure(done.error());
    const std::uint32_t length = ByteReader(head).u32();
    if (length < 5 || length > packet_limit_bytes) return nonsense();
    Bytes packet(length);
    if (auto done = ssh_->receive(packet, SshClient::answer_time); !done)
        return failure(done.error());
    ByteReader reader(packet);
    Answer answer{.type = reader.u8(), .id = reader.u32(), .body = {}};
    answer.body.assign(packet.begin() + 5, packet.end());
    return answer;
}

Result<SftpClient::Answer> SftpClient::ask(Request& request, std::chrono::milliseconds patience) {
    if (auto sent = send(request); !sent) return failure(sent.error());
    auto answer = receive(patience);
    if (!answer) return answer;
    if (answer->id != last_id_) return nonsense();
    if (answer->type != static_cast<std::uint8_t>(Type::status)) return answer;
    const std::uint32_t status = ByteReader(answer->body).u32();
    if (auto error = error_of(status); !error) {
        // The end of a folder is no failure: who asks looks at the type.
        if (status != static_cast<std::uint32_t>(Status::eof)) return failure(error.error());
    }
    return answer;
}

Result<> SftpClient::done(Request& request) {
    const auto answer = ask(request);
    if (!answer) return failure(answer.error());
    if (answer->type != static_cast<std::uint8_t>(Type::status)) return nonsense();
    return error_of(ByteReader(answer->body).u32());
}

Result<SftpClient::Handle> SftpClient::handle(Request& request) {
    const auto answer = ask(request);
    if (!answer) return failure(answer.error());
    if (answer->type != static_cast<std::uint8_t>(Type::handle)) return nonsense();
    const ByteView handle = ByteReader(answer->body).string();
    return Handle(handle.begin(), handle.end());
}

Result<> SftpClient::begin() {
    Request request(Type::init);
    request.fields().u32(3);
    if (auto sent = send(request); !sent) return sent;
    // The answer has its version where others have an id.
    const auto answer = receive();
    if (!answer) return failure(answer.error());
    if (answer->type != static_cast<std::uint8_t>(Type::version) || answer->id < 3)
        return nonsense();
    ByteReader reader(answer->body);
    while (!reader.rest().empty() && !reader.failed()) {
        const auto name = as_text(reader.string());
        const auto data = as_text(reader.string());
        if (!reader.failed()) extensions_.emplace(name, data);
    }
    return {};
}

Result<std::optional<SftpAttributes>> SftpClient::look(std::string_view path) {
    Request request(Type::lstat, ++last_id_);
    request.fields().string(path);
    const auto answer = ask(request);
    if (!answer) {
        if (answer.error() == delivery_errc::no_such_name) return std::nullopt;
        return failure(answer.error());
    }
    if (answer->type != static_cast<std::uint8_t>(Type::attrs)) return nonsense();
    ByteReader reader(answer->body);
    return attributes_in(reader);
}

Result<SftpAttributes> SftpClient::look(const Handle& handle) {
    Request request(Type::fstat, ++last_id_);
    request.fields().string(handle);
    const auto answer = ask(request);
    if (!answer) return failure(answer.error());
    if (answer->type != static_cast<std::uint8_t>(Type::attrs)) return nonsense();
    ByteReader reader(answer->body);
    return attributes_in(reader);
}

Result<SftpClient::Handle> SftpClient::open(std::string_view path, Open how) {
    Request request(Type::open, ++last_id_);
    request.fields().string(path).u32(static_cast<std::uint32_t>(how)).u32(0);
    return handle(request);
}

Result<> SftpClient::close(const Handle& handle) {
    Request request(Type::close, ++last_id_);
    request.fields().string(handle);
    return done(request);
}

Result<> SftpClient::write(const Handle& handle, std::uint64_t from,
                           const std::function<Result<ByteView>()>& next) {
    std::set<std::uint32_t> unanswered;
    Result<> came;
    const auto take_answer = [&]() -> Result<> {
        const auto answer = receive();
        if (!answer) return failure(answer.error());
        if (unanswered.erase(answer->id) == 0 ||
            answer->type != static_cast<std::uint8_t>(Type::status))
            return nonsense();
        // What was refused first is what is told; the answers to the others are waited for.
        if (auto error = error_of(ByteReader(answer->body).u32()); !error && came) came = error;
        return {};
    };
    for (bool is_end = false; came && !is_end;) {
        const auto block = next();
        if (!block) {
            came = failure(block.error());
            break;
        }
        is_end = block->empty();
        if (is_end) break;
        Request request(Type::write, ++last_id_);
        request.fields().string(handle).u64(from).string(*block);
        if (auto sent = send(request); !sent) return sent;
        from += block->size();
        unanswered.insert(last_id_);
        // Answers may come in any order: the oldest one without its answer bounds the window.
        while (!unanswered.empty() && last_id_ - *unanswered.begin() + 1 >= outstanding_limit)
            if (auto taken = take_answer(); !taken) return taken;
    }
    // Where it is to stop, nothing is waited for any more.
    while (!unanswered.empty() && (came || !is_of_connection(came.error())))
        if (auto taken = take_answer(); !taken) return taken;
    return came;
}

Result<> SftpClient::read(const Handle& handle, std::uint64_t from, std::uint64_t to,
                          const std::function<Result<>(std::uint64_t, ByteView)>& taker) {
    struct Asked {
        std::uint32_t id;
        std::uint64_t offset;
        std::uint32_t length;
    };
    std::deque<Asked> asked;
    std::map<std::uint32_t, Answer> early;  // answers may come in any order
    std::uint64_t next = from;
    const auto ask_for = [&](std::uint64_t offset, std::uint32_t length) -> Result<Asked> {
        Request request(Type::read, ++last_id_);
        request.fields().string(handle).u64(offset).u32(length);
        if (auto sent = send(request); !sent) return failure(sent.error());
        return Asked{last_id_, offset, length};
    };
    Result<> came;
    const auto settle = [&](const Asked& first, const Answer& answer) -> Result<> {
        if (!came) return {};
        if (answer.type != static_cast<std::uint8_t>(Type::data)) {
            const std::uint32_t status = ByteReader(answer.body).u32();
            came = status == static_cast<std::uint32_t>(Status::eof)
                       ? failure(delivery_errc::changed)
                       : error_of(status);
            if (came) return nonsense();
            return {};
        }
        const ByteView bytes = ByteReader(answer.body).string();
        if (bytes.empty() || bytes.size() > first.length) return nonsense();
        came = taker(first.offset, bytes);
        if (came && bytes.size() < first.length) {
            auto rest = ask_for(first.offset + bytes.size(),
                                first.length - static_cast<std::uint32_t>(bytes.size()));
            if (!rest) return failure(rest.error());
            asked.push_front(*rest);
        }
        return {};
    };
    for (;;) {
        while (came && next < to && asked.size() < outstanding_limit) {
            const auto length =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(block_bytes, to - next));
            auto one = ask_for(next, length);
            if (!one) return failure(one.error());
            asked.push_back(*one);
            next += length;
        }
        if (asked.empty()) return came;
        const Asked first = asked.front();
        while (!early.contains(first.id)) {
            auto answer = receive();
            if (!answer) return failure(answer.error());
            if (early.size() > outstanding_limit) return nonsense();
            const std::uint32_t id = answer->id;
            early.emplace(id, *std::move(answer));
        }
        asked.pop_front();
        const auto answer = early.extract(first.id);
        if (auto settled = settle(first, answer.mapped()); !settled) return settled;
    }
}

Result<> SftpClient::rename(std::string_view from, std::string_view to) {
    Request request(Type::rename, ++last_id_);
    request.fields().string(from).string(to);
    return done(request);
}

Result<> SftpClient::remove(std::string_view path) {
    Request request(Type::remove, ++last_id_);
    request.fields().string(path);
    return done(request);
}

Result<> SftpClient::make_directory(std::string_view path) {
    Request request(Type::mkdir, ++last_id_);
    request.fields().string(path).u32(0);
    return done(request);
}

Result<SftpClient::Handle> SftpClient::open_directory(std::string_view path) {
    Request request(Type::opendir, ++last_id_);
    request.fields().string(path);
    return handle(request);
}

Result<std::vector<SftpName>> SftpClient::list(const Handle& directory) {
    Request request(Type::readdir, ++last_id_);
    request.fields().string(directory);
    const auto answer = ask(request);
    if (!answer) return failure(answer.error());
    std::vector<SftpName> names;
    if (answer->type == static_cast<std::uint8_t>(Type::status)) return names;
    if (answer->type != static_cast<std::uint8_t>(Type::name)) return nonsense();
    ByteReader reader(answer->body);
    for (std::uint32_t left = reader.u32(); left > 0 && !reader.failed(); --left) {
        SftpName name{.name = std::string(as_text(reader.string())), .attributes = {}};
        reader.string();  // the long form, for people
        name.attributes = attributes_in(reader);
        names.push_back(std::move(name));
    }
    if (reader.failed() || names.empty()) return nonsense();
    return names;
}

Result<> SftpClient::sync(const Handle& handle) {
    Request request(Type::extended, ++last_id_);
    request.fields().string(std::string_view("fsync@openssh.com")).string(handle);
    return done(request);
}

Result<std::uint64_t> SftpClient::free_bytes(const Handle& handle) {
    Request request(Type::extended, ++last_id_);
    request.fields().string(std::string_view("fstatvfs@openssh.com")).string(handle);
    const auto answer = ask(request);
    if (!answer) return failure(answer.error());
    if (answer->type != static_cast<std::uint8_t>(Type::extended_reply)) return nonsense();
    ByteReader reader(answer->body);
    // f_bsize, f_frsize, f_blocks, f_bfree, f_bavail
    reader.u64();
    const std::uint64_t block_size = reader.u64();
    reader.u64();
    reader.u64();
    const std::uint64_t free_blocks = reader.u64();
    if (reader.failed()) return nonsense();
    // As many as nobody has: they say nothing.
    if (block_size != 0 && free_blocks > std::numeric_limits<std::uint64_t>::max() / block_size)
        return std::numeric_limits<std::uint64_t>::max();
    return free_blocks * block_size;
}

Result<Digest32> SftpClient::sha256(std::string_view path, std::chrono::milliseconds patience) {
    Request request(Type::extended, ++last_id_);
    request.fields()
        .string(std::string_view("check-file-name"))
        .string(path)
        .string(std::string_view("sha256"))
        .u64(0)
        .u64(0)
        .u32(0);
    const auto answer = ask(request, patience);
    if (!answer) return failure(answer.error());
    ByteReader reader(answer->body);
    const auto algorithm = as_text(reader.string());
    Digest32 digest{};
    if (answer->type != static_cast<std::uint8_t>(Type::extended_reply) || reader.failed() ||
        algorithm != "sha256" || reader.rest().size() != digest.size())
        return failure(delivery_errc::far_end_failed);
    std::ranges::copy(reader.rest(), digest.begin());
    return digest;
}

}  // namespace consign::delivery

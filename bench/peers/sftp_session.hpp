// A client's SFTP session over libssh: logs in by public key, and sends and reads frames of SFTP 3
// without waiting for one another's answer. Blocks; one thread a session.
#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sftp/wide_reads.hpp"

namespace consign::bench {

struct Server {
    std::string host = "127.0.0.1";
    unsigned port = 0;
    std::string user;
    std::string key;     ///< file
    std::string cipher;  ///< one, for both directions
};

/// SFTP's numbers, of draft-ietf-secsh-filexfer-02.
enum class Verb : std::uint8_t {
    init = 1,
    open = 3,
    close = 4,
    read = 5,
    write = 6,
    opendir = 11,
    readdir = 12,
    remove = 13,
    mkdir = 14,
    rmdir = 15,
    extended = 200,
};
enum class Answer : std::uint8_t {
    version = 2,
    status = 101,
    handle = 102,
    data = 103,
    name = 104
};
constexpr std::uint32_t status_ok = 0;
constexpr std::uint32_t status_end_of_file = 1;

constexpr std::uint32_t open_read = 1;
constexpr std::uint32_t open_write_create_truncate = 2 | 8 | 16;

struct Reply {
    Answer type;
    std::uint32_t id;
    std::uint32_t number;  ///< a status' code, or how many names, or bytes of data
    std::span<const char>
        body;  ///< what follows the number; of data, nothing; until the next receive
    [[nodiscard]] std::string_view handle() const { return {body.data(), body.size()}; }
};

/// Collects frames, which leave as one.
class Frames {
  public:
    /// Begins a frame; `more` bytes of payload follow that send() is given beside it.
    Frames& begin(Verb verb, std::uint32_t id, std::size_t more = 0);
    Frames& number(std::uint32_t value);
    Frames& offset(std::uint64_t value);
    Frames& text(std::string_view value);
    /// Ends it: its length is known.
    Frames& end();
    void clear() { bytes_.clear(); }
    [[nodiscard]] std::string& bytes() { return bytes_; }

  private:
    std::string bytes_;
    std::size_t begun_ = 0;
    std::size_t more_ = 0;
};

class SftpSession {
  public:
    /// How much the server may have on the way to us, in bytes: OpenSSH's own client's.
    static constexpr std::uint32_t window_bytes = std::uint32_t{2} << 20;

    /// Without wide reads where sessions of one thread take turns, or only wait.
    SftpSession(const Server& server, bool wide_reads);
    SftpSession(const SftpSession&) = delete;
    SftpSession& operator=(const SftpSession&) = delete;
    ~SftpSession();

    /// Sends what was collected, and forgets it.
    void send(Frames& frames);
    /// The next reply, whichever request it answers.
    Reply receive();
    /// Whether a reply has begun to come in.
    bool has_reply();
    /// Sends one request, and waits for its answer; a status other than OK is an error.
    Reply ask(Frames& frames);

    /// What the server takes in one WRITE, and gives in one READ.
    [[nodiscard]] std::uint32_t block_bytes() const { return block_bytes_; }

  private:
    void connect(const Server& server);
    void init();
    /// libssh's, for what comes in on the channel; takes all of it.
    static int on_data(ssh_session session, ssh_channel channel, void* data, std::uint32_t size,
                       int is_stderr, void* self);
    /// Reads once, and waits for something to read where nothing is there.
    void pump(int timeout_ms);
    /// Waits until so many bytes lie together.
    void need(std::size_t bytes);
    /// Drops so many, of which some may yet have to come.
    void skip(std::size_t bytes);
    /// The server may send so much again as was consumed; told now and then.
    void open_window();

    ssh_session session_;
    ssh_channel channel_ = nullptr;
    ssh_event event_ = nullptr;
    ssh_channel_callbacks_struct callbacks_{};
    ssh::WideReads reads_;
    std::optional<ssh::WideReads::Turn> wide_;  // for as long as the session lives
    std::vector<char> in_;
    std::size_t begin_ = 0;
    std::size_t skip_ = 0;
    std::size_t consumed_ = 0;
    std::uint32_t block_bytes_ = 32768;
};

}  // namespace consign::bench

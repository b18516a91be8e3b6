// What is asked of a server by URL: over HTTP, SMTP or FTP, with TLS that is always verified.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace consign::curl {

/// Where the URL's scheme (http, smtp, ftp) does not say that TLS begins with the first byte.
enum class Tls : std::uint8_t {
    by_scheme,      // none but the scheme's
    where_offered,  // STARTTLS, AUTH TLS; what is offered must be good
    required,       // the same, and of an FTP server's data connections, too
};

/// What goes out, read where it is wanted: after a resume not from the start.
struct Upload {
    std::uint64_t size_bytes = 0;  // of the whole
    std::uint64_t from = 0;        // so much of it is there already: FTP appends the rest
    /// Fills `out` from `offset`: all of it but at the end. 0 at the end.
    std::function<Result<std::size_t>(std::uint64_t offset, ByteSpan out)> read;
};

struct Request {
    std::string url;  // its scheme is the only one spoken; no login stands in it
    Tls tls = Tls::by_scheme;
    std::optional<std::filesystem::path>
        ca{};            // PEM: who vouches for the server; else the system's
    std::string user{};  // empty: no login
    SecretText password{};

    std::optional<Upload> upload{};
    /// What comes: handed on piece by piece. Where absent it is dropped, up to dropped_limit_bytes.
    std::function<Result<>(ByteView piece)> received{};
    std::uint64_t receive_from = 0;  // of a download: skip so much
    /// Each line of the server's answers, as it came (HTTP: its headers).
    std::function<void(std::string_view line)> answered{};

    // HTTP
    std::optional<std::string> post{};   // a body
    std::vector<std::string> headers{};  // "Name: value"

    // SMTP: `upload` is the message
    std::string mail_from{}, mail_to{};  // addresses

    // FTP
    std::vector<std::string> before{}, after{};  // commands around the transfer; a refusal ends it
    bool without_content = false;                // commands alone; Reply::size_bytes is asked for
    bool names_only = false;                     // of a folder's listing (NLST)
    std::string list_command{};                  // instead of LIST: "MLSD"
    bool make_folders = false;                   // those that are missing on an upload's way

    std::optional<std::uint64_t> rate{};  // bytes a second, each way
    std::chrono::seconds connect_time{15};
    std::chrono::seconds stall_time{60};  // without a byte
    std::optional<std::chrono::seconds> total_time{};

    static constexpr std::size_t dropped_limit_bytes = std::size_t{1} << 20;
};

struct Reply {
    long code = 0;  // the protocol's last: 200, 226, 250
    std::uint64_t sent_bytes = 0, received_bytes = 0;
    std::optional<std::uint64_t> size_bytes{};  // of the file that is there, where it was told
};

}  // namespace consign::curl

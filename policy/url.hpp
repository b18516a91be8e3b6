// URLs, as far as the policy has them.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace consign::policy {

/// Of a target: `sftp://USER@HOST:PORT/FOLDER`, `ftps://...`, `file:///FOLDER`.
struct TargetUrl {
    std::string scheme;
    std::string user;        // empty: none
    std::string host;        // an IPv6 address without its brackets; empty for `file`
    std::uint16_t port = 0;  // the scheme's own where none is written; 0 for `file`
    std::string folder;      // absolute, or empty: where the login leads
};
/// The error quotes nothing: a password may stand in what is written.
[[nodiscard]] std::expected<TargetUrl, std::string> parse_target_url(std::string_view text);

/// `http://` or `https://`, with a host. The error quotes nothing.
[[nodiscard]] std::expected<std::string, std::string> parse_web_url(std::string_view text);

/// Of a mail relay: `smtp://HOST:PORT`, `smtps://...`. The error quotes nothing.
[[nodiscard]] std::expected<std::string, std::string> parse_relay_url(std::string_view text);

}  // namespace consign::policy

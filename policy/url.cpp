#include "policy/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v6.hpp>
#include <cctype>
#include <charconv>
#include <optional>
#include <span>

namespace consign::policy {

namespace {

struct Scheme {
    std::string_view name;
    std::uint16_t port;
};
constexpr std::array targets{Scheme{"sftp", 22}, Scheme{"ftps", 21}, Scheme{"file", 0}};
constexpr std::array web{Scheme{"http", 80}, Scheme{"https", 443}};
constexpr std::array relays{Scheme{"smtp", 25}, Scheme{"smtps", 465}};

/// What stands between `://` and the path.
struct Authority {
    std::string user, host;
    std::uint16_t port = 0;
};

std::unexpected<std::string> wrong(std::string message) {
    return std::unexpected(std::move(message));
}

bool is_word(std::string_view text, std::string_view marks) {
    return !text.empty() && std::ranges::all_of(text, [&](char byte) {
        return std::isalnum(static_cast<unsigned char>(byte)) != 0 || marks.contains(byte);
    });
}

/// Takes `HOST`, or `[HOST]`, off the front.
std::optional<std::string> take_host(std::string_view& text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        std::string host(text.substr(1, end - 1));
        boost::system::error_code error;
        boost::asio::ip::make_address_v6(host, error);
        if (error) return std::nullopt;
        text.remove_prefix(end + 1);
        return host;
    }
    const std::string_view host = text.substr(0, text.find(':'));
    if (!is_word(host, ".-_")) return std::nullopt;
    text.remove_prefix(host.size());
    return std::string(host);
}

/// `password_elsewhere`: what to do with a password that stands in it.
std::expected<Authority, std::string> parse_authority(std::string_view text,
                                                      std::uint16_t default_port,
                                                      std::string_view password_elsewhere) {
    Authority authority{.user = {}, .host = {}, .port = default_port};
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        const std::string_view user = text.substr(0, at);
        if (user.contains(':'))
            return wrong(fmt::format("a password never stands in a URL: {}", password_elsewhere));
        if (!is_word(user, ".-_@+")) return wrong("a user's name that is none stands in this URL");
        authority.user = user;
        text.remove_prefix(at + 1);
    }
    auto host = take_host(text);
    if (!host) return wrong("a host is missing in this URL, or is none");
    authority.host = std::move(*host);
    if (text.empty()) return authority;
    const std::string_view digits = text.substr(1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), authority.port);
    if (text.front() != ':' || error != std::errc{} || end != digits.data() + digits.size() ||
        authority.port == 0)
        return wrong("a port that is none stands in this URL");
    return authority;
}

struct Split {
    Scheme scheme;
    std::string_view authority, path;
};

std::expected<Split, std::string> split(std::string_view text, std::span<const Scheme> schemes,
                                        std::string_view example) {
    for (const Scheme& scheme : schemes) {
        const std::string start = fmt::format("{}://", scheme.name);
        if (!text.starts_with(start)) continue;
        text.remove_prefix(start.size());
        const std::size_t slash = std::min(text.find('/'), text.size());
        return Split{scheme, text.substr(0, slash), text.substr(slash)};
    }
    return wrong(fmt::format("expected a URL such as `{}`", example));
}

std::expected<std::string, std::string> parse_plain_url(std::string_view text,
                                                        std::span<const Scheme> schemes,
                                                        std::string_view example) {
    const auto parts = split(text, schemes, example);
    if (!parts) return wrong(parts.error());
    const auto authority =
        parse_authority(parts->authority, parts->scheme.port, "nobody logs in at this one");
    if (!authority) return wrong(authority.error());
    if (!authority->user.empty())
        return wrong("a user's name may not stand in this URL: nobody logs in there");
    return std::string(text);
}

}  // namespace

std::expected<TargetUrl, std::string> parse_target_url(std::string_view text) {
    const auto parts = split(text, targets, "sftp://user@host.example:22/folder");
    if (!parts) return wrong(parts.error());
    TargetUrl url{.scheme = std::string(parts->scheme.name),
                  .user = {},
                  .host = {},
                  .folder = std::string(parts->path == "/" ? "" : parts->path)};
    if (url.scheme == "file") {
        if (!parts->authority.empty() || url.folder.empty())
            return wrong("expected a local folder such as `file:///srv/deliveries`");
        return url;
    }
    auto authority = parse_authority(parts->authority, parts->scheme.port,
                                     "write `password: file:PATH` beside it");
    if (!authority) return wrong(authority.error());
    url.user = std::move(authority->user);
    url.host = std::move(authority->host);
    url.port = authority->port;
    return url;
}

std::expected<std::string, std::string> parse_web_url(std::string_view text) {
    return parse_plain_url(text, web, "https://host.example/path");
}

std::expected<std::string, std::string> parse_relay_url(std::string_view text) {
    return parse_plain_url(text, relays, "smtps://relay.example:465");
}

}  // namespace consign::policy

// `scan:` of consign.yaml, or of a route: the virus scanner.
#include <fmt/format.h>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/network.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

namespace {

/// sockaddr_un's, without its last NUL.
constexpr std::size_t socket_path_limit_bytes = 107;

std::expected<Scanner, std::string> parse_clamd(std::string_view text) {
    Scanner scanner{.text = std::string(text)};
    if (text.starts_with('/')) {
        if (text.size() > socket_path_limit_bytes)
            return std::unexpected(
                fmt::format("the path of a socket has {} bytes at most", socket_path_limit_bytes));
        scanner.socket = text;
        return scanner;
    }
    const auto at = parse_bind(text);
    if (!at || at->port == 0 || at->address.is_unspecified())
        return std::unexpected(fmt::format(
            "expected clamd's socket, such as `/run/clamav/clamd.ctl`, or its address and port, "
            "such as `127.0.0.1:3310`, found {}",
            cited(text)));
    scanner.address = at->address;
    scanner.port = at->port;
    return scanner;
}

}  // namespace

void read_scan(const Reader& in, const yaml::Node& node, std::optional<Scanner>& scan) {
    in.mapping(node,
               {required("clamd", "ClamAV's clamd: its local socket, or its address and port.",
                         [&](const yaml::Node& clamd) {
                             auto read = in.parsed(clamd, text_form::clamd, parse_clamd);
                             if (!read) return;
                             scan = *std::move(read);
                             scan->rule = in.rule(node.place);
                         })});
}

}  // namespace consign::policy

// `targets:` and `pulls:` of a file in policy.d: where the policy delivers to, and fetches from.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"
#include "policy/url.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

constexpr std::size_t pull_limit = 1000;
constexpr std::size_t connection_limit = 64;
constexpr std::size_t fingerprint_characters = 43;  // a SHA-256 in base64, without its padding

constexpr std::array<std::string_view, 2> after_pull_names{"keep", "delete"};

std::expected<std::string, std::string> parse_host_key(std::string_view text) {
    constexpr std::string_view prefix = "SHA256:";
    constexpr std::string_view base64 =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.starts_with(prefix) && text.size() == prefix.size() + fingerprint_characters &&
        text.find_first_not_of(base64, prefix.size()) == std::string_view::npos)
        return std::string(text);
    return std::unexpected(
        fmt::format("expected a fingerprint as `ssh-keygen -l` prints it, `SHA256:` and {} "
                    "characters, found {}",
                    fingerprint_characters, cited(text)));
}

/// What a target of one scheme needs, or does not have.
void check_means(const Reader& in, Place at, Place url, const Target& target) {
    const bool logs_in = target.scheme == "sftp" || target.scheme == "ftps";
    if (logs_in && target.user.empty())
        in.error(url, fmt::format("the user is missing: write `{}://USER@{}`", target.scheme,
                                  target.host));
    if (target.identity && target.scheme == "ftps")
        in.error(at, "`identity` belongs to an sftp target: an ftps target has a `password`");
    if (target.scheme == "sftp" && target.host_key.empty())
        in.error(at,
                 "`host_key` is missing: the fingerprint of the server's key, so that nobody "
                 "else is taken for it");
    if (target.scheme == "sftp" && !target.identity && !target.password)
        in.error(at, "`identity` or `password` is missing: how to log in there");
    if (!target.host_key.empty() && target.scheme != "sftp" && !target.scheme.empty())
        in.error(at, "`host_key` belongs to an sftp target");
    if (target.ca && target.scheme != "ftps" && !target.scheme.empty())
        in.error(at, "`ca` belongs to an ftps target");
}

Target read_target(const Reading& reading, const Entry& entry, TargetDraft& draft) {
    const Reader& in = reading.in;
    Target target;
    target.name = entry.key;
    target.rule = in.rule(entry.place);
    const std::size_t errors = in.errors();
    Place url_place = entry.place;
    const auto read_url = [&](const Node& node) {
        url_place = node.place;
        const std::size_t errors_before = in.errors();
        auto url = in.parsed(node, text_form::target_url, parse_target_url);
        if (in.errors() > errors_before) in.withhold(node);
        if (!url) return;
        target.scheme = std::move(url->scheme);
        target.user = std::move(url->user);
        target.host = std::move(url->host);
        target.port = url->port;
        target.folder = std::move(url->folder);
    };
    const auto reference_into = [&](std::optional<KeyReference>& field) {
        return [&](const Node& node) { field = read_reference(in, node, reading.folder); };
    };
    const auto read_ca = [&](const Node& node) {
        if (const auto written = in.text(node)) target.ca = absolute(reading.folder, *written);
    };
    const auto read_residency = [&](const Node& node) {
        draft.residency_place = node.place;
        in.text_into(target.residency)(node);
    };
    const auto read_at = [&](const Node& node) {
        target.at = read_schedule(in, node, reading.draft.policy.zone);
    };
    in.mapping(
        *entry.value,
        {required("url", "Where it is: sftp://USER@HOST:PORT/FOLDER, ftps://... or file:///FOLDER.",
                  read_url),
         optional("identity", "Where the private key to log in with stands.",
                  reference_into(target.identity)),
         optional("password", "Where the password to log in with stands.",
                  reference_into(target.password)),
         optional("host_key", "Of an sftp target: the fingerprint of the server's key.",
                  in.parsed_into(target.host_key, text_form::host_key, parse_host_key)),
         optional("ca",
                  "Of an ftps target: the file (PEM) of who signs its certificate, instead of the "
                  "system's.",
                  read_ca),
         optional("residency", "Where it stands: not elsewhere than the site's data.",
                  read_residency),
         optional("connections", "Connections at once.",
                  in.count_into(target.connections, connection_limit), "1"),
         optional("rate", "Bytes a second, of all connections.", in.rate_into(target.rate)),
         optional("at", "Windows in which, or instants at which, it is delivered to.", read_at)},
        entry.place);
    if (in.errors() == errors) check_means(in, entry.place, url_place, target);
    return target;
}

/// `..` stays at the target's folder: what it means is no folder there.
bool leaves_target(std::string_view folder) {
    int depth = 0;
    while (!folder.empty()) {
        const std::string_view segment = folder.substr(0, folder.find('/'));
        folder.remove_prefix(std::min(segment.size() + 1, folder.size()));
        if (segment == "..")
            --depth;
        else if (!segment.empty() && segment != ".")
            ++depth;
        if (depth < 0) return true;
    }
    return false;
}

PullDraft read_pull(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    PullDraft draft{.at = in.located(node.place), .pull = {}};
    Pull& pull = draft.pull;
    pull.rule = in.rule(node.place);
    const auto read_name = [&](const Node& name) {
        const auto written = in.name(name);
        if (written && is_first(in, reading.draft.pull_names, "pull", *written, node.place))
            pull.name = *written;
    };
    const auto read_into = [&](const Node& path) {
        draft.into_place = path.place;
        if (auto folder = in.path(path)) pull.into = std::move(*folder);
    };
    const auto read_from = [&](const Node& folder) {
        in.text_into(pull.from_folder)(folder);
        if (leaves_target(pull.from_folder) || !VirtualPath::parse(pull.from_folder))
            in.error(folder.place, fmt::format("expected a folder below the target's, such as "
                                               "`/outbox`, found {}",
                                               cited(pull.from_folder)));
    };
    const auto read_at = [&](const Node& at) {
        pull.at = read_schedule(in, at, reading.draft.policy.zone);
    };
    const auto read_then = [&](const Node& then) {
        if (const auto index = in.choice(then, after_pull_names)) pull.deletes = *index == 1;
    };
    in.mapping(node, {required("name", "The pull's name.", read_name),
                      required("target", "The target's name.",
                               use_into(reading, Use::Of::target, pull.target)),
                      required("from_folder", "The folder there.", read_from),
                      required("into", "The folder here, of the whole tree.", read_into),
                      required("at", "When: windows, or instants.", read_at),
                      optional("then", "What becomes of the file there.", read_then, "keep")});
    return draft;
}

}  // namespace

void read_targets(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    in.named(node, [&](const Entry& entry) {
        TargetDraft draft{.at = in.located(entry.place), .target = {}};
        draft.target = read_target(reading, entry, draft);
        if (!in.is_name(entry.key, entry.place)) return;
        const auto [first, is_new] = reading.draft.targets.try_emplace(entry.key, std::move(draft));
        if (!is_new)
            in.error(entry.place, fmt::format("the target {} is there already, at {}",
                                              cited(entry.key), first->second.target.rule.text()));
    });
}

void read_pulls(const Reading& reading, const Node& node) {
    reading.in.items(node, pull_limit, [&](const Node& item) {
        reading.draft.pulls.push_back(read_pull(reading, item));
    });
}

}  // namespace consign::policy

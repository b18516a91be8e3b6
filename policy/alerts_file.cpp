// `alerts:` of a file in policy.d: whom to tell, and how.
#include <fmt/format.h>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"
#include "policy/url.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

constexpr std::size_t channel_limit = 16;

std::expected<std::string, std::string> parse_program(std::string_view text) {
    if (text.starts_with('/') && text.size() > 1) return std::string(text);
    return std::unexpected(
        fmt::format("expected the absolute path of a program, found {}", cited(text)));
}

std::expected<std::string, std::string> parse_mail_address(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at != 0 && at != std::string_view::npos && at + 1 < text.size() &&
        text.find_first_of("@ <>,", at + 1) == std::string_view::npos &&
        text.substr(0, at).find_first_of(" <>,") == std::string_view::npos)
        return std::string(text);
    return std::unexpected(std::string("expected one address such as `someone@host.example`"));
}

void read_channel(const Reading& reading, const Node& node, std::vector<AlertChannel>& channels) {
    using enum AlertChannel::Kind;
    const Reader& in = reading.in;
    const std::size_t errors_so_far = in.errors();
    AlertChannel channel{.to = {}, .relay = {}, .rule = in.rule(node.place)};
    const auto to = [&](AlertChannel::Kind kind, std::string_view form, auto parse) {
        return [&, kind, form, parse](const Node& value) {
            channel.kind = kind;
            in.parsed_into(channel.to, form, parse)(value);
        };
    };
    const auto read_webhook = [&](const Node& value) {
        const std::size_t errors = in.errors();
        to(webhook, text_form::web_url, parse_web_url)(value);
        if (in.errors() > errors) in.withhold(value);
    };
    const auto read_relay = [&](const Node& value) {
        const std::size_t errors = in.errors();
        in.parsed_into(channel.relay, text_form::relay_url, parse_relay_url)(value);
        if (in.errors() > errors) in.withhold(value);
    };
    const auto read_mail = [&](const Node& value) {
        in.mapping(
            value,
            {required("to", "The address.", to(mail, text_form::mail_address, parse_mail_address)),
             required("relay", "The server that takes the mail: smtps://HOST.", read_relay)});
    };
    const auto read_ca = [&](const Node& value) {
        if (const auto written = in.text(value)) channel.ca = absolute(reading.folder, *written);
    };
    in.mapping(
        node,
        {alternative("exec",
                     "A program, which gets JSON on its standard input: ids and counts, never a "
                     "name of a file or person.",
                     to(exec, text_form::program, parse_program)),
         alternative("webhook", "An address that the same is posted to.", read_webhook),
         alternative("mail", "A mail with the same.", read_mail),
         optional("ca",
                  "Of a webhook or a mail: the file (PEM) of who signs the server's certificate, "
                  "instead of the system's.",
                  read_ca)});
    if (channel.ca && channel.kind == exec && in.errors() == errors_so_far)
        in.error(node.place, "`ca` belongs to a webhook or a mail");
    channels.push_back(std::move(channel));
}

}  // namespace

void read_alerts(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    Draft& draft = reading.draft;
    in.named(node, [&](const Entry& entry) {
        std::vector<AlertChannel> channels;
        in.items(
            *entry.value, channel_limit,
            [&](const Node& item) { read_channel(reading, item, channels); },
            "expected at least one of exec, webhook, mail");
        if (in.is_name(entry.key, entry.place) &&
            is_first(in, draft.alerts, "alert", entry.key, entry.place))
            draft.policy.alerts.emplace(entry.key, std::move(channels));
    });
}

}  // namespace consign::policy

// `to:` of a route: what is done with a deposit.
#include <fmt/format.h>

#include <algorithm>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t action_limit = 64;
constexpr std::size_t tag_limit_bytes = 64;

/// `TARGET/PATH`.
struct Delivery {
    std::string target;
    PathTemplate path;
};
std::expected<Delivery, std::string> parse_delivery(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == 0 || slash == std::string_view::npos)
        return std::unexpected(fmt::format(
            "expected a target and a path there, such as `his/inbox/{{name}}`, found {}",
            cited(text)));
    auto path = PathTemplate::parse(text.substr(slash));
    if (!path) return std::unexpected(path.error());
    return Delivery{std::string(text.substr(0, slash)), std::move(*path)};
}

std::expected<std::string, std::string> parse_tag(std::string_view text) {
    const auto is_letter_or_digit = [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               (byte >= '0' && byte <= '9');
    };
    const bool is_right =
        !text.empty() && text.size() <= tag_limit_bytes && is_letter_or_digit(text.front()) &&
        std::ranges::all_of(text, [&](char byte) {
            return is_letter_or_digit(byte) || byte == '.' || byte == '_' || byte == '-';
        });
    if (is_right) return std::string(text);
    return std::unexpected(fmt::format(
        "the tag {}: expected one word of letters, digits, `.`, `_` and `-`, {} at most",
        cited(text), tag_limit_bytes));
}

/// One of the list.
void read_action(const Reading& reading, const Node& node, RouteDraft& draft) {
    const Reader& in = reading.in;
    const auto add = [&](Action action, const Node& at) {
        draft.route.to.push_back(std::move(action));
        draft.action_places.push_back(at.place);
    };
    const auto read_copy = [&](const Node& value) {
        if (auto path = in.parsed(value, text_form::path_template, PathTemplate::parse))
            add(Copy{std::move(*path), in.rule(value.place)}, value);
    };
    const auto read_move = [&](const Node& value) {
        if (auto path = in.parsed(value, text_form::path_template, PathTemplate::parse))
            add(Move{std::move(*path), in.rule(value.place)}, value);
    };
    const auto read_deliver = [&](const Node& value) {
        auto delivery = in.parsed(value, text_form::delivery, parse_delivery);
        if (!delivery) return;
        Place name = value.place;
        name.length = static_cast<int>(delivery->target.size());
        if (value.quoted) ++name.column;
        reading.draft.uses.push_back({Use::Of::target, delivery->target, in.located(name)});
        add(Deliver{std::move(delivery->target), std::move(delivery->path), in.rule(value.place)},
            value);
    };
    const auto read_quarantine = [&](const Node& value) {
        if (auto reason = in.text(value))
            add(Quarantine{std::move(*reason), in.rule(value.place)}, value);
    };
    const auto read_tag = [&](const Node& value) {
        if (auto tag = in.parsed(value, text_form::tag, parse_tag))
            add(Tag{std::move(*tag), in.rule(value.place)}, value);
    };
    in.mapping(
        node,
        {alternative("copy", "Another name for the same sealed file: no byte is copied.",
                     read_copy),
         alternative("move", "Another name in place of the deposit's own.", read_move),
         alternative("deliver", "A target's name, and the path there.", read_deliver),
         alternative("quarantine",
                     "Away from everyone, until an administrator decides: the reason, for people.",
                     read_quarantine),
         alternative("tag", "A word that the file's events carry.", read_tag)});
}

}  // namespace

void read_actions(const Reading& reading, const Node& node, RouteDraft& draft) {
    reading.in.items(
        node, action_limit, [&](const Node& item) { read_action(reading, item, draft); },
        "expected at least one action: copy, move, deliver, quarantine or tag");
}

}  // namespace consign::policy

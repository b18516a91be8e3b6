// Windows and instants, wherever the policy has them.
#include <fmt/format.h>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t entry_limit = 32;
constexpr std::string_view if_empty = "an empty list names no time: leave the key out";

/// As it ends on the next day, where its end is not after its start.
void warn_of_whole_day(const Reader& in, const Node& node, const Window& window) {
    if (window.closes && *window.closes == window.opens)
        in.warning(node.place, fmt::format("{} lasts 24 hours, to the same time of the next day: "
                                           "whole days are written `00:00-24:00`",
                                           cited(window.text)));
}

}  // namespace

std::vector<Window> read_windows(const Reader& in, const Node& node,
                                 const std::string& default_zone) {
    std::vector<Window> windows;
    const auto read = [&](const Node& item) {
        auto window = in.parsed(item, text_form::window, [&](std::string_view text) {
            return parse_window(text, default_zone);
        });
        if (window && !window->closes)
            in.error(item.place, fmt::format("{} has no end: write a window such as "
                                             "`Mon-Sat 05:00-22:00`",
                                             cited(window->text)));
        else if (window) {
            warn_of_whole_day(in, item, *window);
            windows.push_back(std::move(*window));
        }
    };
    in.one_or_items(node, entry_limit, read, if_empty);
    return windows;
}

Schedule read_schedule(const Reader& in, const Node& node, const std::string& default_zone) {
    Schedule schedule;
    const auto read = [&](const Node& item) {
        auto entry = in.parsed(item, text_form::schedule, [&](std::string_view text) {
            return parse_schedule_entry(text, default_zone);
        });
        if (!entry) return;
        if (const auto* const window = std::get_if<Window>(&*entry))
            warn_of_whole_day(in, item, *window);
        schedule.push_back(std::move(*entry));
    };
    in.one_or_items(node, entry_limit, read, if_empty);
    return schedule;
}

}  // namespace consign::policy

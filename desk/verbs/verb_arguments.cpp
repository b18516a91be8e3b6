#include "desk/verbs/verb_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "desk/site/rfc3339.hpp"
#include "policy/language/utf8.hpp"

namespace consign::desk {

namespace {

constexpr std::string_view text_in_utf8 =
    "a text in UTF-8, in which each other byte of a name stands as \\xHH";

/// What is kept of it is to be shown again, and JSON holds nothing else.
bool is_utf8(std::string_view text) {
    return policy::find_malformed_utf8(text) == std::string_view::npos;
}

}  // namespace

const boost::json::value* VerbArguments::take(std::string_view name) {
    known_.emplace(name);
    return given_.if_contains(name);
}

std::optional<std::string> VerbArguments::text(std::string_view name) {
    const auto* value = take(name);
    if (!value) return std::nullopt;
    const auto* text = value->if_string();
    if (text && is_utf8(*text)) return std::string(*text);
    complain(name, text ? text_in_utf8 : "a text");
    return std::nullopt;
}

std::optional<Timestamp> VerbArguments::time(std::string_view name) {
    return parsed(name, from_rfc3339, "a time such as 2026-11-24T06:17:00Z");
}

std::optional<std::size_t> VerbArguments::number(std::string_view name, std::size_t most) {
    const auto* value = take(name);
    if (!value) return std::nullopt;
    boost::system::error_code failed;
    const auto number = value->to_number<std::size_t>(failed);
    if (!failed && number <= most) return number;
    complain(name, fmt::format("a number from 0 to {}", most));
    return std::nullopt;
}

bool VerbArguments::flag(std::string_view name) {
    const auto* value = take(name);
    if (!value) return false;
    if (const auto* flag = value->if_bool()) return *flag;
    complain(name, "true or false");
    return false;
}

std::set<std::string, std::less<>> VerbArguments::texts(std::string_view name) {
    std::set<std::string, std::less<>> texts;
    const auto* value = take(name);
    if (!value) return texts;
    const auto* list = value->if_array();
    if (!list || !std::ranges::all_of(*list, &boost::json::value::is_string)) {
        complain(name, "a list of texts");
        return texts;
    }
    for (const auto& text : *list) {
        if (!is_utf8(text.get_string())) complain(name, text_in_utf8);
        texts.emplace(text.get_string());
    }
    return texts;
}

std::set<std::string, std::less<>> VerbArguments::one_or_more_texts(std::string_view name) {
    const auto* value = take(name);
    if (!value || !value->is_string()) return texts(name);
    if (auto one = text(name)) return {*std::move(one)};
    return {};
}

void VerbArguments::complain(std::string_view name, std::string_view expected) {
    if (!complaint_)
        complaint_ = fmt::format("`{}` is not what it should be; give {}", name, expected);
}

std::optional<std::string> VerbArguments::complaint() const {
    if (complaint_) return complaint_;
    for (const auto& argument : given_) {
        const std::string_view name(argument.key());
        if (!known_.contains(name))
            return fmt::format("`{}` is no argument of this verb; it knows {}", name,
                               fmt::join(known_, ", "));
    }
    return std::nullopt;
}

}  // namespace consign::desk

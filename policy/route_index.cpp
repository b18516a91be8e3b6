#include "policy/route_index.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "policy/content/text_pieces.hpp"
#include "policy/language/wildcards.hpp"
#include "policy/policy.hpp"

namespace consign::policy {

namespace {

/// Of a value, or of what a pattern asks of one: its first component, in lower case.
std::string key_of(std::string_view text) {
    std::string key(text.substr(0, text.find('^')));
    std::ranges::transform(key, key.begin(), lowered);
    return key;
}

/// Under which the values stand that a condition accepts; nothing where it accepts others too.
std::optional<std::set<std::string>> keys_of(const FieldCondition& condition) {
    std::set<std::string> keys;
    for (const content::FieldPattern& pattern : condition.any_of) {
        std::string key = key_of(pattern.text());
        if (key.empty() || key.find_first_of("*?") != std::string::npos) return std::nullopt;
        keys.insert(std::move(key));
    }
    return keys;
}

/// The field by which the routes differ most.
std::optional<content::FieldName> telling_field(const std::vector<Route>& routes) {
    std::map<content::FieldName, std::set<std::string>> keys_by_field;
    for (const Route& route : routes)
        for (const FieldCondition& condition : route.when.fields)
            if (auto keys = keys_of(condition)) keys_by_field[condition.field].merge(*keys);
    const auto most = std::ranges::max_element(
        keys_by_field, {}, [](const auto& field_and_keys) { return field_and_keys.second.size(); });
    if (most == keys_by_field.end()) return std::nullopt;
    return most->first;
}

}  // namespace

RouteIndex::RouteIndex(const std::vector<Route>& routes)
    : size_(routes.size()), field_(telling_field(routes)) {
    for (Position position = 0; position < routes.size(); ++position) {
        const auto& fields = routes[position].when.fields;
        const auto asked =
            std::ranges::find_if(fields, [&](const auto& each) { return each.field == field_; });
        const auto keys = asked != fields.end() ? keys_of(*asked) : std::nullopt;
        if (!keys)
            others_.push_back(position);
        else
            for (const std::string& key : *keys) by_value_[key].push_back(position);
    }
}

std::vector<RouteIndex::Position> RouteIndex::possible(const content::Content& content) const {
    std::vector<Position> found = others_;
    const auto value = field_ ? content.values(*field_) : std::nullopt;
    if (!value) return found;
    // As FieldPattern::matches reads it: the whole, or one repetition. A message may repeat one
    // value thousands of times: each counts once, before its routes are gathered.
    std::set<std::string> keys{key_of(*value)};
    for (const std::string_view repetition : content::split(*value, '~'))
        keys.insert(key_of(repetition));
    for (const std::string& key : keys) {
        const auto routes = by_value_.find(key);
        if (routes != by_value_.end())
            found.insert(found.end(), routes->second.begin(), routes->second.end());
    }
    std::ranges::sort(found);
    const auto twice = std::ranges::unique(found);
    found.erase(twice.begin(), twice.end());
    return found;
}

}  // namespace consign::policy

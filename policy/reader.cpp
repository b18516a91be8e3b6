#include "policy/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "policy/language/spelling.hpp"
#include "policy/recording.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

/// What may be written.
std::vector<std::string_view> names_here(std::initializer_list<Key> keys) {
    std::vector<std::string_view> names;
    for (const Key& key : keys)
        if (key.kind != Key::Kind::misplaced) names.push_back(key.name);
    return names;
}

Member::Need need_of(Key::Kind kind) {
    switch (kind) {
        case Key::Kind::required:
            return Member::Need::required;
        case Key::Kind::alternative:
            return Member::Need::alternative;
        case Key::Kind::optional:
        case Key::Kind::misplaced:
            break;
    }
    return Member::Need::optional;
}

}  // namespace

Key optional(std::string_view name, std::string_view about, ReadNode read,
             std::string_view by_default) {
    return {name, Key::Kind::optional, about, std::move(read), by_default};
}
Key required(std::string_view name, std::string_view about, ReadNode read) {
    return {name, Key::Kind::required, about, std::move(read)};
}
Key alternative(std::string_view name, std::string_view about, ReadNode read) {
    return {name, Key::Kind::alternative, about, std::move(read)};
}
Key misplaced(std::string_view name, std::string_view owner) {
    return {.name = name, .kind = Key::Kind::misplaced, .about = {}, .read = {}, .owner = owner};
}

Reader::Reader(std::string file, Problems& problems, std::span<const std::string_view> awaited)
    : file_(std::move(file)), problems_(&problems), awaited_(awaited) {}
Reader::Reader(std::unique_ptr<Recording> recording) : recording_(std::move(recording)) {}
Reader::~Reader() = default;

Shape Reader::describe(const std::function<void(const Reader&, const Node&)>& read) {
    const Reader in(std::make_unique<Recording>());
    return in.recording_->of([&](const Node& root) { read(in, root); });
}

void Reader::error(Place at, std::string message) const {
    if (problems_ != nullptr) problems_->error(file_, at, std::move(message));
}
void Reader::warning(Place at, std::string message) const {
    if (problems_ != nullptr) problems_->warning(file_, at, std::move(message));
}
void Reader::withhold(const Node& node) const {
    const bool has_text = node.kind != Node::Kind::null;
    if (problems_ != nullptr && has_text) problems_->withhold(file_, node.place, node.end);
}

void Reader::tell_awaited(std::string_view word, Place at) const {
    if (std::ranges::find(awaited_, word) != awaited_.end() && awaited_told_.insert(word).second)
        warning(at,
                fmt::format("`{}` is checked and explained, and not carried out by this version",
                            word));
}

void Reader::unknown_key(const Entry& entry, std::initializer_list<Key> keys) const {
    const auto known = names_here(keys);
    withhold(*entry.value);
    error(entry.place, fmt::format("unknown key {}{} (known here: {})", cited(entry.key),
                                   suggestion(entry.key, known), listed(known)));
}

void Reader::missing_keys(const Node& node, std::initializer_list<Key> keys, Place owner) const {
    std::vector<std::string> alternatives;
    std::vector<std::string> chosen;
    for (const Key& key : keys) {
        const bool is_there = node.value_of(key.name) != nullptr;
        if (key.kind == Key::Kind::required && !is_there)
            error(owner, fmt::format("`{}` is missing", key.name));
        if (key.kind != Key::Kind::alternative) continue;
        alternatives.push_back(fmt::format("`{}`", key.name));
        if (is_there) chosen.push_back(alternatives.back());
    }
    if (!alternatives.empty() && chosen.empty())
        error(owner, fmt::format("{} is missing", fmt::join(alternatives, " or ")));
    if (chosen.size() > 1)
        error(owner, fmt::format("{} exclude each other", fmt::join(chosen, " and ")));
}

void Reader::mapping(const Node& node, std::initializer_list<Key> keys,
                     std::optional<Place> owner) const {
    if (recording_ != nullptr) {
        Form form{.kind = Form::Kind::mapping};
        for (const Key& key : keys)
            if (key.kind != Key::Kind::misplaced)
                form.members.push_back({need_of(key.kind), std::string(key.name),
                                        std::string(key.about), std::string(key.by_default),
                                        recording_->of(key.read)});
        recording_->add(node, std::move(form));
        return;
    }
    if (node.kind != Node::Kind::mapping) {
        // Where a secret belongs, a text may be one that somebody wrote in its mapping's place.
        const bool holds_secrets = std::ranges::any_of(
            keys, [](const Key& key) { return key.name == "password" || key.name == "root"; });
        wrong_kind(node, fmt::format("a mapping of {}", listed(names_here(keys))), holds_secrets);
        return;
    }
    for (const Entry& entry : node.entries) {
        const auto key = std::ranges::find(keys, entry.key, &Key::name);
        if (key == keys.end()) {
            unknown_key(entry, keys);
        } else if (key->kind == Key::Kind::misplaced) {
            error(entry.place, fmt::format("`{}` belongs to {}", key->name, key->owner));
        } else {
            tell_awaited(key->name, entry.place);
            key->read(*entry.value);
        }
    }
    missing_keys(node, keys, owner.value_or(node.place));
}

void Reader::named(const Node& node, const ReadEntry& read, std::string_view form) const {
    if (recording_ != nullptr) {
        Shape each = recording_->of(
            [&](const Node& value) { read({.key = {}, .place = {}, .value = &value}); });
        recording_->add(
            node,
            {.kind = Form::Kind::named, .items = std::move(each), .pattern = std::string(form)});
        return;
    }
    if (node.kind != Node::Kind::mapping) {
        wrong_kind(node, "a mapping by name");
        return;
    }
    for (const Entry& entry : node.entries) read(entry);
}

void Reader::items(const Node& node, std::size_t limit, const ReadNode& read,
                   std::string_view if_empty) const {
    if (recording_ != nullptr) {
        recording_->add(node, {.kind = Form::Kind::list,
                               .items = recording_->of(read),
                               .least = if_empty.empty() ? 0U : 1U,
                               .most = limit});
        return;
    }
    if (node.kind != Node::Kind::sequence) {
        wrong_kind(node, "a list, such as `[a, b]`");
        return;
    }
    if (node.items.empty() && !if_empty.empty()) error(node.place, std::string(if_empty));
    if (node.items.size() > limit) {
        error(node.place,
              fmt::format("a list of {}: at most {} are accepted here", node.items.size(), limit));
        return;
    }
    for (const Node* item : node.items) read(*item);
}

void Reader::one_or_items(const Node& node, std::size_t limit, const ReadNode& read,
                          std::string_view if_empty) const {
    if (is_describing() || node.kind != Node::Kind::sequence) read(node);
    if (is_describing() || node.kind == Node::Kind::sequence) items(node, limit, read, if_empty);
}

}  // namespace consign::policy

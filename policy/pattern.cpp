#include "policy/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "policy/language/spelling.hpp"

namespace consign::policy {

std::expected<Pattern, std::string> Pattern::parse(std::string_view text, bool ignore_case) {
    if (text.size() > pattern_limit_bytes)
        return std::unexpected(
            fmt::format("a regular expression of more than {} bytes", pattern_limit_bytes));
    re2::RE2::Options options(RE2::Quiet);
    // Names are bytes: legacy clients write what is no UTF-8, and `.` must match it.
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_case_sensitive(!ignore_case);
    options.set_max_mem(memory_limit_bytes);
    Pattern pattern;
    pattern.text_ = text;
    pattern.compiled_ =
        std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!pattern.compiled_->ok())
        return std::unexpected(fmt::format("{} is no regular expression (RE2): {}", cited(text),
                                           pattern.compiled_->error()));
    if (pattern.groups() > capture_limit)
        return std::unexpected(fmt::format("a regular expression with {} groups: at most {}",
                                           pattern.groups(), capture_limit));
    return pattern;
}

std::size_t Pattern::groups() const {
    return static_cast<std::size_t>(compiled_->NumberOfCapturingGroups());
}

bool Pattern::matches(std::string_view text) const {
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

std::vector<std::string> Pattern::captures(std::string_view text) const {
    std::vector<re2::StringPiece> parts(groups() + 1);
    const re2::StringPiece whole(text.data(), text.size());
    if (!compiled_->Match(whole, 0, text.size(), re2::RE2::ANCHOR_BOTH, parts.data(),
                          static_cast<int>(parts.size())))
        return {};
    std::vector<std::string> captures;
    for (const re2::StringPiece& part : parts) captures.emplace_back(part.data(), part.size());
    return captures;
}

std::optional<std::size_t> Pattern::capture_named(std::string_view name) const {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size())
        return number <= groups() ? std::optional(number) : std::nullopt;
    const auto& named = compiled_->NamedCapturingGroups();
    const auto found = named.find(std::string(name));
    if (found == named.end()) return std::nullopt;
    return static_cast<std::size_t>(found->second);
}

}  // namespace consign::policy

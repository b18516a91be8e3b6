#include "policy/password_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>
#include <vector>

namespace consign::policy {

namespace {

constexpr std::size_t hash_limit_bytes = 384;  // CRYPT_OUTPUT_SIZE of crypt(3)
constexpr std::array<std::string_view, 8> crypt_prefixes{"$y$",  "$gy$", "$7$", "$2b$",
                                                         "$2a$", "$2y$", "$6$", "$5$"};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (const auto part : text | std::views::split(separator))
        parts.emplace_back(part.begin(), part.end());
    return parts;
}

/// The number of "m=65536", where `text` is just that.
std::optional<unsigned> parameter(std::string_view text, std::string_view name) {
    if (!text.starts_with(name)) return std::nullopt;
    text.remove_prefix(name.size());
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Like $argon2id$v=19$m=65536,t=2,p=1$SALT$HASH.
std::optional<std::string> wrong_argon2id(std::string_view text) {
    const auto parts = split(text.substr(1), '$');
    const auto costs = parts.size() == 5 ? split(parts[2], ',') : std::vector<std::string_view>();
    if (costs.size() != 3 || parts[1] != "v=19" || parts[3].empty() || parts[4].empty())
        return "an argon2id hash that is damaged";
    const auto memory = parameter(costs[0], "m=");
    const auto passes = parameter(costs[1], "t=");
    const auto lanes = parameter(costs[2], "p=");
    if (!memory || !passes || !lanes || *passes == 0 || *lanes == 0)
        return "an argon2id hash that is damaged";
    if (*memory > argon2_memory_limit_kib || *passes > argon2_passes_limit)
        return fmt::format("an argon2id hash that costs too much to verify: at most m={},t={}",
                           argon2_memory_limit_kib, argon2_passes_limit);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> wrong_password_hash(std::string_view text) {
    const bool is_printable = std::ranges::all_of(
        text, [](char byte) { return byte > ' ' && byte <= '~' && byte != ':'; });
    if (text.starts_with("$argon2id$") && is_printable && text.size() <= hash_limit_bytes)
        return wrong_argon2id(text);
    if (text.starts_with("$1$"))
        return "an MD5 hash is too weak: set the password anew with `consign hash-password`";
    const bool is_crypt = std::ranges::any_of(
        crypt_prefixes, [&](std::string_view prefix) { return text.starts_with(prefix); });
    if (is_crypt && is_printable && text.size() <= hash_limit_bytes) {
        const bool has_hash = split(text, '$').size() >= 4 && !text.ends_with('$');
        if (has_hash) return std::nullopt;
        return "a crypt hash that is damaged";
    }
    return "expected the hash of a password, found something else (not shown here: it may be the "
           "password itself): write what `consign hash-password` prints";
}

}  // namespace consign::policy

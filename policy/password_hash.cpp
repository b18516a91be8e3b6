#include "policy/password_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ranges>
#include <vector>

namespace consign::policy {

namespace {

constexpr std::size_t hash_limit_bytes = 384;  // CRYPT_OUTPUT_SIZE of crypt(3)
constexpr std::string_view damaged_crypt = "a crypt hash that is damaged";

using Parts = std::vector<std::string_view>;

Parts split(std::string_view text, char separator) {
    Parts parts;
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
    const auto costs = parts.size() == 5 ? split(parts[2], ',') : Parts();
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

/// Like $6$SALT$HASH or $6$rounds=5000$SALT$HASH.
std::optional<std::string> wrong_sha_crypt(const Parts& parts) {
    constexpr std::string_view name = "rounds=";
    if (!parts[1].starts_with(name)) return std::nullopt;
    const auto rounds = parameter(parts[1], name);
    if (!rounds || parts.size() != 4) return std::string(damaged_crypt);
    if (*rounds > sha_crypt_rounds_limit)
        return fmt::format(
            "a sha256crypt or sha512crypt hash that costs too much to verify: at most rounds={}",
            sha_crypt_rounds_limit);
    return std::nullopt;
}

/// Like $2b$10$SALTHASH.
std::optional<std::string> wrong_bcrypt(const Parts& parts) {
    const auto cost = parameter(parts[1], "");
    if (!cost || parts[1].size() != 2) return std::string(damaged_crypt);
    if (*cost > bcrypt_cost_limit)
        return fmt::format("a bcrypt hash that costs too much to verify: at most cost {}",
                           bcrypt_cost_limit);
    return std::nullopt;
}

/// Reads numbers as scrypt's and yescrypt's settings write them, six bits a character. libxcrypt's
/// alg-yescrypt-common.c is the only specification.
class ScryptNumbers {
  public:
    explicit ScryptNumbers(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    std::optional<unsigned> character() {
        constexpr std::string_view alphabet =
            "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        const auto value = rest_.empty() ? std::string_view::npos : alphabet.find(rest_.front());
        if (value == std::string_view::npos) return std::nullopt;
        rest_.remove_prefix(1);
        return static_cast<unsigned>(value);
    }

    /// Five characters, the lowest bits first.
    std::optional<std::uint64_t> fixed() {
        std::uint64_t number = 0;
        for (int bits = 0; bits < 30; bits += 6) {
            const auto six = character();
            if (!six) return std::nullopt;
            number |= std::uint64_t{*six} << bits;
        }
        return number;
    }

    /// One to six characters, the highest bits first; the first one's range says how many follow.
    std::optional<std::uint64_t> variable(std::uint64_t smallest) {
        const auto first = character();
        if (!first) return std::nullopt;
        std::uint64_t number = smallest;
        unsigned start = 0;
        unsigned end = 47;
        int bits = 0;
        while (*first > end) {
            number += std::uint64_t{end + 1 - start} << bits;
            start = end + 1;
            end = start + (start < 62 ? (62 - start) / 2 : 0);
            bits += 6;
        }
        number += std::uint64_t{*first - start} << bits;
        while (bits > 0) {
            const auto six = character();
            if (!six) return std::nullopt;
            bits -= 6;
            number += std::uint64_t{*six} << bits;
        }
        return number;
    }

  private:
    std::string_view rest_;
};

/// Do 2^log2_n times `blocks` blocks of 128 bytes pass the limit?
bool is_too_costly(std::uint64_t log2_n, std::uint64_t blocks) {
    constexpr std::uint64_t limit = std::uint64_t{scrypt_memory_limit_kib} * 1024 / 128;
    return log2_n > 63 || blocks > limit >> log2_n;
}

/// Like $y$j9T$SALT$HASH: flavour, log2 of N, r; then what crypt_gensalt(3) never writes (lanes,
/// passes, a ROM), each of which multiplies the cost.
std::optional<std::string> wrong_yescrypt(const Parts& parts) {
    ScryptNumbers numbers(parts[1]);
    const auto flavour = numbers.variable(0);
    const auto log2_n = flavour ? numbers.variable(1) : std::nullopt;
    const auto r = log2_n ? numbers.variable(1) : std::nullopt;
    if (!r || parts.size() != 4) return std::string(damaged_crypt);
    if (!numbers.at_end())
        return "a yescrypt hash with more parameters than crypt(3) writes: they are not read here";
    if (is_too_costly(*log2_n, *r))
        return fmt::format("a yescrypt hash that costs too much to verify: at most {} KiB",
                           scrypt_memory_limit_kib);
    return std::nullopt;
}

/// Like $7$CU..../....SALT$HASH: log2 of N, r, p. Lanes run one after the other.
std::optional<std::string> wrong_scrypt(const Parts& parts) {
    ScryptNumbers numbers(parts[1]);
    const auto log2_n = numbers.character();
    const auto r = log2_n ? numbers.fixed() : std::nullopt;
    const auto p = r ? numbers.fixed() : std::nullopt;
    if (!p || *log2_n == 0 || *r == 0 || *p == 0) return std::string(damaged_crypt);
    if (is_too_costly(*log2_n, *r * *p))
        return fmt::format(
            "a scrypt hash that costs too much to verify: at most {} KiB, all lanes together",
            scrypt_memory_limit_kib);
    return std::nullopt;
}

struct CryptMethod {
    std::string_view prefix;
    std::optional<std::string> (*wrong)(const Parts& parts);  // three of them, or more
};
constexpr std::array<CryptMethod, 8> crypt_methods{{{"$y$", wrong_yescrypt},
                                                    {"$gy$", wrong_yescrypt},
                                                    {"$7$", wrong_scrypt},
                                                    {"$2b$", wrong_bcrypt},
                                                    {"$2a$", wrong_bcrypt},
                                                    {"$2y$", wrong_bcrypt},
                                                    {"$6$", wrong_sha_crypt},
                                                    {"$5$", wrong_sha_crypt}}};

}  // namespace

std::optional<std::string> wrong_password_hash(std::string_view text) {
    const bool is_printable = std::ranges::all_of(
        text, [](char byte) { return byte > ' ' && byte <= '~' && byte != ':'; });
    if (text.starts_with("$argon2id$") && is_printable && text.size() <= hash_limit_bytes)
        return wrong_argon2id(text);
    if (text.starts_with("$1$"))
        return "an MD5 hash is too weak: set the password anew with `consign hash-password`";
    const auto method = std::ranges::find_if(crypt_methods, [&](const CryptMethod& candidate) {
        return text.starts_with(candidate.prefix);
    });
    if (method != crypt_methods.end() && is_printable && text.size() <= hash_limit_bytes) {
        const Parts parts = split(text.substr(1), '$');
        if (parts.size() < 3 || parts.back().empty()) return std::string(damaged_crypt);
        return method->wrong(parts);
    }
    return "expected the hash of a password, found something else (not shown here: it may be the "
           "password itself): write what `consign hash-password` prints";
}

}  // namespace consign::policy

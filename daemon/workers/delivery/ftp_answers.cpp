#include "daemon/workers/delivery/ftp_answers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <utility>

namespace consign::delivery {

namespace {

constexpr std::size_t lines_limit = 256;

std::string lowered(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char byte) {
        return static_cast<char>(std::tolower(byte));
    });
    return lower;
}

template <class Integer>
std::optional<Integer> number_in(std::string_view text) {
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "ddd", followed by `after` or nothing.
std::optional<int> code_in(std::string_view line, char after) {
    if (line.size() < 3 || (line.size() > 3 && line[3] != after)) return std::nullopt;
    return number_in<int>(line.substr(0, 3));
}

/// "20261124055959" or "20261124055959.123", UTC.
std::int64_t seconds_of(std::string_view text) {
    constexpr std::size_t digits = 14;
    if (text.size() < digits) return 0;
    const auto part = [&](std::size_t at, std::size_t length) {
        return number_in<unsigned>(text.substr(at, length)).value_or(0);
    };
    const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(part(0, 4))),
                                          std::chrono::month(part(4, 2)),
                                          std::chrono::day(part(6, 2))};
    if (!day.ok()) return 0;
    return std::chrono::seconds(std::chrono::sys_days(day).time_since_epoch()).count() +
           part(8, 2) * 3600 + part(10, 2) * 60 + part(12, 2);
}

bool speaks_of(const FtpAnswer& answer, std::initializer_list<std::string_view> any) {
    return std::ranges::any_of(answer.lines, [&](const std::string& line) {
        return std::ranges::any_of(
            any, [words = lowered(line)](std::string_view one) { return words.contains(one); });
    });
}

bool speaks_of_permission(const FtpAnswer& answer) {
    return speaks_of(answer, {"permission", "denied", "not permitted"});
}

/// What stands behind `213 `.
std::optional<std::string_view> told_in(const FtpAnswer& answer) {
    if (answer.code != 213 || answer.lines.empty() || answer.lines.front().size() < 4)
        return std::nullopt;
    return std::string_view(answer.lines.front()).substr(4);
}

}  // namespace

void FtpAnswers::add(std::string_view line) {
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (coming_.code == 0) {
        if (const auto code = code_in(line, ' ')) {
            keep({.code = *code, .lines = {std::string(line)}});
        } else if (const auto opens = code_in(line, '-')) {
            coming_ = {.code = *opens, .lines = {std::string(line)}};
        }
        return;
    }
    if (coming_.lines.size() < lines_limit) coming_.lines.emplace_back(line);
    if (code_in(line, ' ') == coming_.code) keep(std::exchange(coming_, {}));
}

void FtpAnswers::keep(FtpAnswer answer) {
    if (whole_.size() == kept_) whole_.pop_front();
    whole_.push_back(std::move(answer));
}

bool says_not_there(const FtpAnswer& answer) {
    return answer.code >= 400 && !says_unknown(answer) &&
           speaks_of(answer, {"no such file", "not found", "does not exist", "doesn't exist"});
}

bool may_say_not_there(const FtpAnswer& answer) {
    return says_not_there(answer) || (answer.code == 550 && !speaks_of_permission(answer));
}

bool may_say_empty(const FtpAnswer& answer) {
    return (answer.code == 450 || answer.code == 550) && !speaks_of_permission(answer);
}

bool names_port(const FtpAnswer& answer) {
    return answer.code == 227 || answer.code == 229;
}

bool says_unknown(const FtpAnswer& answer) {
    return answer.code == 500 || answer.code == 502 || answer.code == 504;
}

std::optional<std::uint64_t> size_in(const FtpAnswer& answer) {
    const auto told = told_in(answer);
    return told ? number_in<std::uint64_t>(*told) : std::nullopt;
}

std::optional<std::int64_t> time_in(const FtpAnswer& answer) {
    const auto told = told_in(answer);
    const std::int64_t time = told ? seconds_of(*told) : 0;
    if (time == 0) return std::nullopt;
    return time;
}

std::optional<std::string> working_folder_in(const FtpAnswer& answer) {
    if (answer.code != 257 || answer.lines.empty()) return std::nullopt;
    const std::string& line = answer.lines.front();
    const std::size_t begin = line.find('"');
    if (begin == std::string::npos) return std::nullopt;
    std::string folder;
    for (std::size_t at = begin + 1; at < line.size(); ++at) {
        if (line[at] != '"') {
            folder += line[at];
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
            folder += line[++at];
        } else {
            return folder;
        }
    }
    return std::nullopt;
}

std::optional<FtpFacts> facts_in(std::string_view line) {
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || line[space - 1] != ';')
        return std::nullopt;
    FtpFacts facts;
    facts.name = line.substr(space + 1);
    std::string_view rest = line.substr(0, space);
    while (!rest.empty()) {
        const std::string_view fact = rest.substr(0, rest.find(';'));
        rest.remove_prefix(fact.size() + 1);
        const std::size_t equals = fact.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string key = lowered(fact.substr(0, equals));
        const std::string_view value = fact.substr(equals + 1);
        if (key == "type")
            facts.is_file = lowered(value) == "file";
        else if (key == "size")
            facts.size_bytes = number_in<std::uint64_t>(value).value_or(0);
        else if (key == "modify")
            facts.modified = seconds_of(value);
    }
    return facts;
}

FtpFeatures features_in(const FtpAnswer& answer) {
    FtpFeatures features;
    if (answer.code != 211) return features;
    for (const std::string& line : answer.lines) {
        const std::string words = lowered(line);
        const std::size_t begin = std::min(words.find_first_not_of(' '), words.size());
        const std::string_view feature = std::string_view(words).substr(begin);
        if (feature.starts_with("hash ") && feature.contains("sha-256"))
            features.hash_sha256 = true;
        if (feature.starts_with("mlst") || feature.starts_with("mlsd")) features.mlst = true;
        if (feature.starts_with("xsha256")) features.xsha256 = true;
    }
    return features;
}

std::optional<Digest32> digest_in(const FtpAnswer& answer) {
    if (answer.code < 200 || answer.code > 299) return std::nullopt;
    for (const std::string& line : answer.lines) {
        std::string_view rest = line;
        while (!rest.empty()) {
            const std::string_view word = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(word.size() + 1, rest.size()));
            Digest32 digest{};
            if (word.size() != 2 * digest.size()) continue;
            const auto bytes = from_hex(lowered(word));
            if (!bytes) continue;
            std::ranges::copy(*bytes, digest.begin());
            return digest;
        }
    }
    return std::nullopt;
}

}  // namespace consign::delivery

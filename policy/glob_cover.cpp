#include "policy/glob_cover.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/language/wildcards.hpp"

namespace consign::policy {

namespace {

constexpr std::string_view any_depth = "**";

/// Of one segment: the other's wildcards are held to be characters that only a wildcard as wide
/// takes.
bool segment_covers(std::string_view pattern, std::string_view other, bool ignore_case) {
    std::size_t at = 0;
    std::size_t other_at = 0;
    std::optional<std::size_t> star;
    std::size_t star_other_at = 0;
    const auto takes = [&](char mine, char theirs) {
        if (theirs == '*') return false;
        return mine == '?' || mine == theirs || (ignore_case && lowered(mine) == lowered(theirs));
    };
    // `?` is a character, and here a byte: what is not ASCII is left to equality.
    const auto is_ascii = [](char byte) { return static_cast<unsigned char>(byte) < 0x80; };
    if (pattern == other) return true;
    if (pattern.contains('?') && !std::ranges::all_of(other, is_ascii)) return false;
    while (other_at < other.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            star_other_at = other_at;
        } else if (at < pattern.size() && takes(pattern[at], other[other_at])) {
            ++at;
            ++other_at;
        } else if (star) {
            at = *star + 1;
            other_at = ++star_other_at;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

/// From the ends on: which tails of `segments` cover which of `other`.
bool all_covered(const Glob::Segments& segments, const Glob::Segments& other, bool ignore_case) {
    const std::size_t width = other.size() + 1;
    std::vector<bool> covered(segments.size() * width + width, false);
    covered.back() = true;
    for (std::size_t at = segments.size(); at-- > 0;) {
        for (std::size_t other_at = width; other_at-- > 0;) {
            const std::size_t here = at * width + other_at;
            const bool is_last = other_at + 1 == width;
            if (segments[at] == any_depth)
                covered[here] = covered[here + width] || (!is_last && covered[here + 1]);
            else if (!is_last && other[other_at] != any_depth)
                covered[here] = covered[here + width + 1] &&
                                segment_covers(segments[at], other[other_at], ignore_case);
        }
    }
    return covered.front();
}

bool covers_one(const Glob& glob, const Glob& other, const Glob::Segments& alternative) {
    if (other.ignores_case() && !glob.ignores_case()) return false;
    return std::ranges::any_of(glob.alternatives(), [&](const Glob::Segments& mine) {
        return all_covered(mine, alternative, glob.ignores_case());
    });
}

}  // namespace

bool covers(const Glob& glob, const Glob& other) {
    return std::ranges::all_of(other.alternatives(), [&](const Glob::Segments& alternative) {
        return covers_one(glob, other, alternative);
    });
}

bool covers_some(const Glob& glob, const Glob& other) {
    return std::ranges::any_of(other.alternatives(), [&](const Glob::Segments& alternative) {
        return covers_one(glob, other, alternative);
    });
}

bool may_meet(const Glob& glob, const Glob& other) {
    const auto parts = glob.literal_parts();
    const auto others = other.literal_parts();
    return std::ranges::any_of(parts, [&](const VirtualPath& part) {
        return std::ranges::any_of(others, [&](const VirtualPath& one) {
            return part.contains(one) || one.contains(part);
        });
    });
}

}  // namespace consign::policy

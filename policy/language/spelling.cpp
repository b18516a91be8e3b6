#include "policy/language/spelling.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/virtual_path.hpp"
#include "policy/language/utf8.hpp"
#include "policy/language/wildcards.hpp"

namespace consign::policy {

namespace {

constexpr std::size_t citation_limit_bytes = 64;
constexpr std::size_t word_limit_bytes = 64;  // no name of the language is longer

}  // namespace

std::string cited(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && end < citation_limit_bytes)
        end += character_length(text.substr(end));
    return fmt::format("`{}{}`", display_name(text.substr(0, end)), end < text.size() ? "…" : "");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lowered(a[i - 1]) == lowered(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && lowered(a[i - 1]) == lowered(b[j - 2]) &&
                                 lowered(a[i - 2]) == lowered(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view best;
    if (word.empty() || word.size() > word_limit_bytes) return best;
    // A third of the letters may be wrong; of a short word, one.
    std::size_t limit = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t shorter = std::min(word.size(), candidate.size());
        if (std::max(word.size(), candidate.size()) - shorter >= limit) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= limit) continue;
        limit = distance;
        best = candidate;
        if (distance == 0) break;
    }
    return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
    const std::string_view near = nearest(word, candidates);
    return near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near);
}

std::string listed(std::span<const std::string_view> names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace consign::policy

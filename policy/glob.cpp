#include "policy/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <optional>

#include "policy/language/spelling.hpp"
#include "policy/language/wildcards.hpp"

namespace consign::policy {

namespace {

constexpr std::string_view any_depth = "**";

/// What matches_wildcards() does within a segment, among segments: `**` is their `*`.
bool matches_path(std::span<const std::string> pattern, std::span<const std::string_view> path,
                  bool ignore_case) {
    std::size_t at = 0;
    std::size_t path_at = 0;
    std::optional<std::size_t> star;
    std::size_t star_path_at = 0;
    while (path_at < path.size()) {
        if (at < pattern.size() && pattern[at] == any_depth) {
            star = at++;
            star_path_at = path_at;
        } else if (at < pattern.size() &&
                   matches_wildcards(pattern[at], path[path_at], ignore_case)) {
            ++at;
            ++path_at;
        } else if (star) {
            at = *star + 1;
            path_at = ++star_path_at;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == any_depth) ++at;
    return at == pattern.size();
}

bool has_wildcard(std::string_view segment) {
    return segment.find_first_of("*?") != std::string_view::npos;
}

/// Writes `{a,b}` out: the patterns without braces that together mean the same.
class BraceExpansion {
  public:
    explicit BraceExpansion(std::string_view pattern) : rest_(pattern) {}

    std::expected<std::vector<std::string>, std::string> run() {
        std::vector<std::string> all = sequence(0);
        if (error_.empty() && !rest_.empty()) error_ = "a `}` without its `{`";
        if (!error_.empty()) return std::unexpected(error_);
        return all;
    }

  private:
    /// Up to the end, or to the `,` or `}` that ends an alternative.
    std::vector<std::string> sequence(std::size_t depth) {
        std::vector<std::string> all{""};
        bool after_braces = false;
        while (!rest_.empty() && error_.empty()) {
            const char next = rest_.front();
            if (next == '}' || (next == ',' && depth > 0)) break;
            rest_.remove_prefix(1);
            if (next == '{')
                all = product(all, choice(depth + 1));
            else if (after_braces)
                all = product(all, {std::string(1, next)});
            else
                for (std::string& one : all) one += next;
            after_braces = next == '{';
        }
        return all;
    }

    std::vector<std::string> choice(std::size_t depth) {
        std::vector<std::string> all;
        if (depth > Glob::brace_depth_limit) {
            error_ = fmt::format("braces nested more than {} deep", Glob::brace_depth_limit);
            return all;
        }
        for (;;) {
            for (std::string& one : sequence(depth)) all.push_back(std::move(one));
            if (!error_.empty()) return all;
            if (rest_.empty()) {
                error_ = "a `{` without its `}`";
                return all;
            }
            const char end = rest_.front();
            rest_.remove_prefix(1);
            if (end == '}') return all;
            if (all.size() > Glob::alternative_limit) return too_many();
        }
    }

    std::vector<std::string> product(const std::vector<std::string>& left,
                                     const std::vector<std::string>& right) {
        if (left.size() * right.size() > Glob::alternative_limit) return too_many();
        std::vector<std::string> all;
        for (const std::string& first : left)
            for (const std::string& second : right) {
                // `{*,a}*` would make a `**`, which nobody wrote.
                if (first.ends_with('*') && second.starts_with('*'))
                    error_ = "a `*` beside braces that hold a `*`";
                all.push_back(first + second);
            }
        return all;
    }

    std::vector<std::string> too_many() {
        error_ = fmt::format("more than {} alternatives", Glob::alternative_limit);
        return {};
    }

    std::string_view rest_;
    std::string error_;
};

std::expected<std::vector<std::string>, std::string> alternatives_of(std::string_view pattern) {
    if (pattern.size() > Glob::pattern_limit_bytes)
        return std::unexpected(
            fmt::format("a pattern of more than {} bytes", Glob::pattern_limit_bytes));
    return BraceExpansion(pattern).run();
}

std::expected<std::vector<std::string>, std::string> split_path(std::string_view pattern) {
    if (!pattern.starts_with('/'))
        return std::unexpected(fmt::format("{} does not start with `/`", cited(pattern)));
    std::vector<std::string> segments;
    if (pattern == "/") return segments;
    for (std::size_t start = 1; start <= pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', start), pattern.size());
        const std::string_view segment = pattern.substr(start, end - start);
        if (segment.empty())
            return std::unexpected(fmt::format(
                "{} can never match: no path has `//` or a `/` at its end", cited(pattern)));
        if (segment == "." || segment == "..")
            return std::unexpected(fmt::format("{} can never match: paths hold no {}",
                                               cited(pattern), cited(segment)));
        if (segment != any_depth && segment.find(any_depth) != std::string_view::npos)
            return std::unexpected(
                fmt::format("in {}: `**` stands alone between slashes", cited(pattern)));
        segments.emplace_back(segment);
        start = end + 1;
    }
    if (segments.size() > VirtualPath::depth_limit)
        return std::unexpected(fmt::format("more than {} segments", VirtualPath::depth_limit));
    return segments;
}

}  // namespace

/// Where in one alternative's segments a walk down a path may stand: the states of a small
/// automaton, all followed at once.
class Glob::Walk {
  public:
    Walk(const Segments& segments, bool ignore_case)
        : segments_(segments), ignore_case_(ignore_case) {
        states_.set(0);
        skip_any_depth();
    }

    void step(std::string_view name) {
        States next;
        for (std::size_t state = 0; state < segments_.size(); ++state) {
            if (!states_.test(state)) continue;
            if (segments_[state] == any_depth)
                next.set(state);
            else if (matches_wildcards(segments_[state], name, ignore_case_))
                next.set(state + 1);
        }
        states_ = next;
        skip_any_depth();
    }

    Walk& down(const VirtualPath& path) {
        for (const std::string_view name : path.segments()) step(name);
        return *this;
    }

    [[nodiscard]] bool can_go_on() const {
        return states_.count() > (states_.test(segments_.size()) ? std::size_t{1} : std::size_t{0});
    }
    [[nodiscard]] bool takes_all_below() const {
        return !segments_.empty() && segments_.back() == any_depth &&
               states_.test(segments_.size() - 1);
    }

  private:
    using States = std::bitset<VirtualPath::depth_limit + 1>;

    /// `**` may stand for nothing.
    void skip_any_depth() {
        for (std::size_t state = 0; state < segments_.size(); ++state)
            if (states_.test(state) && segments_[state] == any_depth) states_.set(state + 1);
    }

    const Segments& segments_;
    bool ignore_case_;
    States states_;
};

std::expected<Glob, std::string> Glob::path(std::string_view pattern, bool ignore_case) {
    Glob glob;
    glob.text_ = pattern;
    glob.ignore_case_ = ignore_case;
    auto alternatives = alternatives_of(pattern);
    if (!alternatives) return std::unexpected(alternatives.error());
    for (const std::string& alternative : *alternatives) {
        auto segments = split_path(alternative);
        if (!segments) return std::unexpected(segments.error());
        glob.alternatives_.push_back(std::move(*segments));
    }
    return glob;
}

std::expected<Glob, std::string> Glob::name(std::string_view pattern, bool ignore_case) {
    if (pattern.empty()) return std::unexpected(std::string("an empty pattern matches no name"));
    if (pattern.find('/') != std::string_view::npos)
        return std::unexpected(
            fmt::format("{} is matched against the name alone: no `/`", cited(pattern)));
    if (pattern.find(any_depth) != std::string_view::npos)
        return std::unexpected(
            fmt::format("{} is matched against the name alone: write `*`", cited(pattern)));
    Glob glob;
    glob.text_ = pattern;
    glob.ignore_case_ = ignore_case;
    auto alternatives = alternatives_of(pattern);
    if (!alternatives) return std::unexpected(alternatives.error());
    for (std::string& alternative : *alternatives)
        glob.alternatives_.push_back({std::move(alternative)});
    return glob;
}

bool Glob::matches(std::span<const std::string_view> path) const {
    return std::ranges::any_of(alternatives_, [&](const Segments& segments) {
        return matches_path(segments, path, ignore_case_);
    });
}

bool Glob::matches_name(std::string_view name) const {
    return std::ranges::any_of(alternatives_, [&](const Segments& segments) {
        return segments.size() == 1 && matches_wildcards(segments.front(), name, ignore_case_);
    });
}

bool Glob::leads_on_from(const VirtualPath& folder) const {
    return std::ranges::any_of(alternatives_, [&](const Segments& segments) {
        return Walk(segments, ignore_case_).down(folder).can_go_on();
    });
}

bool Glob::covers_below(const VirtualPath& folder) const {
    return std::ranges::any_of(alternatives_, [&](const Segments& segments) {
        return Walk(segments, ignore_case_).down(folder).takes_all_below();
    });
}

std::vector<VirtualPath> Glob::literal_parts() const {
    std::vector<VirtualPath> parts;
    for (const Segments& segments : alternatives_) {
        std::string part = "/";
        for (const std::string& segment : segments) {
            if (has_wildcard(segment)) break;
            part.append(segment).append("/");
        }
        if (auto path = VirtualPath::parse(part)) parts.push_back(std::move(*path));
    }
    return parts;
}

bool Glob::is_literal() const {
    return std::ranges::none_of(alternatives_, [](const Segments& segments) {
        return std::ranges::any_of(segments, has_wildcard);
    });
}

}  // namespace consign::policy

#include "policy/language/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

#include "policy/language/utf8.hpp"

namespace consign::policy {

namespace {

constexpr int excerpt_limit_characters = 160;
constexpr std::string_view indent = "    ";

/// Is `a` before `b`, whatever their lengths?
bool is_before(const Place& a, const Place& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
}

/// The bytes of the first `characters` of a text.
std::size_t bytes_of(std::string_view text, int characters) {
    std::size_t bytes = 0;
    for (int index = 0; index < characters && bytes < text.size(); ++index)
        bytes += character_length(text.substr(bytes));
    return bytes;
}

/// Where each line of a text starts, found once for all problems of a file.
class Lines {
  public:
    explicit Lines(std::string_view text) : text_(text) {
        if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
        starts_.push_back(0);
        for (std::size_t at = text_.find('\n'); at != std::string_view::npos;
             at = text_.find('\n', at + 1))
            starts_.push_back(at + 1);
    }

    [[nodiscard]] std::string_view line(int number) const {
        const auto index = static_cast<std::size_t>(number) - 1;
        if (index >= starts_.size()) return {};
        const std::string_view rest = text_.substr(starts_[index]);
        return rest.substr(0, rest.find_first_of("\r\n"));
    }

  private:
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

}  // namespace

std::string Problem::text() const {
    const char* kind = severity == Severity::error ? "error" : "warning";
    if (line == 0) return fmt::format("{}: {}: {}", file, kind, message);
    return fmt::format("{}:{}:{}: {}: {}", file, line, column, kind, message);
}

std::string Problem::excerpt() const {
    if (source.empty()) return {};
    const int end = column + length - 1;
    const int left_out = std::max(0, end - excerpt_limit_characters);
    const std::string_view shown = std::string_view(source).substr(bytes_of(source, left_out));
    const std::string_view cut = left_out > 0 ? "…" : "";
    std::string below(left_out > 0 ? 1 : 0, ' ');
    int at = left_out + 1;
    for (std::string_view rest = shown; !rest.empty();
         rest.remove_prefix(character_length(rest)), ++at)
        below += at >= column ? '^' : rest.front() == '\t' ? '\t' : ' ';
    // A place just behind the line: a quote that is missing, say.
    if (at <= column) below.append(static_cast<std::size_t>(column - at), ' ').append("^");
    return fmt::format("{0}{1}{2}\n{0}{3}\n", indent, cut, shown, below);
}

void Problems::error(const std::string& file, Place place, std::string message) {
    ++errors_;
    add(Problem::Severity::error, file, place, std::move(message));
}

void Problems::warning(const std::string& file, Place place, std::string message) {
    add(Problem::Severity::warning, file, place, std::move(message));
}

void Problems::add(Problem::Severity severity, const std::string& file, Place place,
                   std::string message) {
    if (list_.size() == problem_limit) {
        ++left_out_;
        return;
    }
    list_.push_back({.severity = severity,
                     .file = file,
                     .line = place.line,
                     .column = place.column,
                     .length = place.length,
                     .message = std::move(message)});
}

void Problems::withhold(const std::string& file, Place from, Place up_to) {
    withheld_[file].emplace_back(from, up_to);
}

void Problems::withhold(const std::string& file) {
    withhold(file, {}, {.line = std::numeric_limits<int>::max()});
}

bool Problems::is_withheld(const Problem& problem) const {
    const auto spans = withheld_.find(problem.file);
    if (spans == withheld_.end()) return false;
    const Place first{.line = problem.line, .column = 1};
    const Place last{.line = problem.line, .column = problem.column + problem.length - 1};
    return std::ranges::any_of(spans->second, [&](const Span& span) {
        return !is_before(last, span.first) && is_before(first, span.second);
    });
}

std::vector<Problem> Problems::sorted(std::span<const SourceFile> files) const {
    std::map<std::string_view, std::size_t> ranks;
    for (std::size_t index = 0; index < files.size(); ++index)
        ranks.try_emplace(files[index].name, index);
    const auto rank = [&](const Problem& problem) {
        const auto known = ranks.find(problem.file);
        return known == ranks.end() ? files.size() : known->second;
    };
    std::vector<Problem> sorted = list_;
    std::ranges::sort(sorted, {}, [&](const Problem& problem) {
        return std::tuple(rank(problem), problem.line, problem.column,
                          std::string_view(problem.message));
    });
    const auto repeated = std::ranges::unique(sorted);
    sorted.erase(repeated.begin(), repeated.end());
    std::optional<Lines> lines;
    std::size_t of_file = files.size();
    for (Problem& problem : sorted) {
        const std::size_t file = rank(problem);
        if (file == files.size() || problem.line == 0 || is_withheld(problem)) continue;
        if (file != of_file) lines.emplace(files[of_file = file].text);
        const std::string_view line = lines->line(problem.line);
        problem.source = line.substr(0, bytes_of(line, problem.column + problem.length - 1));
    }
    if (left_out_ > 0) {
        Problem more;
        more.file = files.empty() ? std::string() : files.front().name;
        more.message = fmt::format("{} more problems are not shown", left_out_);
        sorted.push_back(std::move(more));
    }
    return sorted;
}

}  // namespace consign::policy

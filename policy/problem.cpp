#include "policy/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace consign::policy {

std::string Problem::text() const {
    const char* kind = severity == Severity::error ? "error" : "warning";
    if (line == 0) return fmt::format("{}: {}: {}", file, kind, message);
    return fmt::format("{}:{}:{}: {}: {}", file, line, column, kind, message);
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
    list_.push_back({severity, file, place.line, place.column, std::move(message)});
}

std::vector<Problem> Problems::sorted(std::span<const std::string> file_order) const {
    const auto key = [&](const Problem& problem) {
        const auto rank = std::ranges::find(file_order, problem.file) - file_order.begin();
        return std::tuple(rank, problem.line, problem.column, std::string_view(problem.message));
    };
    std::vector<Problem> sorted = list_;
    std::ranges::sort(sorted, {}, key);
    const auto repeated = std::ranges::unique(sorted);
    sorted.erase(repeated.begin(), repeated.end());
    if (left_out_ > 0) {
        const std::string file = file_order.empty() ? std::string() : file_order.front();
        sorted.push_back({Problem::Severity::error, file, 0, 0,
                          fmt::format("{} more problems are not shown", left_out_)});
    }
    return sorted;
}

}  // namespace consign::policy

// What is wrong with a policy: mistakes and warnings, each with the place where it stands. All of
// them are collected, so that an administrator sees every one at once.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace consign::policy {

/// A place in a file; both count from 1. Columns count characters, not bytes. 0: the file as a
/// whole.
struct Place {
    int line = 0;
    int column = 0;
    auto operator<=>(const Place&) const = default;
};

/// A mistake, or a warning.
struct Problem {
    enum class Severity : std::uint8_t { error, warning } severity = Severity::error;
    std::string file;  // as the administrator wrote it, relative to consign.yaml's folder
    int line = 0;      // from 1; 0: the file as a whole
    int column = 0;
    std::string message;  // what was found, what was expected, the nearest right name

    [[nodiscard]] std::string text() const;  // FILE:LINE:COLUMN: error: MESSAGE
    bool operator==(const Problem&) const = default;
};

/// Collects. Past its limit it only counts errors, and says so at the end of the list.
class Problems {
  public:
    static constexpr std::size_t problem_limit = 1000;

    void error(const std::string& file, Place place, std::string message);
    void warning(const std::string& file, Place place, std::string message);
    [[nodiscard]] bool has_errors() const { return errors_ > 0; }

    /// By file in the order given, then by place; what an alias repeats stands once.
    [[nodiscard]] std::vector<Problem> sorted(std::span<const std::string> file_order) const;

  private:
    void add(Problem::Severity severity, const std::string& file, Place place, std::string message);

    std::vector<Problem> list_;
    std::size_t errors_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace consign::policy

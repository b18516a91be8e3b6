// What is wrong with a policy: mistakes and warnings, each with the place where it stands. All of
// them are collected, so that an administrator sees every one at once.
//
// A problem shows the text that it is about, and nothing of a secret: the line is cut after the
// marked text; and where anything before that lies under one of secret_keys, or is the value of an
// unknown key (a misspelt `password`), or was withheld by its reader, nothing is shown. Nor is
// anything of a file that is not YAML, where nobody can tell what is a secret.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace consign::policy {

/// A file as it was read.
struct SourceFile {
    std::string name;  // as the administrator wrote it, relative to consign.yaml's folder
    std::string text;
};

/// Keys under which secrets, and what somebody may take for their place, stand.
inline constexpr std::array<std::string_view, 5> secret_keys{"login", "keys", "identity",
                                                             "password", "totp"};

/// A place in a file; line and column count from 1. Columns count characters, not bytes. 0: the
/// file as a whole.
struct Place {
    int line = 0;
    int column = 0;
    int length = 1;  // characters, on this line
    auto operator<=>(const Place&) const = default;
};

/// A mistake, or a warning.
struct Problem {
    enum class Severity : std::uint8_t { error, warning } severity = Severity::error;
    std::string file;  // as the administrator wrote it, relative to consign.yaml's folder
    int line = 0;      // from 1; 0: the file as a whole
    int column = 0;
    int length = 1;
    std::string message;   // what was found, what was expected, the nearest right name
    std::string source{};  // the line up to the end of the marked text; empty where it is withheld

    [[nodiscard]] std::string text() const;  // FILE:LINE:COLUMN: error: MESSAGE
    /// The line, and `^^^^` below the marked text; each indented by four, and ended. What is far to
    /// the left is cut. Empty where there is none, or it is withheld.
    [[nodiscard]] std::string excerpt() const;
    bool operator==(const Problem&) const = default;
};

/// Collects. Past its limit it only counts errors, and says so at the end of the list.
class Problems {
  public:
    static constexpr std::size_t problem_limit = 1000;

    void error(const std::string& file, Place place, std::string message);
    void warning(const std::string& file, Place place, std::string message);
    [[nodiscard]] bool has_errors() const { return errors_ > 0; }
    [[nodiscard]] std::size_t errors() const { return errors_; }

    /// No excerpt shows what stands from one place up to the other.
    void withhold(const std::string& file, Place from, Place up_to);
    void withhold(const std::string& file);

    /// By file in the order given, then by place; what an alias repeats stands once.
    [[nodiscard]] std::vector<Problem> sorted(std::span<const SourceFile> files) const;

  private:
    using Span = std::pair<Place, Place>;

    void add(Problem::Severity severity, const std::string& file, Place place, std::string message);
    [[nodiscard]] bool is_withheld(const Problem& problem) const;

    std::vector<Problem> list_;
    std::map<std::string, std::vector<Span>, std::less<>> withheld_;
    std::size_t errors_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace consign::policy

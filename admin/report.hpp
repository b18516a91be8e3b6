// What reports have in common on the command line: a language, a form, and where they go.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "admin/document.hpp"
#include "admin/row_printer.hpp"

namespace CLI {
class App;
}

namespace consign::admin {

struct ReportOptions {
    Language language = Language::english;
    std::optional<Markup> markup{};  // a document; else rows, in `rows`
    Format rows = Format::table;
    std::string file{};  // empty: standard output
};

/// --lang.
void add_language_option(CLI::App& verb, Language& language);
/// --lang, --format markdown|html, --out. What the environment speaks is the language where none is
/// given.
void add_report_options(CLI::App& verb, ReportOptions& options);
/// The same, with --json and --csv as well.
void add_report_and_row_options(CLI::App& verb, ReportOptions& options);

// Pieces of rows, in words.

/// "1 class", "2 classes"
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one, std::string_view many);
/// "2026-11-24 06:17 UTC"
[[nodiscard]] std::string moment_text(const boost::json::object& row, std::string_view field);
/// "5 minutes", "7 jours": the largest unit that leaves no rest.
[[nodiscard]] std::string duration_text(const Tongue& say, std::int64_t seconds);
/// "10 years" as a policy says it, "10 ans".
[[nodiscard]] std::string span_text(const Tongue& say, const std::string& span);
/// "0 files", "0 fichier"
[[nodiscard]] std::string files_text(const Tongue& say, std::uint64_t count);
/// "4.2 GB", "4,2 Go"
[[nodiscard]] std::string size_text(const Tongue& say, std::uint64_t bytes);
[[nodiscard]] std::uint64_t number(const boost::json::object& row, std::string_view field);
[[nodiscard]] bool flag(const boost::json::object& row, std::string_view field);
/// "a, b"; each element as field_text has it.
[[nodiscard]] std::string joined(const boost::json::object& row, std::string_view field);
/// The field's text, or, where it is empty, that somebody has to say it.
[[nodiscard]] Words said_or_missing(const Tongue& say, const boost::json::object& row,
                                    std::string_view field);

}  // namespace consign::admin

#include "admin/report.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/json.hpp>
#include <cstdlib>

namespace consign::admin {

namespace {

namespace json = boost::json;

/// As setlocale(3) would find it for messages.
Language language_of_environment() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
            return std::string_view(value).starts_with("fr") ? Language::french : Language::english;
    return Language::english;
}

struct Unit {
    std::int64_t seconds;
    std::string_view english, french;
};
constexpr std::array units{Unit{86400, "day", "jour"}, Unit{3600, "hour", "heure"},
                           Unit{60, "minute", "minute"}, Unit{1, "second", "seconde"}};

constexpr auto span_words =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"year", "an"},
                                                                  {"month", "mois"},
                                                                  {"week", "semaine"},
                                                                  {"day", "jour"},
                                                                  {"hour", "heure"},
                                                                  {"minute", "minute"},
                                                                  {"second", "seconde"}});

std::string counted(std::int64_t count, std::string_view word) {
    const bool has_plural = count > 1 && !word.ends_with('s');
    return fmt::format("{} {}{}", count, word, has_plural ? "s" : "");
}

}  // namespace

void add_language_option(CLI::App& verb, Language& language) {
    language = language_of_environment();
    verb.add_option_function<std::string>(
            "--lang",
            [&language](const std::string& given) {
                language = given == "fr" ? Language::french : Language::english;
            },
            "fr or en (default: as the environment says)")
        ->check(CLI::IsMember({"fr", "en"}));
}

void add_report_options(CLI::App& verb, ReportOptions& options) {
    add_language_option(verb, options.language);
    verb.add_option_function<std::string>(
            "--format",
            [&options](const std::string& given) {
                options.markup = given == "html" ? Markup::html : Markup::markdown;
            },
            "A document to read and print: markdown or html")
        ->check(CLI::IsMember({"markdown", "html"}));
    verb.add_option("--out", options.file, "The file to write (default: standard output)");
}

void add_report_and_row_options(CLI::App& verb, ReportOptions& options) {
    add_report_options(verb, options);
    add_format_flags(verb, options.rows);
    verb.get_option("--json")->excludes("--format");
    verb.get_option("--csv")->excludes("--format");
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string moment_text(const json::object& row, std::string_view field) {
    constexpr std::size_t to_the_second = 19;
    const std::string text = field_text(row, field);
    if (text.size() < to_the_second) return text;
    return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 8));
}

std::string duration_text(const Tongue& say, std::int64_t seconds) {
    for (const Unit& unit : units)
        if (seconds >= unit.seconds && seconds % unit.seconds == 0)
            return counted(seconds / unit.seconds, say(unit.english, unit.french));
    return counted(seconds, say("second", "seconde"));
}

std::string span_text(const Tongue& say, const std::string& span) {
    if (say.language() == Language::english) return span;
    std::string french = span;
    for (const auto& [english, word] : span_words) {
        const std::size_t at = french.find(english);
        if (at == std::string::npos) continue;
        const std::int64_t count = std::strtoll(french.c_str(), nullptr, 10);
        return counted(count, word);
    }
    return french;
}

std::string files_text(const Tongue& say, std::uint64_t count) {
    // In French, the plural begins with two.
    return say.language() == Language::french
               ? fmt::format("{} {}", count, count < 2 ? "fichier" : "fichiers")
               : counted(count, "file", "files");
}

std::string size_text(const Tongue& say, std::uint64_t bytes) {
    constexpr std::array<std::string_view, 5> english{"bytes", "kB", "MB", "GB", "TB"};
    constexpr std::array<std::string_view, 5> french{"octets", "ko", "Mo", "Go", "To"};
    double size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= 1000 && unit + 1 < english.size(); ++unit) size /= 1000;
    std::string text = unit == 0 ? fmt::format("{}", bytes) : fmt::format("{:.1f}", size);
    if (say.language() == Language::french)
        for (char& digit : text)
            if (digit == '.') digit = ',';
    return fmt::format("{} {}", text, say(english[unit], french[unit]));
}

std::uint64_t number(const json::object& row, std::string_view field) {
    const json::value* value = row.if_contains(field);
    if (value == nullptr || !value->is_number()) return 0;
    boost::system::error_code wrong;
    const auto count = value->to_number<std::uint64_t>(wrong);
    return wrong ? 0 : count;
}

bool flag(const json::object& row, std::string_view field) {
    const json::value* value = row.if_contains(field);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string joined(const json::object& row, std::string_view field) {
    std::string text;
    const json::value* value = row.if_contains(field);
    if (value == nullptr || !value->is_array()) return text;
    for (const json::value& one : value->get_array()) {
        if (!text.empty()) text += ", ";
        text += one.is_string() ? std::string(one.get_string()) : json::serialize(one);
    }
    return text;
}

Words said_or_missing(const Tongue& say, const json::object& row, std::string_view field) {
    const std::string text = field_text(row, field);
    if (text.empty()) return {say("to be completed", "à compléter"), true};
    return text;
}

}  // namespace consign::admin

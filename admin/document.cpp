#include "admin/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "admin/table.hpp"

namespace consign::admin {

namespace {

/// What a list or a table needs before and after it.
enum class Inside : std::uint8_t { text, list, table };

class MarkdownDocument final : public Document {
  public:
    explicit MarkdownDocument(std::FILE* out) : out_(out) {}

    void title(const Words& words) override { fmt::print(out_, "# {}\n", shown(words)); }
    void heading(int level, const Words& words) override {
        enter(Inside::text);
        fmt::print(out_, "\n{} {}\n", std::string(static_cast<std::size_t>(level), '#'),
                   shown(words));
    }
    void paragraph(const Words& words) override {
        enter(Inside::text);
        fmt::print(out_, "\n{}\n", shown(words));
    }
    void item(const Words& label, const Words& words) override {
        enter(Inside::list);
        fmt::print(out_, "- **{}**: {}\n", shown(label), shown(words));
    }
    void item(const Words& words) override {
        enter(Inside::list);
        fmt::print(out_, "- {}\n", shown(words));
    }
    void begin_table(const std::vector<std::string>& headings) override {
        enter(Inside::table);
        row(std::vector<Words>(headings.begin(), headings.end()));
        fmt::print(out_, "|");
        for (std::size_t i = 0; i < headings.size(); ++i) fmt::print(out_, " --- |");
        fmt::print(out_, "\n");
    }
    void row(const std::vector<Words>& cells) override {
        fmt::print(out_, "|");
        for (const Words& cell : cells) fmt::print(out_, " {} |", shown(cell));
        fmt::print(out_, "\n");
    }
    void end_table() override { enter(Inside::text); }
    void finish() override {}

  private:
    void enter(Inside next) {
        if (next != inside_ && next != Inside::text) fmt::print(out_, "\n");
        inside_ = next;
    }
    static std::string shown(const Words& words) {
        const std::string text = markdown_text(words.text);
        return words.is_missing ? fmt::format("**\\[{}\\]**", text) : text;
    }

    std::FILE* out_;
    Inside inside_ = Inside::text;
};

constexpr std::string_view page_head = R"(<!DOCTYPE html>
<html lang="{0}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{1}</title>
<style>
body {{ font: 11pt/1.45 "DejaVu Sans", Arial, sans-serif; margin: 2em auto; max-width: 62em; color: #111; }}
h1 {{ font-size: 1.5em; }} h2 {{ font-size: 1.2em; border-bottom: 1px solid #999; }} h3 {{ font-size: 1em; }}
table {{ border-collapse: collapse; width: 100%; font-size: 0.85em; }}
th, td {{ border: 1px solid #999; padding: 0.2em 0.5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }}
thead {{ display: table-header-group; }} tr {{ break-inside: avoid; }} h2, h3 {{ break-after: avoid; }}
.missing {{ color: #a00; font-weight: bold; }}
@page {{ size: A4; margin: 15mm; }} @media print {{ body {{ margin: 0; max-width: none; }} }}
{2}</style>
</head>
<body>
)";

class HtmlDocument final : public Document {
  public:
    HtmlDocument(Language language, std::string_view title, std::FILE* out) : out_(out) {
        fmt::print(out_, "{}", html_page_begin(language, title));
    }

    void title(const Words& words) override { fmt::print(out_, "<h1>{}</h1>\n", shown(words)); }
    void heading(int level, const Words& words) override {
        enter(Inside::text);
        fmt::print(out_, "<h{0}>{1}</h{0}>\n", level, shown(words));
    }
    void paragraph(const Words& words) override {
        enter(Inside::text);
        fmt::print(out_, "<p>{}</p>\n", shown(words));
    }
    void item(const Words& label, const Words& words) override {
        enter(Inside::list);
        fmt::print(out_, "<li><strong>{}</strong>: {}</li>\n", shown(label), shown(words));
    }
    void item(const Words& words) override {
        enter(Inside::list);
        fmt::print(out_, "<li>{}</li>\n", shown(words));
    }
    void begin_table(const std::vector<std::string>& headings) override {
        enter(Inside::table);
        fmt::print(out_, "<thead><tr>");
        for (const std::string& heading : headings)
            fmt::print(out_, "<th>{}</th>", html_text(heading));
        fmt::print(out_, "</tr></thead>\n<tbody>\n");
    }
    void row(const std::vector<Words>& cells) override {
        fmt::print(out_, "<tr>");
        for (const Words& cell : cells) fmt::print(out_, "<td>{}</td>", shown(cell));
        fmt::print(out_, "</tr>\n");
    }
    void end_table() override { enter(Inside::text); }
    void finish() override {
        enter(Inside::text);
        fmt::print(out_, "{}", html_page_end);
    }

  private:
    void enter(Inside next) {
        if (next == inside_ && next != Inside::table) return;
        if (inside_ == Inside::list) fmt::print(out_, "</ul>\n");
        if (inside_ == Inside::table) fmt::print(out_, "</tbody></table>\n");
        if (next == Inside::list) fmt::print(out_, "<ul>\n");
        if (next == Inside::table) fmt::print(out_, "<table>\n");
        inside_ = next;
    }
    static std::string shown(const Words& words) {
        const std::string text = html_text(words.text);
        return words.is_missing ? fmt::format("<span class=\"missing\">[{}]</span>", text) : text;
    }

    std::FILE* out_;
    Inside inside_ = Inside::text;
};

/// Would a reader make a link of what begins at `at`?
bool begins_link(std::string_view text, std::size_t at) {
    if (text[at] == ':') return text.substr(at + 1).starts_with("//");
    if (text[at] != '.' || at < 3) return false;
    return std::ranges::all_of(text.substr(at - 3, 3),
                               [](char letter) { return letter == 'w' || letter == 'W'; });
}

}  // namespace

std::string markdown_text(std::string_view text) {
    const std::string safe = safe_for_terminal(text);
    std::string escaped;
    for (std::size_t at = 0; at < safe.size(); ++at) {
        const bool is_markup =
            std::string_view("\\`*_[]<>|~&#@$").find(safe[at]) != std::string_view::npos;
        if (is_markup || begins_link(safe, at)) escaped.push_back('\\');
        escaped.push_back(safe[at]);
    }
    return escaped;
}

std::string html_text(std::string_view text) {
    std::string escaped;
    for (const char byte : safe_for_terminal(text)) {
        switch (byte) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped.push_back(byte);
        }
    }
    return escaped;
}

std::string html_page_begin(Language language, std::string_view title, std::string_view style) {
    return fmt::format(fmt::runtime(page_head), language == Language::french ? "fr" : "en",
                       html_text(title), style);
}

std::unique_ptr<Document> make_document(Markup markup, Language language, std::string_view title,
                                        std::FILE* out) {
    if (markup == Markup::html) return std::make_unique<HtmlDocument>(language, title, out);
    return std::make_unique<MarkdownDocument>(out);
}

}  // namespace consign::admin

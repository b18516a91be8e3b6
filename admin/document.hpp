// A document for people that is written once, from its top to its end: Markdown (CommonMark with
// GitHub's tables) or one HTML page that needs nothing else, to be read and printed. What it is
// given may come from a peer: none of it is ever markup, and no control character is left in it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace consign::admin {

enum class Language : std::uint8_t { english, french };
enum class Markup : std::uint8_t { markdown, html };

/// Says each thing in the document's language.
class Tongue {
  public:
    explicit Tongue(Language language) : language_(language) {}
    [[nodiscard]] std::string operator()(std::string_view english, std::string_view french) const {
        return std::string(language_ == Language::french ? french : english);
    }
    [[nodiscard]] Language language() const { return language_; }

  private:
    Language language_;
};

/// What stands in a place of the document.
struct Words {
    std::string text;
    bool is_missing = false;  // somebody has yet to say it: it stands out

    Words(std::string said) : text(std::move(said)) {}  // NOLINT: a text is words
    Words(const char* said) : text(said) {}             // NOLINT
    Words(std::string said, bool missing) : text(std::move(said)), is_missing(missing) {}
};

class Document {
  public:
    virtual ~Document() = default;
    virtual void title(const Words& words) = 0;
    /// `level`: 2 or 3.
    virtual void heading(int level, const Words& words) = 0;
    virtual void paragraph(const Words& words) = 0;
    /// A line of a list: "label: words".
    virtual void item(const Words& label, const Words& words) = 0;
    /// A line of a list.
    virtual void item(const Words& words) = 0;
    virtual void begin_table(const std::vector<std::string>& headings) = 0;
    /// As many cells as there are headings.
    virtual void row(const std::vector<Words>& cells) = 0;
    virtual void end_table() = 0;
    /// After everything else; once.
    virtual void finish() = 0;
};

/// `out` outlives it. `title`: of the page.
[[nodiscard]] std::unique_ptr<Document> make_document(Markup markup, Language language,
                                                      std::string_view title, std::FILE* out);

/// `text` (UTF-8) as a piece of Markdown, or of HTML, that shows just that text.
[[nodiscard]] std::string markdown_text(std::string_view text);
[[nodiscard]] std::string html_text(std::string_view text);

/// What stands around each HTML page, also one that is no Document: it loads nothing, runs nothing,
/// and is made to be printed. `style`: rules of this page's own.
[[nodiscard]] std::string html_page_begin(Language language, std::string_view title,
                                          std::string_view style = {});
inline constexpr std::string_view html_page_end = "</body>\n</html>\n";

}  // namespace consign::admin

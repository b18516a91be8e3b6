#include "policy/content/xml.hpp"

#include <algorithm>
#include <array>

#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t name_limit_bytes = 256;

bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool begins_name(char byte) {
    return is_letter(byte) || byte == '_' || byte == ':' ||
           static_cast<unsigned char>(byte) >= 0x80;
}

bool goes_on_name(char byte) {
    return begins_name(byte) || is_digit(byte) || byte == '-' || byte == '.';
}

struct Attribute {
    std::string_view name;
    std::string_view value;  // raw
};

struct Root {
    std::string_view name;
    std::vector<Attribute> attributes;
};

/// What stands before the root's content. No entity is expanded, and nothing is fetched. Each step
/// answers false where the text is not well-formed, or cut.
class Prolog {
  public:
    explicit Prolog(std::string_view text) : rest_(text) {}

    std::optional<Root> root() {
        for (;;) {
            skip_blanks();
            if (rest_.starts_with("<?")) {
                if (!skip_past("?>")) return std::nullopt;
            } else if (rest_.starts_with("<!--")) {
                if (!skip_comment()) return std::nullopt;
            } else if (rest_.starts_with("<!DOCTYPE") || rest_.starts_with("<!doctype")) {
                if (!skip_doctype()) return std::nullopt;
            } else {
                return start_tag();
            }
        }
    }

  private:
    void skip_blanks() {
        const auto* const end = std::ranges::find_if_not(rest_, is_blank);
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
    }

    bool skip_past(std::string_view mark) {
        const std::size_t at = rest_.find(mark);
        rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + mark.size());
        return at != std::string_view::npos;
    }

    bool skip_comment() {
        rest_.remove_prefix(4);
        return skip_past("-->");
    }

    /// Up to its `>`, which is neither between quotes, nor in a comment, nor in the internal
    /// subset.
    bool skip_doctype() {
        bool in_subset = false;
        while (!rest_.empty()) {
            const char byte = rest_.front();
            if (rest_.starts_with("<!--")) {
                if (!skip_comment()) return false;
                continue;
            }
            rest_.remove_prefix(1);
            if (byte == '"' || byte == '\'') {
                if (!skip_past(std::string_view(&byte, 1))) return false;
            } else if (byte == '[' || byte == ']') {
                in_subset = byte == '[';
            } else if (byte == '>' && !in_subset) {
                return true;
            }
        }
        return false;
    }

    std::optional<std::string_view> name() {
        if (rest_.empty() || !begins_name(rest_.front())) return std::nullopt;
        const auto* const end = std::ranges::find_if_not(rest_, goes_on_name);
        const auto length = static_cast<std::size_t>(end - rest_.begin());
        if (length == rest_.size() || length > name_limit_bytes) return std::nullopt;
        const std::string_view found = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return found;
    }

    bool skip(char byte) {
        if (rest_.empty() || rest_.front() != byte) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<Attribute> attribute() {
        const auto found = name();
        if (!found) return std::nullopt;
        skip_blanks();
        if (!skip('=')) return std::nullopt;
        skip_blanks();
        if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) return std::nullopt;
        const std::size_t end = rest_.find(rest_.front(), 1);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view value = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        if (value.contains('<')) return std::nullopt;
        return Attribute{.name = *found, .value = value};
    }

    std::optional<Root> start_tag() {
        if (!skip('<')) return std::nullopt;
        const auto found = name();
        if (!found) return std::nullopt;
        Root root{.name = *found, .attributes = {}};
        for (;;) {
            const std::size_t before = rest_.size();
            skip_blanks();
            if (rest_.starts_with('>') || rest_.starts_with("/>")) return root;
            if (rest_.size() == before) return std::nullopt;  // no blank before an attribute
            const auto next = attribute();
            if (!next) return std::nullopt;
            root.attributes.push_back(*next);
        }
    }

    std::string_view rest_;
};

/// With the predefined entities (XML 1.0 section 4.6) undone.
std::string attribute_value(std::string_view raw) {
    struct Entity {
        std::string_view reference;
        char character;
    };
    constexpr std::array entities{Entity{"&amp;", '&'}, Entity{"&lt;", '<'}, Entity{"&gt;", '>'},
                                  Entity{"&quot;", '"'}, Entity{"&apos;", '\''}};
    std::string value;
    while (!raw.empty()) {
        const auto* const entity = std::ranges::find_if(
            entities, [&](const Entity& each) { return raw.starts_with(each.reference); });
        const bool is_entity = entity != entities.end();
        value.push_back(is_entity ? entity->character : raw.front());
        raw.remove_prefix(is_entity ? entity->reference.size() : 1);
    }
    return printable(trimmed(value));
}

std::string_view namespace_of(const Root& root) {
    const std::size_t colon = root.name.find(':');
    const std::string declaration = colon == std::string_view::npos
                                        ? "xmlns"
                                        : "xmlns:" + std::string(root.name.substr(0, colon));
    const auto found = std::ranges::find(root.attributes, declaration, &Attribute::name);
    return found == root.attributes.end() ? std::string_view() : found->value;
}

/// The charset of a Latin declaration, whose bytes could be taken for UTF-8.
std::optional<Charset> declared_charset(std::string_view text) {
    if (!text.starts_with("<?xml")) return std::nullopt;
    std::string declaration(text.substr(0, text.find("?>")));
    std::ranges::transform(declaration, declaration.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    if (declaration.contains("iso-8859-15")) return Charset::iso_8859_15;
    if (declaration.contains("iso-8859-1") || declaration.contains("windows-1252"))
        return Charset::windows_1252;
    return std::nullopt;
}

/// UTF-16 without a mark (XML 1.0 appendix F).
std::optional<Charset> unmarked_utf16(ByteView bytes) {
    using namespace std::string_view_literals;
    if (as_text(bytes).starts_with("<\0"sv)) return Charset::utf_16_le;
    if (as_text(bytes).starts_with("\0<"sv)) return Charset::utf_16_be;
    return std::nullopt;
}

std::optional<Content> read_text(std::string_view text) {
    const auto root = Prolog(text).root();
    if (!root) return std::nullopt;
    const std::string_view local = root->name.substr(root->name.find(':') + 1);
    if (local.empty()) return std::nullopt;
    Content content{.format = Format::xml};
    const auto add = [&](const char* name, std::string value) {
        if (!value.empty())
            content.fields.push_back(
                {.name = FieldName::canonical(Dictionary::xml, name), .value = std::move(value)});
    };
    add("root", printable(local));
    add("namespace", attribute_value(namespace_of(*root)));
    return content;
}

}  // namespace

std::optional<Content> read_xml(const Head& head) {
    if (const auto utf16 = unmarked_utf16(head.bytes))
        return read_text(to_utf8(head.bytes, *utf16));
    const std::string_view text = head.text;
    const auto declared = declared_charset(text);
    if (!declared || charset_of_mark(head.bytes)) return read_text(text);
    return read_text(to_utf8(head.bytes, *declared));
}

}  // namespace consign::policy::content

#include "desk/receipts/receipt_text.hpp"

#include <boost/json.hpp>

#include "base/virtual_path.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::desk {

namespace json = boost::json;

namespace {

/// One field a line, in the order in which they are written; nothing is sorted, nothing left out.
class FieldLines {
  public:
    void raw(std::string_view name, std::string_view value) {
        text_.append(text_.empty() ? "{\n  \"" : ",\n  \"");
        text_.append(name).append("\": ").append(value);
    }
    /// Any bytes: what is no UTF-8, and each control character of ASCII, is shown so that it can be
    /// had back.
    void text(std::string_view name, std::string_view value) {
        raw(name, json::serialize(json::value(display_keeping_c1(value))));
    }
    void text(std::string_view name, const std::optional<std::string>& value) {
        value ? text(name, std::string_view(*value)) : raw(name, "null");
    }
    template <std::integral Integer>
    void number(std::string_view name, Integer value) {
        raw(name, std::to_string(value));
    }
    template <std::integral Integer>
    void number(std::string_view name, const std::optional<Integer>& value) {
        value ? number(name, *value) : raw(name, "null");
    }
    void time(std::string_view name, const std::optional<Timestamp>& value) {
        value ? text(name, std::string_view(rfc3339(*value))) : raw(name, "null");
    }
    [[nodiscard]] std::string end() && { return std::move(text_) + "\n}\n"; }

  private:
    std::string text_;
};

void add_login(FieldLines& lines, const std::optional<ReceiptWords::Login>& login) {
    const auto part = [&login](auto member) -> std::optional<std::string> {
        return login ? std::optional<std::string>((*login).*member) : std::nullopt;
    };
    lines.text("login_methods", part(&ReceiptWords::Login::methods));
    lines.text("login_key", login ? login->key : std::nullopt);
    lines.text("login_certificate", login ? login->certificate : std::nullopt);
    lines.number("login_row", login ? std::optional(login->row) : std::nullopt);
}

void add_kind(FieldLines& lines, const ReceiptWords& words) {
    if (words.kind == ReceiptKind::deposit) return;
    if (words.kind == ReceiptKind::retrieval)
        return lines.number("bytes_in_last_session", words.last_bytes);
    if (words.kind == ReceiptKind::delivery) {
        lines.text("target", std::string_view(words.target));
        lines.text("name_there", std::string_view(words.name_there));
    }
    lines.time("deposited", words.deposited);
    lines.number("deposit_row", words.deposit_row);
    if (words.kind == ReceiptKind::destruction) lines.number("holds_checked", words.holds_checked);
}

}  // namespace

std::string receipt_text(const ReceiptWords& words) {
    const bool is_certificate = words.kind == ReceiptKind::destruction;
    FieldLines lines;
    lines.text("format",
               std::string_view(is_certificate ? "consign certificate v1" : "consign receipt v1"));
    lines.text("id", std::string_view(words.id));
    lines.text("kind", name_of(words.kind));
    lines.text("site", std::string_view(words.site));
    lines.text("witness", std::string_view(words.witness));
    lines.time("time", words.time);
    lines.text("account", words.account);
    add_login(lines, words.login);
    lines.text("protocol", words.protocol);
    lines.text("session", words.session ? std::optional(words.session->hex()) : std::nullopt);
    // A certificate outlives what it is about: it tells nobody's name.
    if (!is_certificate)
        lines.text("name", words.name.empty() ? std::nullopt : std::optional(words.name));
    lines.number("size", words.size_bytes);
    lines.text("sha256", std::string_view(words.sha256));
    lines.text("content", std::string_view(words.content.hex()));
    add_kind(lines, words);
    lines.text("rule", words.rule);
    lines.text("policy", std::string_view(to_hex(words.policy)));
    lines.text("note", std::string_view(words.note));
    lines.text("chain", std::string_view(words.chain.hex()));
    lines.number("row", words.row);
    lines.text("hash", std::string_view(to_hex(words.hash)));
    return std::move(lines).end();
}

}  // namespace consign::desk

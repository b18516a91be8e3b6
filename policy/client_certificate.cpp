#include "policy/client_certificate.hpp"

#include <algorithm>
#include <array>

#include "policy/language/spelling.hpp"
#include "policy/language/utf8.hpp"

namespace consign::policy {

namespace {

constexpr std::string_view fingerprint_mark = "SHA256:";
constexpr std::string_view specials = ",+\"\\<>;";  // RFC 2253 section 2.4

/// As OpenSSL writes them.
constexpr std::array<std::string_view, 14> attribute_names{
    "CN", "O",  "OU",  "C",      "L",     "ST",           "DC",
    "SN", "GN", "UID", "street", "title", "serialNumber", "emailAddress"};

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}
bool is_letter(char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/// Takes the byte that two hexadecimal digits at the front stand for, if they are there.
std::optional<std::uint8_t> take_hex_byte(std::string_view& rest) {
    if (rest.size() < 2) return std::nullopt;
    const auto byte = from_hex(rest.substr(0, 2));
    if (!byte) return std::nullopt;
    rest.remove_prefix(2);
    return byte->front();
}

std::optional<Digest32> parse_fingerprint(std::string_view text) {
    Digest32 digest{};
    for (std::size_t index = 0; index < digest.size(); ++index) {
        if (index > 0 && text.starts_with(':')) text.remove_prefix(1);
        const auto byte = take_hex_byte(text);
        if (!byte) return std::nullopt;
        digest[index] = *byte;
    }
    if (!text.empty()) return std::nullopt;
    return digest;
}

/// Reads the attributes off the front of a subject, and writes each anew.
class SubjectWriter {
  public:
    explicit SubjectWriter(std::string_view text) : rest_(text) {}

    std::optional<std::string> run() {
        for (;;) {
            skip_spaces();
            if (!attribute()) return std::nullopt;
            if (rest_.empty()) return std::move(out_);
            out_ += rest_.front();  // `,`, or `+` of a name of several attributes
            rest_.remove_prefix(1);
        }
    }

  private:
    void skip_spaces() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    }

    /// Up to the separator, or the end.
    bool attribute() {
        const std::size_t equals = rest_.find('=');
        if (equals == std::string_view::npos) return false;
        const std::string_view type = rest_.substr(0, equals);
        if (!is_type(type)) return false;
        const auto known = std::ranges::find_if(
            attribute_names, [&](std::string_view name) { return edit_distance(name, type) == 0; });
        out_.append(known == attribute_names.end() ? type : *known) += '=';
        rest_.remove_prefix(equals + 1);
        return rest_.starts_with('#') ? encoded_value() : text_value();
    }

    /// A short name, or an object identifier.
    static bool is_type(std::string_view type) {
        if (type.empty()) return false;
        if (is_letter(type.front()))
            return std::ranges::all_of(
                type, [](char byte) { return is_letter(byte) || is_digit(byte) || byte == '-'; });
        return is_digit(type.front()) && is_digit(type.back()) &&
               std::ranges::all_of(type, [](char byte) { return is_digit(byte) || byte == '.'; });
    }

    /// `#` and the value's DER in hexadecimal digits.
    bool encoded_value() {
        rest_.remove_prefix(1);
        std::string der;
        while (const auto byte = take_hex_byte(rest_)) der += static_cast<char>(*byte);
        skip_spaces();
        out_ += '#';
        for (const char byte : der) append_hex(byte);
        return !der.empty() && at_end_of_value();
    }

    bool text_value() {
        std::string value;
        std::size_t kept = 0;  // up to where spaces at the end belong to the value
        while (!at_end_of_value()) {
            const char byte = rest_.front();
            rest_.remove_prefix(1);
            if (byte == '\\') {
                const auto meant = escaped();
                if (!meant) return false;
                value += *meant;
                kept = value.size();
            } else if (specials.find(byte) != std::string_view::npos ||
                       (byte == ' ' && value.empty())) {
                return false;
            } else {
                value += byte;
                if (byte != ' ') kept = value.size();
            }
        }
        value.resize(kept);
        if (value.empty() || find_malformed_utf8(value) != std::string_view::npos) return false;
        append_escaped(value);
        return true;
    }

    [[nodiscard]] bool at_end_of_value() const {
        return rest_.empty() || rest_.front() == ',' || rest_.front() == '+';
    }

    /// What the characters behind a backslash stand for.
    std::optional<char> escaped() {
        if (const auto byte = take_hex_byte(rest_)) return static_cast<char>(*byte);
        constexpr std::string_view escapable = ",+\"\\<>;# =";
        if (rest_.empty() || escapable.find(rest_.front()) == std::string_view::npos)
            return std::nullopt;
        const char byte = rest_.front();
        rest_.remove_prefix(1);
        return byte;
    }

    void append_escaped(std::string_view value) {
        for (std::size_t index = 0; index < value.size(); ++index) {
            const char byte = value[index];
            const auto code = static_cast<unsigned char>(byte);
            const bool at_edge = index == 0 || index + 1 == value.size();
            if (code < 0x20 || code == 0x7f) {
                out_ += '\\';
                append_hex(byte);
                continue;
            }
            if (specials.find(byte) != std::string_view::npos || (byte == ' ' && at_edge) ||
                (byte == '#' && index == 0))
                out_ += '\\';
            out_ += byte;
        }
    }

    void append_hex(char byte) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto code = static_cast<unsigned char>(byte);
        out_ += digits[code >> 4];
        out_ += digits[code & 0xf];
    }

    std::string_view rest_;
    std::string out_;
};

}  // namespace

std::optional<std::string> canonical_subject(std::string_view text) {
    return SubjectWriter(text).run();
}

std::expected<ParsedCertificate, std::string> parse_client_certificate(std::string_view text) {
    constexpr std::string_view subject_mark = "subject=";
    if (text.starts_with(fingerprint_mark)) {
        if (const auto digest = parse_fingerprint(text.substr(fingerprint_mark.size())))
            return ParsedCertificate{*digest, {}};
        return std::unexpected(
            std::string("not a SHA-256 fingerprint: expected `SHA256:` and the 64 digits that "
                        "`openssl x509 -in client.pem -noout -fingerprint -sha256` prints"));
    }
    if (!text.starts_with(subject_mark))
        if (auto subject = canonical_subject(text))
            return ParsedCertificate{std::nullopt, std::move(*subject)};
    return std::unexpected(
        std::string("neither a fingerprint nor a subject: expected `SHA256:` and the 64 digits "
                    "that `openssl x509 -in client.pem -noout -fingerprint -sha256` prints, or "
                    "what `openssl x509 -in client.pem -noout -subject -nameopt RFC2253` prints "
                    "after `subject=`, such as `CN=analyser-3,O=Biomed`"));
}

}  // namespace consign::policy

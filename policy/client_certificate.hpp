// A client's certificate as an account names it: by its fingerprint, or by its subject.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace consign::policy {

/// One of the two is there.
struct ParsedCertificate {
    std::optional<Digest32> fingerprint;  // SHA-256 of the certificate in DER
    std::string subject;                  // see canonical_subject()
};

/// "SHA256:" and 64 hexadecimal digits of any case, colons between bytes allowed; or a subject. The
/// error says how to get either, and quotes nothing.
[[nodiscard]] std::expected<ParsedCertificate, std::string> parse_client_certificate(
    std::string_view text);

/// A subject in the form of RFC 2253 section 2, made the one that OpenSSL writes with the flags
/// XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB, so that equal texts are equal subjects: UTF-8 as it is,
/// `\,` rather than `\2C`, no spaces beside commas, short names of attributes in their own case.
/// Values keep their case and their spaces. Nothing where `text` is something else, or has spaces
/// beside `=`: that is OpenSSL's own form, which names the attributes in the other order.
[[nodiscard]] std::optional<std::string> canonical_subject(std::string_view text);

}  // namespace consign::policy

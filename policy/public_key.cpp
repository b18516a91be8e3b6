#include "policy/public_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "base/evp.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

constexpr std::array<std::string_view, 7> algorithms{"ssh-ed25519",
                                                     "ecdsa-sha2-nistp256",
                                                     "ecdsa-sha2-nistp384",
                                                     "ecdsa-sha2-nistp521",
                                                     "ssh-rsa",
                                                     "sk-ssh-ed25519@openssh.com",
                                                     "sk-ecdsa-sha2-nistp256@openssh.com"};

constexpr std::size_t ed25519_bytes = 32;

/// Takes the next word off the front.
std::string_view word(std::string_view& rest) {
    constexpr std::string_view blanks = " \t\r";
    rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
    const std::size_t end = std::min(rest.find_first_of(blanks), rest.size());
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(end);
    return taken;
}

/// RFC 5656 section 3.1: the curve's name, then an uncompressed point on it.
bool takes_point(ByteReader& in, std::string_view curve, std::size_t coordinate_bytes) {
    if (as_text(in.string()) != curve) return false;
    const ByteView point = in.string();
    return point.size() == 1 + 2 * coordinate_bytes && point[0] == 4;
}

/// RFC 4251 section 5, "mpint": its bits where it is positive and minimal, else nothing.
std::optional<std::size_t> positive_bits(ByteView number) {
    if (number.empty() || (number[0] & 0x80) != 0) return std::nullopt;
    if (number[0] == 0) {
        number = number.subspan(1);
        if (number.empty() || (number[0] & 0x80) == 0) return std::nullopt;
    }
    return 8 * (number.size() - 1) + static_cast<std::size_t>(std::bit_width(number[0]));
}

std::optional<std::string> wrong_rsa(ByteReader& in) {
    const ByteView exponent = in.string();
    const ByteView modulus = in.string();
    const auto exponent_bits = positive_bits(exponent);
    const auto bits = positive_bits(modulus);
    const bool plausible = exponent_bits && bits && *exponent_bits > 1 &&
                           (exponent.back() & 1) != 0 && (modulus.back() & 1) != 0;
    if (!plausible) return "an ssh-rsa key that is damaged";
    if (*bits < rsa_least_bits)
        return fmt::format("an RSA key of {} bits: at least {} are required", *bits,
                           rsa_least_bits);
    if (*bits > rsa_most_bits)
        return fmt::format("an RSA key of {} bits: at most {} are accepted", *bits, rsa_most_bits);
    return std::nullopt;
}

std::optional<std::string> wrong_blob(std::string_view algorithm, ByteView blob) {
    ByteReader in(blob);
    if (as_text(in.string()) != algorithm)
        return fmt::format("the key's data is not of the type that the line names ({})", algorithm);
    bool sound = true;
    if (algorithm == "ssh-rsa") {
        if (auto wrong = wrong_rsa(in)) return wrong;
    } else if (algorithm.ends_with("ed25519") || algorithm.ends_with("ed25519@openssh.com")) {
        sound = in.string().size() == ed25519_bytes;
    } else if (algorithm.ends_with("384")) {
        sound = takes_point(in, "nistp384", 48);
    } else if (algorithm.ends_with("521")) {
        sound = takes_point(in, "nistp521", 66);
    } else {
        sound = takes_point(in, "nistp256", 32);
    }
    if (algorithm.starts_with("sk-")) sound = sound && !in.string().empty();  // the application
    if (!sound || !in.exhausted()) return fmt::format("an {} key that is damaged", algorithm);
    return std::nullopt;
}

std::string refused_start(std::string_view line, std::string_view first) {
    if (line.find("PRIVATE KEY") != std::string_view::npos)
        return "a private key: it must not stand here; give the public one (the .pub file)";
    if (line.find("SSH2 PUBLIC KEY") != std::string_view::npos)
        return "a key in RFC 4716 form: convert it with `ssh-keygen -i -f FILE`";
    if (first == "ssh-dss") return "a DSA key: at 1024 bits it is too weak, and is not accepted";
    if (first.ends_with("-cert-v01@openssh.com"))
        return "a certificate: `keys` holds plain keys; give the .pub file without `-cert`";
    return fmt::format("not a public key: it must start with one of {}", listed(algorithms));
}

}  // namespace

std::expected<ParsedKey, std::string> parse_public_key(std::string_view line) {
    std::string_view rest = line;
    const std::string_view algorithm = word(rest);
    if (std::ranges::find(algorithms, algorithm) == algorithms.end())
        return std::unexpected(refused_start(line, algorithm));
    auto blob = evp::from_base64(word(rest));
    if (!blob || blob->empty())
        return std::unexpected(fmt::format("an {} key that is not base64", algorithm));
    if (auto wrong = wrong_blob(algorithm, *blob)) return std::unexpected(std::move(*wrong));
    const Digest32 digest = evp::sha256({*blob});
    std::string fingerprint = evp::base64(digest);
    fingerprint.erase(std::min(fingerprint.find('='), fingerprint.size()));
    return ParsedKey{std::string(algorithm), std::move(*blob), "SHA256:" + fingerprint};
}

bool looks_like_key(std::string_view text) {
    return text.find("KEY---") != std::string_view::npos || text.starts_with("ssh-") ||
           text.starts_with("ecdsa-") || text.starts_with("sk-") ||
           text.find(" AAAA") != std::string_view::npos;
}

}  // namespace consign::policy

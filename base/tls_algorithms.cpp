#include "base/tls_algorithms.hpp"

#include <fmt/format.h>

namespace consign::tls {

namespace {

/// Does modern's selection take this suite of TLS 1.2 or 1.3 in? In the words of the selection.
bool is_modern(std::string_view suite) {
    const bool of_tls_1_3 = suite.starts_with("TLS_");
    const bool is_aead = suite.contains("-GCM-") || suite.contains("-CHACHA20-");
    return of_tls_1_3 || (suite.starts_with("ECDHE-") && is_aead);
}

}  // namespace

Offer offer_of(AlgorithmProfile profile) {
    constexpr std::string_view modern = "ECDHE+AESGCM:ECDHE+CHACHA20";
    constexpr std::string_view old =
        "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:kRSA+AESGCM:kRSA+AES:!AESCCM";
    switch (profile) {
        case AlgorithmProfile::modern:
            return {.suites = modern};
        case AlgorithmProfile::compatible:
            return {.suites = old};
        case AlgorithmProfile::legacy:
            return {.oldest = Version::tls_1_0, .suites = old};
    }
    return {.suites = modern};
}

std::string text_of(std::string_view version, std::string_view suite) {
    return fmt::format("{} {}", version, suite);
}

std::vector<std::string> only_in(AlgorithmProfile profile, std::string_view agreed) {
    const std::size_t space = agreed.find(' ');
    if (space == std::string_view::npos) return {};
    const std::string_view version = agreed.substr(0, space);
    const std::string_view suite = agreed.substr(space + 1);
    const bool is_young = version == "TLSv1.2" || version == "TLSv1.3";
    if (profile == AlgorithmProfile::legacy)
        return is_young ? std::vector<std::string>{} : std::vector{std::string(version)};
    return is_young && !is_modern(suite) ? std::vector{std::string(suite)}
                                         : std::vector<std::string>{};
}

}  // namespace consign::tls

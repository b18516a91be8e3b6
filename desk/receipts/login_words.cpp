#include "desk/receipts/login_words.hpp"

#include <fmt/format.h>

namespace consign::desk {

namespace {

constexpr std::string_view separator = "; ";
constexpr std::string_view key_mark = "key ", certificate_mark = "certificate ";

std::string_view take_part(std::string_view& rest) {
    const std::size_t end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + separator.size());
    return part;
}

}  // namespace

std::string login_detail(const LoginWords& words, std::string_view client,
                         std::string_view algorithms) {
    std::string text = words.methods;
    if (words.key) text.append(separator).append(key_mark).append(*words.key);
    if (words.certificate)
        text.append(separator).append(certificate_mark).append(*words.certificate);
    return fmt::format("{}; client {}; {}", text, client.empty() ? "unnamed" : client, algorithms);
}

LoginWords login_words_in(std::string_view detail) {
    // What the peer wrote comes behind the first part that is none of these.
    LoginWords words{.methods = std::string(take_part(detail))};
    for (;;) {
        const std::string_view part = take_part(detail);
        if (part.starts_with(key_mark) && !words.key && !words.certificate)
            words.key = part.substr(key_mark.size());
        else if (part.starts_with(certificate_mark) && !words.certificate)
            words.certificate = part.substr(certificate_mark.size());
        else
            return words;
    }
}

}  // namespace consign::desk

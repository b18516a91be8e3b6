#include "daemon/workers/alerts/alert_mail.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

namespace consign::daemon {

namespace json = boost::json;

namespace {

constexpr std::string_view nobody = "consign@localhost";
constexpr std::size_t encoded_word_limit = 75;  // RFC 2047 section 2

std::string text_in(const json::object& message, std::string_view field) {
    const auto* const value = message.if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

bool is_plain(char byte) {
    return byte >= ' ' && byte <= '~';
}

/// Anything but plain ASCII becomes encoded words (RFC 2047).
std::string header_text(std::string_view text) {
    if (std::ranges::all_of(text, is_plain)) return std::string(text);
    constexpr std::string_view start = "=?utf-8?q?";
    constexpr std::string_view end = "?=";
    std::string encoded;
    std::string word;
    const auto close_word = [&] {
        if (word.empty()) return;
        if (!encoded.empty()) encoded += "\r\n ";
        encoded.append(start).append(word).append(end);
        word.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        std::string character;
        do {  // a character of UTF-8 is not divided
            const auto byte = static_cast<unsigned char>(text[at++]);
            character += std::isalnum(byte) != 0 ? std::string(1, static_cast<char>(byte))
                                                 : fmt::format("={:02X}", byte);
        } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U &&
                 character.size() < 12);
        if (start.size() + word.size() + character.size() + end.size() > encoded_word_limit)
            close_word();
        word += character;
    }
    close_word();
    return encoded;
}

/// A member a line.
std::string wide_json(const json::object& message) {
    std::string text = "{\r\n";
    std::size_t left = message.size();
    for (const auto& [name, value] : message)
        text += fmt::format("  {}: {}{}\r\n", json::serialize(json::string(name)),
                            json::serialize(value), --left == 0 ? "" : ",");
    return text + "}\r\n";
}

std::string words_of(const json::object& message) {
    std::string words =
        fmt::format("{}: {}\r\n\r\n", text_in(message, "alarm"), text_in(message, "state"));
    for (const auto& [name, value] : message) {
        if (name == "alarm" || name == "state") continue;
        if (value.is_object())
            for (const auto& [what, count] : value.get_object())
                words +=
                    fmt::format("{:<10} {}\r\n", std::string_view(what), json::serialize(count));
        else if (value.is_array())
            for (const auto& item : value.get_array())
                words += fmt::format("{:<10} {}\r\n", "stream",
                                     item.is_string() ? std::string_view(item.get_string()) : "");
        else if (value.is_string())
            words += fmt::format("{:<10} {}\r\n", std::string_view(name),
                                 std::string_view(value.get_string()));
    }
    return words;
}

}  // namespace

std::string mail_sender(std::string_view site) {
    const bool is_host = !site.empty() && site.front() != '.' && site.back() != '.' &&
                         std::ranges::all_of(site, [](char byte) {
                             return std::isalnum(static_cast<unsigned char>(byte)) != 0 ||
                                    byte == '.' || byte == '-';
                         });
    return is_host ? "consign@" + std::string(site) : std::string(nobody);
}

std::string alert_mail(const json::object& message, std::string_view to, Timestamp now) {
    const std::string site = text_in(message, "site");
    const std::string sender = mail_sender(site);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    std::string mail = fmt::format(
        "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        "From: {}\r\n"
        "To: {}\r\n",
        fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), sender, to);
    mail += fmt::format("Subject: {}\r\n",
                        header_text(fmt::format("[{}] {} {}", site, text_in(message, "alarm"),
                                                text_in(message, "state"))));
    // The same at each attempt: who gets it twice can tell.
    mail += fmt::format("Message-ID: <{}{}>\r\n", text_in(message, "id"),
                        std::string_view(sender).substr(sender.find('@')));
    mail +=
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n";
    return mail + words_of(message) + "\r\n" + wide_json(message);
}

}  // namespace consign::daemon

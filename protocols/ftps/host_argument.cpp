#include "protocols/ftps/host_argument.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <string>

namespace consign::ftps {

namespace {

constexpr std::size_t domain_limit_bytes = 253;  // RFC 1035 section 2.3.4
constexpr std::size_t label_limit_bytes = 63;

bool is_letter_or_digit(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= label_limit_bytes && label.front() != '-' &&
           label.back() != '-' && std::ranges::all_of(label, [](char byte) {
               return is_letter_or_digit(byte) || byte == '-';
           });
}

}  // namespace

bool is_host_argument(std::string_view argument) {
    if (argument.size() > 2 && argument.starts_with('[') && argument.ends_with(']')) {
        const std::string literal(argument.substr(1, argument.size() - 2));
        boost::system::error_code wrong;
        boost::asio::ip::make_address_v6(literal, wrong);
        return !wrong && !literal.contains('%');
    }
    if (argument.ends_with('.')) argument.remove_suffix(1);
    if (argument.empty() || argument.size() > domain_limit_bytes) return false;
    for (;;) {
        const auto dot = argument.find('.');
        if (!is_label(argument.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        argument.remove_prefix(dot + 1);
    }
}

}  // namespace consign::ftps

#include "protocols/ftps/list_arguments.hpp"

#include <algorithm>

namespace consign::ftps {

namespace {

bool is_option_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '1';
}

bool is_options(std::string_view word) {
    return word.size() > 1 && word.front() == '-' &&
           std::ranges::all_of(word.substr(1), is_option_letter);
}

void remove_word(std::string_view& text, std::size_t size) {
    text.remove_prefix(size);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

ListArguments parse_list_arguments(std::string_view argument) {
    ListArguments arguments;
    for (;;) {
        const std::string_view word = argument.substr(0, argument.find(' '));
        if (word == "--") remove_word(argument, word.size());
        if (!is_options(word)) break;
        arguments.long_form = arguments.long_form || word.contains('l');
        remove_word(argument, word.size());
    }
    arguments.path = argument;
    return arguments;
}

}  // namespace consign::ftps

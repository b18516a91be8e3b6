#include "protocols/ftps/hash_arguments.hpp"

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/decimal.hpp"

namespace consign::ftps {

namespace {

struct Range {
    std::uint64_t start = 0, end = 0;
};

/// "start end".
std::optional<Range> parse_numbers(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto start = parse_decimal(text.substr(0, space), position_limit_bytes);
    const auto end = parse_decimal(text.substr(space + 1), position_limit_bytes);
    if (!start || !end || *start > *end) return std::nullopt;
    return Range{*start, *end};
}

/// Where the last two words, both numbers, begin: behind at least one byte, and a space.
std::optional<std::size_t> find_numbers(std::string_view text) {
    auto end = text.size();
    for (int words = 0; words < 2; ++words) {
        const auto space = end == 0 ? std::string_view::npos : text.rfind(' ', end - 1);
        if (space == std::string_view::npos || space == 0) return std::nullopt;
        if (!is_decimal(text.substr(space + 1, end - space - 1))) return std::nullopt;
        end = space;
    }
    return end + 1;
}

/// Takes the quoted path off the front of `text`; nothing where its quote does not end.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string path;
    text.remove_prefix(1);
    for (;;) {
        const auto quote = text.find('"');
        if (quote == std::string_view::npos) return std::nullopt;
        path += text.substr(0, quote);
        text.remove_prefix(quote + 1);
        if (!text.starts_with('"')) return path;
        path += '"';
        text.remove_prefix(1);
    }
}

Result<HashArgument> with_range(std::string path, std::string_view numbers) {
    const auto range = parse_numbers(numbers);
    if (!range) return failure(ftp_codec_errc::bad_hash_argument);
    return HashArgument{std::move(path), range->start, range->end};
}

}  // namespace

Result<HashArgument> parse_hash_argument(std::string_view argument) {
    if (argument.empty()) return failure(ftp_codec_errc::no_path);
    if (!argument.starts_with('"')) {
        const auto numbers = find_numbers(argument);
        if (!numbers) return HashArgument{std::string(argument), {}, {}};
        return with_range(std::string(argument.substr(0, *numbers - 1)), argument.substr(*numbers));
    }
    auto path = take_quoted(argument);
    if (!path) return failure(ftp_codec_errc::bad_hash_argument);
    if (path->empty()) return failure(ftp_codec_errc::no_path);
    if (argument.empty()) return HashArgument{std::move(*path), {}, {}};
    if (!argument.starts_with(' ')) return failure(ftp_codec_errc::bad_hash_argument);
    return with_range(std::move(*path), argument.substr(1));
}

}  // namespace consign::ftps

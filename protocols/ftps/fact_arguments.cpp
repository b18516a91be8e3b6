#include "protocols/ftps/fact_arguments.hpp"

#include <array>
#include <boost/algorithm/string/predicate.hpp>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/time_val.hpp"

namespace consign::ftps {

namespace {

constexpr std::size_t minute_digits = 12;

/// What stands before the first space, and behind it.
struct Split {
    std::string_view first, rest;
};
Split split_first(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return {text, {}};
    return {text.substr(0, space), text.substr(space + 1)};
}

/// Takes the last word, and the space before it, off the end of `text`; empty where it has no more
/// than one.
std::string_view take_last(std::string_view& text) {
    const auto space = text.rfind(' ');
    if (space == std::string_view::npos) return {};
    const std::string_view word = text.substr(space + 1);
    text = text.substr(0, space);
    return word;
}

/// "path ACCESSED MODIFIED CHANGED UTC".
std::optional<UtimeArgument> parse_long_utime(std::string_view argument) {
    if (!boost::algorithm::iequals(take_last(argument), "UTC")) return std::nullopt;
    const auto changed = parse_time_val(take_last(argument));
    const auto modified = parse_time_val(take_last(argument));
    const auto accessed = parse_time_val(take_last(argument));
    if (!changed || !modified || !accessed || argument.empty()) return std::nullopt;
    return UtimeArgument{*accessed, *modified, std::string(argument)};
}

/// "YYYYMMDDhhmm[ss] path".
std::optional<UtimeArgument> parse_short_utime(std::string_view argument) {
    const auto [time_text, path] = split_first(argument);
    const std::string whole =
        std::string(time_text) + (time_text.size() == minute_digits ? "00" : "");
    const auto modified = parse_time_val(whole);
    if (!modified || path.empty()) return std::nullopt;
    return UtimeArgument{std::nullopt, *modified, std::string(path)};
}

}  // namespace

Result<MfmtArgument> parse_mfmt(std::string_view argument) {
    const auto [time_text, path] = split_first(argument);
    const auto modified = parse_time_val(time_text);
    if (!modified || path.empty()) return failure(ftp_codec_errc::bad_time);
    return MfmtArgument{*modified, std::string(path)};
}

MdtmArgument parse_mdtm(std::string_view argument) {
    if (auto setting = parse_mfmt(argument)) return {setting->modified, std::move(setting->path)};
    return {std::nullopt, std::string(argument)};
}

Result<MffArgument> parse_mff(std::string_view argument) {
    // A value has no space (RFC 3659 section 7.2), so the first one ends the facts.
    auto [facts, path] = split_first(argument);
    if (facts.empty() || !facts.ends_with(';') || path.empty())
        return failure(ftp_codec_errc::bad_mff);
    std::optional<Timestamp> modified;
    bool has_others = false;
    while (!facts.empty()) {
        const std::string_view fact = facts.substr(0, facts.find(';'));
        facts.remove_prefix(fact.size() + 1);
        const auto equals = fact.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return failure(ftp_codec_errc::bad_mff);
        if (!boost::algorithm::iequals(fact.substr(0, equals), "modify")) {
            has_others = true;
            continue;
        }
        if (modified) return failure(ftp_codec_errc::bad_mff);
        modified = parse_time_val(fact.substr(equals + 1));
        if (!modified) return failure(ftp_codec_errc::bad_mff);
    }
    if (has_others) modified.reset();
    return MffArgument{modified, std::string(path)};
}

Result<UtimeArgument> parse_site_utime(std::string_view argument) {
    if (auto utime = parse_long_utime(argument)) return std::move(*utime);
    if (auto utime = parse_short_utime(argument)) return std::move(*utime);
    return failure(ftp_codec_errc::bad_utime);
}

}  // namespace consign::ftps

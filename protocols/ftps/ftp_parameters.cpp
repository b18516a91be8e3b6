// What the session is told, and tells, of itself: FEAT and OPTS (RFC 2389), HELP, NOOP, SYST, TYPE,
// MODE, STRU, ALLO, SITE (RFC 959), REST (RFC 3659), RANG (draft-bryan-ftp-range), CLNT.
#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>

#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/numbers.hpp"
#include "protocols/ftps/reply.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

constexpr std::size_t client_limit_bytes = 128;
constexpr std::size_t help_line_limit_bytes = 70;

/// Upper case.
struct Words {
    std::string first, rest;
};
Words first_word(std::string_view text) {
    const auto space = std::min(text.find(' '), text.size());
    return {boost::algorithm::to_upper_copy(std::string(text.substr(0, space))),
            std::string(text.substr(std::min(space + 1, text.size())))};
}

}  // namespace

asio::awaitable<void> FtpSession::feat(std::string) {
    const std::vector<std::string> lines{
        "AUTH TLS", "CLNT",    "EPRT",        "EPSV",        hash_feature(*hash_),
        "HOST",     "MDTM",    "MFF modify;", "MFMT",        facts_feature(facts_selected_),
        "PBSZ",     "PROT",    "RANG STREAM", "REST STREAM", "SITE UTIME",
        "SIZE",     "TVFS",    "UTF8",        "XCRC",        "XMD5",
        "XSHA1",    "XSHA256", "XSHA512"};
    replies_ += reply_lines(211, "features:", lines, "end");
    co_return;
}

asio::awaitable<void> FtpSession::help(std::string) {
    std::vector<std::string> lines{""};
    for (const Verb& verb : verbs()) {
        if (verb.handler == &FtpSession::refuse) continue;
        if (lines.back().size() + verb.name.size() > help_line_limit_bytes) lines.emplace_back();
        lines.back() += fmt::format("{:<8}", verb.name);
    }
    replies_ += reply_lines(214, "commands:", lines, "end");
    co_return;
}

asio::awaitable<void> FtpSession::noop(std::string) {
    say(200, "yes");
    co_return;
}

asio::awaitable<void> FtpSession::syst(std::string) {
    say(215, "UNIX Type: L8");
    co_return;
}

/// For the session's row, so that an administrator knows which program this is.
asio::awaitable<void> FtpSession::clnt(std::string argument) {
    argument.resize(std::min(argument.size(), client_limit_bytes));
    std::ranges::replace_if(argument, [](char byte) { return byte < ' ' || byte > '~'; }, '?');
    session_.set_client(std::move(argument), session_.algorithms());
    say(200, "noted");
    co_return;
}

asio::awaitable<void> FtpSession::opts(std::string argument) {
    const auto [command, options] = first_word(argument);
    if (command == "UTF8" || command == "UTF-8") {
        // Over an account's `filename_charset`: FEAT has told this client that UTF-8 is taken.
        speaks_utf8_ = boost::algorithm::to_upper_copy(options) != "OFF";
        if (desk_) desk_->speak_utf8(speaks_utf8_);
        if (!speaks_utf8_)
            co_return say(200,
                          "names are as the account has them; other bytes are kept as they "
                          "come");
        co_return say(200, "names are UTF-8");
    }
    if (command == "MLST") {
        facts_selected_ = parse_fact_selection(options);
        co_return say(200, facts_options_reply(facts_selected_));
    }
    if (command == "HASH") {
        if (options.empty()) co_return say(200, hash_->name);
        const auto* const chosen = find_hash(options);
        if (!chosen) co_return say(501, "no such hash: FEAT lists them");
        hash_ = chosen;
        co_return say(200, hash_->name);
    }
    say(501, "no options for that: UTF8, MLST and HASH have some");
}

/// Every type is the image type: HL7 lives on bare CR, and no byte of a result is ever changed.
asio::awaitable<void> FtpSession::type(std::string argument) {
    const std::string wanted = boost::algorithm::to_upper_copy(argument);
    if (wanted == "I" || wanted == "L 8" || wanted == "L8") co_return say(200, "image");
    if (wanted == "A" || wanted == "A N")
        co_return say(200, "ASCII, of which no byte is ever converted here");
    say(504, "TYPE I or A");
}

asio::awaitable<void> FtpSession::mode(std::string argument) {
    if (boost::algorithm::to_upper_copy(argument) == "S") co_return say(200, "stream");
    say(504, "MODE S alone");
}

asio::awaitable<void> FtpSession::stru(std::string argument) {
    if (boost::algorithm::to_upper_copy(argument) == "F") co_return say(200, "file");
    say(504, "STRU F alone");
}

asio::awaitable<void> FtpSession::rest(std::string argument) {
    const auto position = parse_restart(argument);
    if (!position) co_return say(position.error());
    restart_ = *position;
    say(350, fmt::format("the next transfer begins at byte {}", restart_));
}

asio::awaitable<void> FtpSession::rang(std::string argument) {
    const auto range = parse_range(argument);
    if (!range) co_return say(range.error());
    range_.reset();
    if (!range->has_value()) co_return say(350, "no range");
    range_ = Range{(*range)->first, (*range)->last + 1};
    say(350, fmt::format("bytes {} to {}", (*range)->first, (*range)->last));
}

asio::awaitable<void> FtpSession::allo(std::string argument) {
    const auto bytes = parse_allocation(argument);
    if (!bytes) co_return say(bytes.error());
    if (const auto space = co_await desk_->space(); space && *bytes > space->free_bytes)
        co_return say(desk::desk_errc::quota_bytes_exceeded);
    announced_bytes_ = *bytes;
    say(200, "noted");
}

asio::awaitable<void> FtpSession::site(std::string argument) {
    auto [command, options] = first_word(argument);
    if (command.empty() || command == "HELP") {
        const std::array<std::string, 4> lines{
            "HELP", "UTIME YYYYMMDDhhmmss path",
            "UTIME path YYYYMMDDhhmmss YYYYMMDDhhmmss YYYYMMDDhhmmss UTC (accessed, modified, "
            "changed)",
            "CHMOD mode path (accepted, and without effect)"};
        replies_ += reply_lines(214, "SITE commands:", lines, "end");
        co_return;
    }
    if (command == "UTIME") co_return co_await site_utime(std::move(options));
    if (command == "CHMOD") co_return say(202, "there are no modes here: grants say who may what");
    say(504, "no such SITE command: SITE HELP lists them");
}

asio::awaitable<void> FtpSession::refuse(std::string) {
    say(502, "not to be had here");
    co_return;
}

}  // namespace consign::ftps

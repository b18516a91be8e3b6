// LIST, NLST, STAT (RFC 959), MLST and MLSD (RFC 3659 section 7).
#include <fmt/format.h>

#include <array>

#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/list_arguments.hpp"
#include "protocols/ftps/reply.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ls_line.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

/// There are neither owners nor modes here; old parsers want to see some.
constexpr std::string_view owner_name = "consign";
constexpr std::uint32_t folder_mode = 0755;
constexpr std::uint32_t file_mode = 0644;

/// RFC 3659 section 7.5.5.
std::string perm_text(const policy::Verbs& rights, bool directory) {
    using policy::Verb;
    static constexpr std::pair<Verb, char> of_folder[] = {
        {Verb::upload, 'c'}, {Verb::list, 'e'},   {Verb::list, 'l'},  {Verb::mkdir, 'm'},
        {Verb::remove, 'd'}, {Verb::remove, 'p'}, {Verb::rename, 'f'}};
    static constexpr std::pair<Verb, char> of_file[] = {{Verb::append, 'a'},
                                                        {Verb::download, 'r'},
                                                        {Verb::overwrite, 'w'},
                                                        {Verb::remove, 'd'},
                                                        {Verb::rename, 'f'}};
    std::string text;
    const auto add = [&](const auto& letters) {
        for (const auto& [verb, letter] : letters)
            if (rights.contains(verb)) text += letter;
    };
    if (directory)
        add(of_folder);
    else
        add(of_file);
    return text;
}

}  // namespace

std::string FtpSession::facts_of(const desk::Attributes& entry, const VirtualPath& path,
                                 std::string_view name) const {
    const std::string perm =
        facts_selected_.perm ? perm_text(desk_->rights(path), entry.directory) : std::string();
    return facts_line(facts_selected_, {.name = desk_->written(name),
                                        .directory = entry.directory,
                                        .size_bytes = entry.size_bytes,
                                        .modified = entry.modified,
                                        .perm = perm});
}

asio::awaitable<void> FtpSession::mlst(std::string argument) {
    auto path = argument.empty() ? std::optional(folder_) : path_of(argument);
    if (!path) co_return;
    const auto there = co_await desk_->stat(*path);
    if (!there) co_return say(there.error());
    const std::array<std::string, 1> lines{facts_of(*there, *path, path->text())};
    replies_ += reply_lines(250, "facts:", lines, "end");
}

/// As `ls -l` prints it.
ListingText::Line FtpSession::long_lines() const {
    return [this, now = session_.site().clock.now()](const desk::Attributes& entry) {
        return protocols::ls_line({.name = desk_->written(entry.name),
                                   .directory = entry.directory,
                                   .mode = entry.directory ? folder_mode : file_mode,
                                   .size_bytes = entry.size_bytes,
                                   .modified = entry.modified,
                                   .owner = owner_name,
                                   .group = owner_name},
                                  now);
    };
}

/// Says why not.
asio::awaitable<std::optional<ListingText>> FtpSession::open_listing(std::string path_text,
                                                                     bool may_be_pattern) {
    auto path = path_text.empty() ? std::optional(folder_) : path_of(path_text);
    if (!path) co_return std::nullopt;
    auto text = co_await ListingText::open(*desk_, std::move(*path), may_be_pattern);
    if (text) co_return std::move(*text);
    say(text.error());
    co_return std::nullopt;
}

asio::awaitable<void> FtpSession::list(std::string argument) {
    if (!can_transfer()) co_return;
    auto text = co_await open_listing(parse_list_arguments(argument).path, true);
    if (text) co_await send_listing("LIST", std::move(*text), long_lines());
}

/// Each line can be given back as a path (RFC 1123 section 4.1.2.7).
asio::awaitable<void> FtpSession::nlst(std::string argument) {
    if (!can_transfer()) co_return;
    auto [long_form, path] = parse_list_arguments(argument);
    auto text = co_await open_listing(path, true);
    if (!text) co_return;
    if (long_form) co_return co_await send_listing("NLST", std::move(*text), long_lines());
    if (text->of() != ListingText::Of::folder)
        path.erase(path.rfind('/') + 1);
    else if (!path.empty() && !path.ends_with('/'))
        path += '/';
    const auto line = [this, prefix = std::move(path)](const desk::Attributes& entry) {
        return prefix + desk_->written(entry.name);
    };
    co_await send_listing("NLST", std::move(*text), line);
}

asio::awaitable<void> FtpSession::mlsd(std::string argument) {
    if (!can_transfer()) co_return;
    const auto folder = argument.empty() ? std::optional(folder_) : path_of(argument);
    if (!folder) co_return;
    auto text = co_await open_listing(std::move(argument), false);
    if (!text) co_return;
    if (text->of() != ListingText::Of::folder) co_return say(501, "not a folder: use MLST");
    const auto line = [this, folder = *folder](const desk::Attributes& entry) {
        const auto path = VirtualPath::parse(entry.name, folder);
        return facts_of(entry, path.value_or(folder), entry.name);
    };
    co_await send_listing("MLSD", std::move(*text), line);
}

asio::awaitable<void> FtpSession::send_listing(std::string_view verb, ListingText text,
                                               ListingText::Line line) {
    co_await transfer(verb, "the listing follows", listing_sent(std::move(text), std::move(line)));
}

asio::awaitable<Reply> FtpSession::listing_sent(ListingText text, ListingText::Line line) {
    for (;;) {
        const auto lines = co_await text.next(line);
        if (!lines) co_return reply_of(lines.error());
        if (lines->empty()) break;
        if (const auto sent = co_await transfer_->data.stream().write(as_bytes(*lines)); !sent)
            co_return broken(ftps_errc::connection_broken);
        count_moved(lines->size());
    }
    if (const auto sent = co_await transfer_->data.shut_down(); !sent)
        co_return broken(ftps_errc::connection_broken);
    co_return Reply{226, "the listing is complete"};
}

asio::awaitable<void> FtpSession::stat(std::string argument) {
    if (!argument.empty()) co_return co_await stat_path(parse_list_arguments(argument).path);
    if (transfer_)
        co_return say(213,
                      fmt::format("{}: {} bytes so far", transfer_->verb, transfer_->moved_bytes));
    const std::array<std::string, 3> lines{
        fmt::format("logged in as {}", session_.account()), control_.tls().algorithms(),
        fmt::format("{} files in, {} out", session_.files_in(), session_.files_out())};
    replies_ += reply_lines(211, "status:", lines, "end");
}

/// The listing comes on the control connection.
asio::awaitable<void> FtpSession::stat_path(std::string path_text) {
    auto text = co_await open_listing(std::move(path_text), true);
    if (!text) co_return;
    const auto line = [long_line = long_lines()](const desk::Attributes& entry) {
        return " " + telnet_text(long_line(entry));
    };
    const int code = text->of() == ListingText::Of::file ? 213 : 212;
    replies_ += fmt::format("{}-status:\r\n", code);
    for (;;) {
        const auto lines = co_await text->next(line);
        if (!lines) co_return say(code, "the listing broke off: " + lines.error().message());
        if (lines->empty()) break;
        replies_ += *lines;
        co_await flush();
        if (why_ended_ || peer_is_gone_) co_return;
    }
    say(code, "end");
}

}  // namespace consign::ftps

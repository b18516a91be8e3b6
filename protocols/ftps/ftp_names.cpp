// Names and their facts: PWD, CWD, CDUP, MKD, RMD, DELE, RNFR, RNTO (RFC 959), SIZE, MDTM (RFC
// 3659), MFMT and MFF (draft-somers-ftp-mfxx), SITE UTIME. Paths are relative to the folder of CWD;
// the account's home is "/".
#include <fmt/format.h>

#include "desk/site/translate.hpp"
#include "protocols/ftps/fact_arguments.hpp"
#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/reply.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ftps/time_val.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

/// Says why not, where it is none.
std::optional<VirtualPath> FtpSession::path_of(std::string_view argument) {
    return path_or_say(desk_->path_of(argument, folder_), argument);
}

/// The same of a file.
std::optional<VirtualPath> FtpSession::file_path_of(std::string_view argument) {
    return path_or_say(desk_->file_path_of(argument, folder_), argument);
}

std::optional<VirtualPath> FtpSession::path_or_say(Result<VirtualPath> path,
                                                   std::string_view argument) {
    if (argument.empty())
        say(501, "expected a path");
    else if (path)
        return std::move(*path);
    else
        say(desk::told(session_, path.error()));
    return std::nullopt;
}

asio::awaitable<void> FtpSession::pwd(std::string) {
    say(257, quoted_path(desk_->written(folder_.text())) + " is the current folder");
    co_return;
}

asio::awaitable<void> FtpSession::cwd(std::string argument) {
    // The home, which is "/": a file may well begin with "~".
    if (argument == "~" || argument.starts_with("~/")) argument.replace(0, 1, "/");
    auto path = path_of(argument);
    if (!path) co_return;
    const auto there = co_await desk_->stat(*path);
    if (!there) co_return say(there.error());
    if (!there->directory) co_return say(desk::desk_errc::not_a_directory);
    folder_ = std::move(*path);
    say(250, "folder changed");
}

asio::awaitable<void> FtpSession::cdup(std::string) {
    return cwd("..");
}

asio::awaitable<void> FtpSession::mkd(std::string argument) {
    auto path = path_of(argument);
    if (!path) co_return;
    if (const auto made = co_await desk_->make_directory(*path); !made) co_return say(made.error());
    say(257, quoted_path(desk_->written(path->text())) + " was made");
}

asio::awaitable<void> FtpSession::rmd(std::string argument) {
    auto path = path_of(argument);
    if (!path) co_return;
    const auto gone = co_await desk_->remove_directory(std::move(*path));
    if (!gone) co_return say(gone.error());
    say(250, "folder removed");
}

asio::awaitable<void> FtpSession::dele(std::string argument) {
    auto path = file_path_of(argument);
    if (!path) co_return;
    const auto gone = co_await desk_->remove(std::move(*path));
    if (!gone) co_return say(gone.error());
    say(250, "file removed");
}

asio::awaitable<void> FtpSession::rnfr(std::string argument) {
    rename_from_.reset();
    auto path = path_of(argument);
    if (!path) co_return;
    if (const auto there = co_await desk_->stat(*path); !there) co_return say(there.error());
    rename_from_ = std::move(path);
    say(350, "now RNTO");
}

asio::awaitable<void> FtpSession::rnto(std::string argument) {
    auto from = std::exchange(rename_from_, std::nullopt);
    if (!from) co_return say(503, "RNFR comes first");
    auto to = path_of(argument);
    if (!to) co_return;
    // What is there is replaced, as everywhere in FTP, where the account may overwrite.
    const desk::Desk::RenameMode mode{.replace = true,
                                      .to_directory = desk::Desk::names_directory(argument)};
    const auto renamed = co_await desk_->rename(std::move(*from), std::move(*to), mode);
    if (!renamed) co_return say(renamed.error());
    say(250, "renamed");
}

asio::awaitable<void> FtpSession::size(std::string argument) {
    auto path = path_of(argument);
    if (!path) co_return;
    const auto there = co_await desk_->stat(std::move(*path));
    if (!there) co_return say(there.error());
    if (there->directory) co_return say(desk::desk_errc::is_a_directory);
    say(213, fmt::format("{}", there->size_bytes));
}

asio::awaitable<void> FtpSession::set_times(VirtualPath path, std::optional<Timestamp> accessed,
                                            Timestamp modified) {
    const std::string shown = desk_->written(path.text());
    const auto set = co_await desk_->set_times(std::move(path), accessed, modified);
    if (!set) co_return say(set.error());
    say(213, fmt::format("Modify={}; {}", format_time_val(modified), shown));
}

/// With a time before the path, it is the elder of MFMT.
asio::awaitable<void> FtpSession::mdtm(std::string argument) {
    const auto wanted = parse_mdtm(argument);
    auto path = path_of(wanted.path);
    if (!path) co_return;
    if (wanted.modified) {
        // A file may be called so.
        const auto whole = desk_->path_of(argument, folder_);
        const auto named =
            whole ? co_await desk_->stat(*whole) : Result<desk::Attributes>(failure(whole.error()));
        if (named) co_return say(213, format_time_val(named->modified));
        co_return co_await set_times(std::move(*path), {}, *wanted.modified);
    }
    const auto there = co_await desk_->stat(std::move(*path));
    if (!there) co_return say(there.error());
    say(213, format_time_val(there->modified));
}

asio::awaitable<void> FtpSession::mfmt(std::string argument) {
    const auto wanted = parse_mfmt(argument);
    if (!wanted) co_return say(wanted.error());
    auto path = path_of(wanted->path);
    if (!path) co_return;
    co_await set_times(std::move(*path), {}, wanted->modified);
}

asio::awaitable<void> FtpSession::mff(std::string argument) {
    const auto wanted = parse_mff(argument);
    if (!wanted) co_return say(wanted.error());
    auto path = path_of(wanted->path);
    if (!path) co_return;
    if (!wanted->modified) co_return say(504, "only the fact `modify` can be set");
    co_await set_times(std::move(*path), {}, *wanted->modified);
}

asio::awaitable<void> FtpSession::site_utime(std::string argument) {
    const auto wanted = parse_site_utime(argument);
    if (!wanted) co_return say(wanted.error());
    auto path = path_of(wanted->path);
    if (!path) co_return;
    co_await set_times(std::move(*path), wanted->accessed, wanted->modified);
}

}  // namespace consign::ftps

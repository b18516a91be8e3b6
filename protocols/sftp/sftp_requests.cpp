// The requests of the draft itself, but READ and WRITE, which come in runs.
#include <fmt/format.h>

#include "protocols/ls_line.hpp"
#include "protocols/sftp/sftp_session.hpp"

namespace consign::sftp {

namespace asio = boost::asio;

namespace {

constexpr std::size_t folder_page_entries = 256;
/// Of an account, over all its sessions: as many as files.
constexpr std::size_t open_folders_limit = 512;
/// There are neither owners nor modes here: what the account has is its own.
constexpr std::string_view owner_name = "consign";
constexpr std::uint32_t folder_mode = 0700;
constexpr std::uint32_t file_mode = 0600;
constexpr std::string_view too_many_handles = "too many open handles: close some";

std::optional<Timestamp> accessed(const Attributes& attributes) {
    if (!attributes.times) return std::nullopt;
    return from_wire_seconds(attributes.times->accessed);
}

std::optional<Timestamp> modified(const Attributes& attributes) {
    if (!attributes.times) return std::nullopt;
    return from_wire_seconds(attributes.times->modified);
}

/// Of what is not open for writing.
VirtualPath path_of_open(const Handle& handle) {
    if (const auto* download = std::get_if<std::unique_ptr<desk::Download>>(&handle))
        return (*download)->path();
    return std::get<std::unique_ptr<OpenFolder>>(handle)->path;
}

std::string long_name(std::string_view name, const desk::Attributes& entry, Timestamp now) {
    return protocols::ls_line({.name = name,
                               .directory = entry.directory,
                               .mode = entry.directory ? folder_mode : file_mode,
                               .size_bytes = entry.size_bytes,
                               .modified = entry.modified,
                               .owner = owner_name,
                               .group = owner_name},
                              now);
}

}  // namespace

Attributes on_wire(const desk::Attributes& attributes) {
    Attributes wire;
    wire.size_bytes = attributes.size_bytes;
    wire.owner = Attributes::Owner{};
    wire.permissions =
        attributes.directory ? directory_type | folder_mode : regular_file_type | file_mode;
    wire.times = Attributes::Times{to_wire_seconds(attributes.accessed),
                                   to_wire_seconds(attributes.modified)};
    return wire;
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Open& request) {
    auto path = path_or_answer(id, desk_.file_path_of(request.path));
    if (!path) co_return;
    if (handles_.is_full())
        co_return append_status(answers_, id, Status::failure, too_many_handles);
    if (!request.flags.write) {
        auto download = co_await desk_.open_download(std::move(*path));
        if (!download) co_return answer(id, download.error());
        co_return answer_handle(id, std::move(*download));
    }
    const desk::UploadMode mode{.create = request.flags.create,
                                .exclusive = request.flags.exclusive,
                                .truncate = request.flags.truncate,
                                .append = request.flags.append};
    auto upload = co_await desk_.open_upload(std::move(*path), mode);
    if (!upload) co_return answer(id, upload.error());
    (*upload)->set_times(accessed(request.attributes), modified(request.attributes));
    answer_handle(id, std::move(*upload));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Close& request) {
    auto handle = handles_.take(request.handle);
    if (!handle) co_return answer_no_handle(id);
    Result<> closed;
    if (auto* upload = std::get_if<std::shared_ptr<desk::Upload>>(&*handle))
        closed = co_await (*upload)->finish();
    if (auto* download = std::get_if<std::unique_ptr<desk::Download>>(&*handle))
        co_await (*download)->finish(desk::Download::End::in_order);
    answer(id, closed);
}

asio::awaitable<void> SftpSession::stat(std::uint32_t id, std::string_view path_text) {
    auto path = path_of(id, path_text);
    if (!path) co_return;
    const auto attributes = co_await desk_.stat(std::move(*path));
    if (!attributes) co_return answer(id, attributes.error());
    append_attributes_reply(answers_, id, on_wire(*attributes));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Stat& request) {
    return stat(id, request.path);
}
asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Lstat& request) {
    return stat(id, request.path);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Fstat& request) {
    Handle* const handle = handles_.find(request.handle);
    desk::Attributes attributes;
    if (!handle) co_return answer_no_handle(id);
    if (const auto* upload = std::get_if<std::shared_ptr<desk::Upload>>(handle)) {
        attributes.size_bytes = (*upload)->size_bytes();
        attributes.modified = attributes.accessed = (*upload)->modified();
    } else if (const auto* download = std::get_if<std::unique_ptr<desk::Download>>(handle)) {
        attributes.size_bytes = (*download)->size_bytes();
        attributes.modified = attributes.accessed = (*download)->modified();
    } else {
        attributes.directory = true;
    }
    append_attributes_reply(answers_, id, on_wire(attributes));
}

/// Times are kept; a size is honoured (of what is unfinished, or as a new version of the file);
/// mode and owner are accepted and ignored, since old clients take a refusal of them for a failed
/// upload.
asio::awaitable<void> SftpSession::set_attributes(std::uint32_t id, std::string_view path_text,
                                                  const Attributes& attributes) {
    auto path = path_of(id, path_text);
    if (!path) co_return;
    if (attributes.size_bytes) {
        const auto done = co_await desk_.resize(*path, *attributes.size_bytes);
        if (!done) co_return answer(id, done);
    }
    if (attributes.times)
        co_return answer(id, co_await desk_.set_times(std::move(*path), accessed(attributes),
                                                      modified(attributes)));
    const auto there = co_await desk_.stat(std::move(*path));
    if (!there) co_return answer(id, there.error());
    append_status(answers_, id, Status::ok);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Setstat& request) {
    return set_attributes(id, request.path, request.attributes);
}
asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Lsetstat& request) {
    return set_attributes(id, request.path, request.attributes);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Fsetstat& request) {
    Handle* const handle = handles_.find(request.handle);
    if (!handle) co_return answer_no_handle(id);
    const auto* upload = std::get_if<std::shared_ptr<desk::Upload>>(handle);
    if (!upload && request.attributes.size_bytes)
        co_return append_status(answers_, id, Status::permission_denied,
                                "the file is not open for writing");
    Result<> done;
    if (upload)
        (*upload)->set_times(accessed(request.attributes), modified(request.attributes));
    else if (request.attributes.times)
        done = co_await desk_.set_times(path_of_open(*handle), accessed(request.attributes),
                                        modified(request.attributes));
    if (upload && request.attributes.size_bytes)
        done = co_await (*upload)->resize(*request.attributes.size_bytes);
    answer(id, done);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Opendir& request) {
    auto path = path_of(id, request.path);
    if (!path) co_return;
    if (handles_.is_full())
        co_return append_status(answers_, id, Status::failure, too_many_handles);
    auto listing = co_await desk_.list(*path);
    if (!listing) co_return answer(id, listing.error());
    // One that keeps much counts as several.
    const std::size_t count = 1 + (*listing)->kept_entries() / folder_page_entries;
    auto place = desk_.session().site().occupancy.take(
        desk::Occupancy::folders_of(desk_.session().account()), open_folders_limit,
        std::min(count, open_folders_limit));
    if (!place) co_return append_status(answers_, id, Status::failure, too_many_handles);
    auto folder = std::make_unique<OpenFolder>();
    folder->path = std::move(*path);
    folder->place = std::move(*place);
    folder->listing = std::move(*listing);
    answer_handle(id, std::move(folder));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Readdir& request) {
    auto* const held = handles_.find<std::unique_ptr<OpenFolder>>(request.handle);
    if (!held) co_return answer_no_handle(id);
    OpenFolder& folder = **held;
    if (folder.waiting.empty() && !folder.ended) {
        auto page = co_await folder.listing->next(folder_page_entries);
        if (!page) co_return answer(id, page.error());
        folder.ended = page->empty();
        folder.waiting.assign(std::make_move_iterator(page->begin()),
                              std::make_move_iterator(page->end()));
    }
    if (folder.waiting.empty()) co_return append_status(answers_, id, Status::eof);
    const Timestamp now = desk_.session().site().clock.now();
    NamesReply names(answers_, id);
    while (!folder.waiting.empty()) {
        const desk::Attributes& entry = folder.waiting.front();
        const std::string name = desk_.written(entry.name);
        if (!names.add(name, long_name(name, entry, now), on_wire(entry))) break;
        folder.waiting.pop_front();
    }
    names.finish();
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Remove& request) {
    auto path = path_or_answer(id, desk_.file_path_of(request.path));
    if (!path) co_return;
    answer(id, co_await desk_.remove(std::move(*path)));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Mkdir& request) {
    auto path = path_of(id, request.path);
    if (!path) co_return;
    answer(id, co_await desk_.make_directory(std::move(*path)));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Rmdir& request) {
    auto path = path_of(id, request.path);
    if (!path) co_return;
    answer(id, co_await desk_.remove_directory(std::move(*path)));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Realpath& request) {
    const auto path = path_of(id, request.path);
    if (!path) co_return;
    append_path(answers_, id, desk_.written(path->text()));
}

asio::awaitable<void> SftpSession::rename(std::uint32_t id, std::string_view from_text,
                                          std::string_view to_text, bool replace) {
    auto from = path_of(id, from_text);
    if (!from) co_return;
    auto to = path_of(id, to_text);
    if (!to) co_return;
    const desk::Desk::RenameMode mode{.replace = replace,
                                      .to_directory = desk::Desk::names_directory(to_text)};
    answer(id, co_await desk_.rename(std::move(*from), std::move(*to), mode));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Rename& request) {
    return rename(id, request.from, request.to, false);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Readlink&) {
    append_status(answers_, id, Status::op_unsupported, "there are no links here");
    co_return;
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Symlink&) {
    co_await desk_.session().refused_request("symlink");
    append_status(answers_, id, Status::op_unsupported, "links are not supported");
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Unsupported&) {
    append_status(answers_, id, Status::op_unsupported);
    co_return;
}

}  // namespace consign::sftp
